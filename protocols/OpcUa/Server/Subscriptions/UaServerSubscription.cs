using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>
/// A subscription (OPC 10000-4, 5.14.1): it samples its items, and each publishing interval sends what there is, or after enough of them that it lives, as long as its session has a Publish request waiting.
/// Without one it is late, and sends as soon as one comes; without one for its lifetime it ends.
/// </summary>
internal sealed class UaServerSubscription : UaServerTimed
{
    // What a Publish response has around its values, and the largest value: so much is left free of what the client takes.
    private const int AroundValues = 512;
    private const int MostAvailable = 100;

    private readonly UaServerCore _core;
    private readonly UaSentMessages _sent;
    private long _publishAt;
    private uint _keepAliveLeft = 1;
    private uint _lifetimeLeft;
    private uint _nextSequence = 1;
    private bool _isGone;

    public UaServerSubscription(UaServerCore core, uint id, UaServerSession session)
    {
        _core = core;
        Id = id;
        Session = session;
        User = session.User!;
        ClientUri = session.ClientUri;
        _sent = new UaSentMessages(core.Counters, core.Limits.RetransmissionMessages);
        Sampler = new UaSampler(core, core.Timer.Now);
    }

    public uint Id { get; }

    /// <summary>The session; null when that has ended.</summary>
    public UaServerSession? Session { get; private set; }

    /// <summary>Whose it is: only the same user takes it over.</summary>
    public string User { get; }

    /// <summary>And, where users have no names, only the same client.</summary>
    public string ClientUri { get; }

    public UaSampler Sampler { get; }

    /// <summary>Ticks.</summary>
    public long PublishingInterval { get; private set; }

    public uint KeepAliveCount { get; private set; }

    public uint LifetimeCount { get; private set; }

    public int MostNotifications { get; private set; }

    public byte Priority { get; private set; }

    public bool IsEnabled { get; set; }

    /// <summary>Since when it waits for a Publish request, the timer's ticks; null when it does not.</summary>
    public long? LateSince { get; private set; }

    protected override ILogger Logger => _core.Logger;

    /// <summary>Begins, or goes on with other settings.</summary>
    public void Set(TimeSpan interval, uint keepAlive, uint lifetime, int mostNotifications, byte priority)
    {
        long now = _core.Timer.Now;
        if (PublishingInterval != interval.Ticks) _publishAt = now + interval.Ticks;
        PublishingInterval = interval.Ticks;
        KeepAliveCount = keepAlive;
        LifetimeCount = lifetime;
        MostNotifications = mostNotifications;
        Priority = priority;
        Touch();
        Replan();
    }

    /// <summary>Its client lives: the lifetime begins anew.</summary>
    public void Touch() => _lifetimeLeft = LifetimeCount;

    /// <summary>Something may be due sooner than it was.</summary>
    public void Replan()
    {
        if (_isGone) return;
        DueAt = NextDue();
        Timer.Submit(this);
    }

    public bool Acknowledge(uint sequence) => _sent.Acknowledge(sequence);

    public bool TryWriteAgain(uint sequence, UaWriter writer) => _sent.TryWrite(sequence, writer);

    public uint[] Available()
    {
        Span<uint> numbers = stackalloc uint[MostAvailable];
        return _sent.Available(numbers, null).ToArray();
    }

    /// <summary>A fault: a number is left out.</summary>
    public void SkipSequenceNumber() => TakeSequence();

    /// <summary>Its session has ended; it lives on until its lifetime is over, or another takes it.</summary>
    public void Leave()
    {
        Session?.Subscriptions.Remove(this);
        Session = null;
    }

    /// <summary>Another session takes it over.</summary>
    public void Enter(UaServerSession session, bool sendValues)
    {
        if (Session is { } before && before != session)
        {
            Leave();
            before.Publishing.AddNotice(Id, _nextSequence, UaStatusCodes.GoodSubscriptionTransferred);
            before.Publishing.SendNotices(_core, _core.Timer.Now);
            if (before.Subscriptions.Count == 0) before.Publishing.FailAll(_core, UaStatusCodes.BadNoSubscription);
        }
        if (Session is null) session.Subscriptions.Add(this);
        Session = session;
        Touch();
        if (sendValues) Sampler.SampleAll(_core.Timer.Now);
    }

    /// <summary>It is gone, and what it had queued.</summary>
    public void Delete()
    {
        if (_isGone) return;
        _isGone = true;
        DueAt = Never;
        LateSince = null;
        Leave();
        Sampler.Clear();
        _sent.Clear();
        _core.Subscriptions.Remove(Id);
    }

    /// <summary>Publishes now, as far as its session has requests: it is late, and one has come.</summary>
    public void Publish(long now)
    {
        long since = LateSince ?? now;
        LateSince = null;
        while (true)
        {
            bool hasValues = IsEnabled && Sampler.Queue.Count > 0;
            if (!hasValues && _keepAliveLeft > 0) return;
            if (Session is null || !Session.Publishing.TryTake(_core, now, out UaWaitingPublish request))
            {
                LateSince = since;
                return;
            }
            Touch();
            _keepAliveLeft = KeepAliveCount;
            if (hasValues) SendValues(request, now);
            else SendKeepAlive(request, now);
        }
    }

