using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server.Nodes;
using HyperIngest.Protocols.OpcUa.Server.Subscriptions;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Sessions;

/// <summary>A session. Under the server's gate.</summary>
internal sealed class UaServerSession
{
    public required UaNodeId Id { get; init; }

    /// <summary>Its secret. Never logged.</summary>
    public required UaNodeId Token { get; init; }

    public required string Name { get; init; }

    /// <summary>The client's application URI.</summary>
    public required string ClientUri { get; init; }

    /// <summary>The client's certificate, DER; null without security. Only its holder takes the session to another channel.</summary>
    public required byte[]? ClientCertificate { get; init; }

    public required UaSecurityPolicy Policy { get; init; }

    public required UaSecurityMode Mode { get; init; }

    /// <summary>How long it lives without a request, ticks.</summary>
    public required long Timeout { get; init; }

    /// <summary>Largest response its client takes; <see cref="int.MaxValue"/> for no limit.</summary>
    public required int MaxResponseBytes { get; init; }

    /// <summary>The channel it is on; null when that has ended.</summary>
    public UaServerChannel? Channel { get; set; }

    /// <summary>What the client signs next.</summary>
    public required byte[] Nonce { get; set; }

    /// <summary>Who uses it, as one text; null until it is activated.</summary>
    public string? User { get; set; }

    /// <summary>When it was last used, the timer's ticks.</summary>
    public long UsedAt { get; set; }

    public List<UaServerSubscription> Subscriptions { get; } = [];

    public UaPublishQueue Publishing { get; } = new();

    public UaContinuations Continuations { get; } = new();

    public UaReadCache Reads { get; } = new();
}

/// <summary>The rests of Browse results that a session may ask for. The oldest goes when there are too many.</summary>
internal sealed class UaContinuations
{
    private readonly Queue<(ulong Id, UaBrowsing Browsing)> _rests = new();
    private ulong _last = (ulong)Random.Shared.NextInt64();

    /// <summary>Keeps a rest; null when none is kept.</summary>
    public byte[]? Keep(in UaBrowsing rest, int most)
    {
        if (most == 0) return null;
        while (_rests.Count >= most) _rests.Dequeue();
        _rests.Enqueue((++_last, rest));
        return BitConverter.GetBytes(_last);
    }

    /// <summary>Takes a rest out.</summary>
    public bool TryTake(ReadOnlySpan<byte> point, out UaBrowsing rest)
    {
        rest = default;
        if (point.Length != sizeof(ulong)) return false;
        ulong id = BitConverter.ToUInt64(point);
        bool found = false;
        for (int i = _rests.Count; i > 0; i--)
        {
            (ulong Id, UaBrowsing Browsing) one = _rests.Dequeue();
            if (one.Id == id) (rest, found) = (one.Browsing, true);
            else _rests.Enqueue(one);
        }
        return found;
    }
}

/// <summary>
/// What a session has read before: a client that polls sends the same nodes again and again, and then neither their ids are read nor the variables looked up. Bounded by number and bytes.
/// </summary>
internal sealed class UaReadCache
{
    // A client that polls 6,000 variables by a server's usual limits sends a handful of requests.
    private const int MostRequests = 32;
    private const int MostBytes = 1 << 20;

    private readonly List<(byte[] Nodes, int[] Variables)> _known = [];
    private int _bytes;

    /// <summary>The variables that the nodes of a request name; null when it is not known.</summary>
    public int[]? Find(ReadOnlySpan<byte> nodes)
    {
        foreach ((byte[] known, int[] variables) in _known)
        {
            if (nodes.SequenceEqual(known)) return variables;
        }
        return null;
    }

    public void Add(ReadOnlySpan<byte> nodes, int[] variables)
    {
        if (nodes.Length > MostBytes) return;
        if (_known.Count == MostRequests || _bytes + nodes.Length > MostBytes) Clear();
        _known.Add((nodes.ToArray(), variables));
        _bytes += nodes.Length;
    }

    public void Clear()
    {
        _known.Clear();
        _bytes = 0;
    }
}
