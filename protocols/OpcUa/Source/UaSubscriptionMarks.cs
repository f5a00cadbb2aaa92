using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A subscription that the node's run before had at the server when it ended.</summary>
/// <param name="Part">Its place among the device's.</param>
/// <param name="Id">The server's number for it.</param>
/// <param name="Next">The number of the next notification: all before it are in the journal.</param>
/// <param name="Readings">Of that one, readings that are in the journal already, the first ones; seldom any.</param>
internal readonly record struct UaLeftSubscription(int Part, uint Id, uint Next, int Readings);

/// <summary>
/// What the shard's journal says of a device's subscriptions: marks that are there together with the readings they stand for, or not at all. After a kill the next run of the node takes the subscriptions over
/// and goes on exactly where the journal ends. Does not change.
/// </summary>
/// <remarks>A part of the device's tags has four marks: how far its subscription is taken, how far a notification that is larger than a record is, when the server was started, and what the items are.</remarks>
internal sealed class UaSubscriptionMarks
{
    private const int MarksAPart = 4;
    private const int NextMark = 0;
    private const int PieceMark = 1;
    private const int StartMark = 2;
    private const int LayoutMark = 3;
    private const int NumberBits = 32;

    private readonly ShardInlet _inlet;
    private readonly ulong _source;
    private readonly long _layout;

    /// <param name="inlet">The device's shard.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="device">The device.</param>
    /// <param name="tags">The device's tags.</param>
    public UaSubscriptionMarks(ShardInlet inlet, string source, UaDeviceOptions device, UaTagNodes tags)
    {
        _inlet = inlet;
        _source = SourceMark.SourceOf($"opcua/{source}/{device.Name}");
        _layout = LayoutOf(device, tags);
    }

    /// <summary>How many <see cref="Begin"/> writes.</summary>
    public const int BeginMarks = 5;

    /// <summary>Of those, what ends one: the first says that there is none to be taken over.</summary>
    public const int EndMarks = 1;

    /// <summary>Whether a subscription can be marked: a position is no negative number.</summary>
    public static bool Fits(uint id) => id <= int.MaxValue;

    /// <summary>All notifications before this one are taken.</summary>
    public SourceMark Taken(UaSubscription subscription, uint next) => Mark(subscription.Part, NextMark, ((long)subscription.Id << NumberBits) | next);

    /// <summary>Of a notification the first readings are taken.</summary>
    public SourceMark TakenOf(UaSubscription subscription, uint sequence, int readings) => Mark(subscription.Part, PieceMark, PieceOf(sequence) | (uint)readings);

    /// <summary>A subscription begins. The last mark makes the others hold: with some of them alone there is nothing to take over.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="into">Gets <see cref="BeginMarks"/> marks, to be published in this order.</param>
    public void Begin(UaSubscription subscription, Span<SourceMark> into)
    {
        into[0] = Mark(subscription.Part, NextMark, 0);
        // The one before may have had the same number half taken.
        into[1] = Mark(subscription.Part, PieceMark, 0);
        into[2] = Mark(subscription.Part, StartMark, subscription.ServerStart);
        into[3] = Mark(subscription.Part, LayoutMark, _layout);
        into[4] = Taken(subscription, UaNotificationNumbers.First);
    }

    /// <summary>What the run before has left at a server that was not started since, with the items that are configured now.</summary>
    /// <param name="parts">Parts of the device's tags.</param>
    /// <param name="serverStart">When the server was started, UTC ticks; 0 when it does not say, and nothing is left then.</param>
    public List<UaLeftSubscription> Left(int parts, long serverStart)
    {
        List<UaLeftSubscription> left = [];
        for (int part = 0; part < parts && serverStart > 0; part++)
        {
            long position = Recovered(part, NextMark);
            if (position <= 0 || Recovered(part, StartMark) != serverStart || Recovered(part, LayoutMark) != _layout) continue;
            uint next = (uint)position;
            long piece = Recovered(part, PieceMark);
            int readings = piece > 0 && (piece & ~(long)uint.MaxValue) == PieceOf(next) ? (int)piece : 0;
            left.Add(new UaLeftSubscription(part, (uint)(position >> NumberBits), next, readings));
        }
        return left;
    }

    // A number without its highest bit, which tells it from all others of the last decades as well.
    private static long PieceOf(uint sequence) => (long)(sequence & int.MaxValue) << NumberBits;

    // What a monitored item was asked to be. Servers do not say it again.
    private static long LayoutOf(UaDeviceOptions device, UaTagNodes tags)
    {
        UaSubscribeOptions options = device.Subscribe;
        string text = FormattableString.Invariant(
            $"{device.Session.EndpointUrl}\n{options.ItemsPerSubscription}\n{options.Sampling.Ticks}\n{options.Queue}\n{options.DiscardOldest}\n{options.Deadband?.Kind}\n{options.Deadband?.Value}\n{tags.Layout}");
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & long.MaxValue;
    }

    private SourceMark Mark(int part, int mark, long position) => new(_source, (part * MarksAPart) + mark, position);

    private long Recovered(int part, int mark) => _inlet.RecoveredMark(_source, (part * MarksAPart) + mark);
}