    protected override void OnDue(long now)
    {
        lock (_core.Gate)
        {
            if (_isGone) return;
            Sampler.SampleDue(now);
            if (now >= _publishAt + _core.PublishDelay) Cycle(now);
            if (!_isGone) DueAt = NextDue();
        }
    }

    // Not before the delay is over: a subscription that is late on purpose is sampled on time.
    private long NextDue() => Math.Min(_publishAt + _core.PublishDelay, Sampler.DueAt);

    private void Cycle(long now)
    {
        _publishAt += (((now - _core.PublishDelay - _publishAt) / PublishingInterval) + 1) * PublishingInterval;
        if (--_lifetimeLeft == 0)
        {
            Expire();
            return;
        }
        if (_keepAliveLeft > 0) _keepAliveLeft--;
        Publish(now);
    }

    private void Expire()
    {
        UaServerLog.Expired(_core.Logger, _core.Name, Id, Sampler.Queue.Count);
        UaServerSession? session = Session;
        uint sequence = TakeSequence();
        Delete();
        session?.Publishing.AddNotice(Id, sequence, UaStatusCodes.BadTimeout);
    }

    private uint TakeSequence()
    {
        uint sequence = _nextSequence++;
        // 0 is no number of a message (OPC 10000-4, 7.39).
        if (_nextSequence == 0) _nextSequence = 1;
        return sequence;
    }

    private void SendKeepAlive(in UaWaitingPublish request, long now)
    {
        long utc = _core.Timer.UtcOf(now);
        Span<uint> numbers = stackalloc uint[MostAvailable];
        UaBuffer buffer = UaResponseBuffer.Take();
        UaWriter writer = new(buffer);
        PublishResponseWriter response = new(writer, new UaResponseHeader(utc, request.Handle, UaStatusCodes.Good), Id, _sent.Available(numbers, null), moreNotifications: false);
        NotificationWriter.KeepAlive(writer, _nextSequence, utc);
        response.End(request.Results);
        request.Channel.TryRespond(request.RequestId, buffer);
    }

    private void SendValues(in UaWaitingPublish request, long now)
    {
        UaBuffer buffer = UaResponseBuffer.Take();
        int mostBytes = Math.Min(request.Channel.MaxResponseBytes, Session!.MaxResponseBytes) - AroundValues - (sizeof(uint) * request.Results.Length);
        WriteValues(buffer, request.Handle, request.Results, mostBytes, _core.Timer.UtcOf(now));
        // When the channel has ended meanwhile, the message can be asked for again.
        request.Channel.TryRespond(request.RequestId, buffer);
    }

    /// <summary>Writes a Publish response with the values that wait, as many as one message takes; there is one at least.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="handle">The request's.</param>
    /// <param name="results">How the request's acknowledgements went.</param>
    /// <param name="mostBytes">How long it may become, but for its end.</param>
    /// <param name="utc">Now, UTC ticks.</param>
    internal void WriteValues(UaBuffer buffer, uint handle, ReadOnlySpan<uint> results, int mostBytes, long utc)
    {
        uint sequence = TakeSequence();
        Span<uint> numbers = stackalloc uint[MostAvailable];
        UaWriter writer = new(buffer);
        PublishResponseWriter response = new(writer, new UaResponseHeader(utc, handle, UaStatusCodes.Good), Id, _sent.Available(numbers, sequence), moreNotifications: false);
        int more = writer.Position - 1;
        NotificationWriter message = new(writer, sequence, utc);
        // At least one value, however little the client takes: otherwise nothing would ever move.
        do WriteNext(ref message, utc);
        while (message.Items < MostNotifications && writer.Position < mostBytes && Sampler.Queue.Count > 0);
        message.End();
        _core.Counters.Notified += message.Items;
        _sent.Keep(sequence, buffer.Written[message.Begin..], message.Items);
        if (Sampler.Queue.Count > 0) buffer.Written[more] = 1;
        response.End(results);
    }

    private void WriteNext(ref NotificationWriter message, long utc)
    {
        Sampler.Queue.TryTake(out UaQueuedValue value);
        ref UaItem item = ref Sampler.Items[value.Item];
        TimestampsToReturn times = (TimestampsToReturn)item.Times;
        long source = times.HasSource() ? value.SourceTicks : 0;
        long server = times.HasServer() ? utc : 0;
        if (!StatusCodes.IsBad(value.Status) && value.Type is not (UaBuiltInType.String or UaBuiltInType.Variant)) message.Item(item.ClientHandle, value.Type, value.Bits, value.Status, source, server);
        else WriteOther(ref message, item, value, source, server);
    }

    // Text, values that are not sent, and what is no variable's.
    private void WriteOther(ref NotificationWriter message, in UaItem item, in UaQueuedValue value, long source, long server)
    {
        const int mostText = 64;
        Span<byte> text = stackalloc byte[mostText];
        bool isSent = !StatusCodes.IsBad(value.Status);
        int bytes = isSent && value.Type == UaBuiltInType.String ? _core.Variables.WriteText(item.Variable, value.Sample, text) : 0;
        UaReader other = new(isSent && value.Type == UaBuiltInType.Variant ? Sampler.OtherAt(value.Item).Last : []);
        UaVariant sent = other.Left > 0 ? other.Variant() : isSent ? UaVariant.Utf8(text[..bytes]) : default;
        message.Item(item.ClientHandle, new UaDataValue { Value = sent, Status = value.Status, SourceTicks = source, ServerTicks = server });
    }
}
