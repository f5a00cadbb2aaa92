using HyperIngest.Core;
using HyperIngest.Core.Sharding;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>One device: a session's user with its tags, its way into its shard and a collector that subscribes or polls.</summary>
/// <remarks>
/// Three parties meet here: the channel's reading loop with answers, the source's thread every few milliseconds, and the tasks that set up and repair. What they share is under one gate, which is taken once a
/// message or tick, and hardly ever by two at a time; nothing waits while it has it.
/// </remarks>
internal sealed class UaDevice : IUaSessionUser
{
    // A wait for room is logged when it has lasted longer than a ring needs to be emptied.
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);

    private readonly IUaCollector _collector;

    // Under the gate.
    private IUaServices? _services;
    private CancellationToken _ended;
    private UaException? _useless;
    private Task _repair = Task.CompletedTask;
    private long _waitingSince;
    private bool _waitIsLogged;

    // Written under the gate, read by /status and gauges at any time.
    private bool _isOnline;
    private bool _isStopped;
    private bool _isWaiting;
    private long _faults;
    private string? _lastFault;
    private int _unacknowledged;
    private long _livedTicks;

    /// <summary>A device whose known series are registered.</summary>
    /// <exception cref="ArgumentException">A series is known with another kind.</exception>
    public UaDevice(UaDeviceOptions options, UaSourceParts parts)
    {
        Options = options;
        Parts = parts;
        Tags = new UaTagTable(options, parts.Catalog);
        ShardInlet inlet = parts.Intake.InletOf(options.Name);
        Marks = options.Mode == UaDeviceMode.Subscribe ? new UaSubscriptionMarks(inlet, parts.Options.Name, options, parts.NodesOf(options.Tags)) : null;
        Outlet = new UaOutlet(inlet, parts.Blocks, parts.Metrics, Marks);
        Decoder = new UaValueDecoder(Tags, parts.Catalog.Texts, parts.Options.GatewayTime, options.Name, parts.Logger);
        BadTags = new UaBadTags(this);
        Resolver = new UaTagResolver(this);
        _collector = options.Mode == UaDeviceMode.Poll ? new UaPoller(this) : new UaSubscriber(this);
    }

    public UaDeviceOptions Options { get; }

    public UaSourceParts Parts { get; }

    public string Name => Options.Name;

    /// <summary>What the channel's loop, the source's thread and the tasks share is under it.</summary>
    public Lock Gate { get; } = new();

    public UaTagTable Tags { get; }

    /// <summary>What the journal says of its subscriptions; null when it is polled.</summary>
    public UaSubscriptionMarks? Marks { get; }

    public UaOutlet Outlet { get; }

    public UaValueDecoder Decoder { get; }

    public UaBadTags BadTags { get; }

    public UaTagResolver Resolver { get; }

    /// <summary>Requests are written here, under the gate.</summary>
    public UaBuffer Request { get; } = new(firstBytes: 512);

    /// <summary>Called outside of the gate when the session was found useless: has its channel opened again. Set once, before the session starts.</summary>
    public Action<UaException>? GiveSessionUp { get; set; }

    /// <summary>The collector, for those who start it and for tests.</summary>
    public IUaCollector Collector => _collector;

    /// <summary>The session's services while there is a channel. Under the gate.</summary>
    public IUaServices? Services => _services;

    /// <summary>Whether nothing more is asked for. Any thread.</summary>
    public bool IsStopped => Volatile.Read(ref _isStopped);

    /// <summary>Whether the session is active and set up. Any thread.</summary>
    public bool IsOnline => Volatile.Read(ref _isOnline);

    /// <summary>Whether the device is not asked for more because there is no room. Any thread.</summary>
    public bool IsWaiting => Volatile.Read(ref _isWaiting);

    /// <summary>Notifications that are taken and not acknowledged. Any thread.</summary>
    public int Unacknowledged => Volatile.Read(ref _unacknowledged);

    /// <summary>Faults of the device itself; those of its session not included. Any thread.</summary>
    public long Faults => Volatile.Read(ref _faults);

    /// <summary>How it is doing.</summary>
    public DeviceStatus Status(long sessionFaults, string? sessionFault)
    {
        bool isOnline = IsOnline;
        return new DeviceStatus(Name, isOnline, Math.Max(Outlet.LastTicks, Volatile.Read(ref _livedTicks)), Outlet.Readings, Faults + sessionFaults, (isOnline ? null : sessionFault) ?? Volatile.Read(ref _lastFault) ?? sessionFault);
    }

    /// <inheritdoc/>
    public bool LeavesSubscriptions
    {
        get
        {
            lock (Gate) return _collector.LeavesSubscriptions;
        }
    }

    /// <inheritdoc/>
    public async Task OnlineAsync(IUaServices services, UaActivation activation, CancellationToken ended)
    {
        Task repair;
        lock (Gate)
        {
            _services = services;
            _ended = ended;
            _useless = null;
            repair = _repair;
        }
        // One that was about the channel before: its calls have failed with that.
        await repair.ConfigureAwait(false);
        // It is here for acknowledgements alone.
        if (IsStopped) return;
        (activation == UaActivation.New ? Parts.Metrics.SessionsNew : Parts.Metrics.SessionsResumed).Add();
        await _collector.SetUpAsync(services, activation, ended).ConfigureAwait(false);
        lock (Gate)
        {
            BadTags.EndRound();
            if (_services != services) return;
            Volatile.Write(ref _isOnline, true);
            UaSourceLog.SetUp(Parts.Logger, Name, services.EndpointUrl, Tags.Count, BadTags.Count);
        }
    }

    /// <inheritdoc/>
    public void Offline(UaException reason)
    {
        lock (Gate)
        {
            _services = null;
            Volatile.Write(ref _isOnline, false);
            _collector.Interrupted();
        }
    }

    /// <summary>The source's thread: some time has passed.</summary>
    public void Tick()
    {
        UaException? useless;
        lock (Gate)
        {
            long now = Parts.NowMs;
            bool hasRoom = Outlet.Flush();
            TellWait(!hasRoom, now);
            if (_services is { } services && !_isStopped && _repair.IsCompleted) BeginRepair(services, now);
            _collector.Tick(now, hasRoom);
            Volatile.Write(ref _unacknowledged, Outlet.Acknowledgements.Count);
            (useless, _useless) = (_useless, null);
        }
        // Outside of the gate: the end of a channel takes it.
        if (useless is null) return;
        UaSourceLog.GivenUp(Parts.Logger, Name, useless.Message);
        GiveSessionUp?.Invoke(useless);
    }

    /// <summary>Nothing more is asked for from now on.</summary>
    public void Stop()
    {
        lock (Gate)
        {
            Volatile.Write(ref _isStopped, true);
            _collector.Stop();
        }
    }

    /// <summary>Nothing is published from now on; what waits for room, or comes later, is not taken and not acknowledged.</summary>
    public void Close()
    {
        lock (Gate) Outlet.Close();
    }

    /// <summary>Whether all that was asked for, and has to be waited for, has come and is in the ring.</summary>
    public bool IsQuiet()
    {
        lock (Gate) return Outlet.Flush() && _collector.Outstanding == 0 && _repair.IsCompleted;
    }

    /// <summary>Under the gate: the session is no use any more; it is given up at the next tick.</summary>
    public void GiveUp(UaException reason)
    {
        CountFault(reason.Message);
        _useless ??= reason;
    }

    /// <summary>Under the gate: the server says that nothing has changed, which is as good as a value.</summary>
    public void Lives() => Volatile.Write(ref _livedTicks, Parts.UtcTicks);

    /// <summary>Under the gate: something went wrong.</summary>
    public void CountFault(string fault)
    {
        Parts.Metrics.Faults.Add();
        Volatile.Write(ref _faults, _faults + 1);
        Volatile.Write(ref _lastFault, fault);
    }

    /// <summary>Under the gate, after values were decoded: tags whose node the server does not know any more.</summary>
    public void TakeNodeFaults()
    {
        if (Decoder.NodeFaults.Count == 0) return;
        foreach ((int tag, uint status) in Decoder.NodeFaults)
        {
            if (Tags.Items[tag].IsBad) continue;
            BadTags.Mark(tag, status, hasReading: true);
            _collector.Lost(tag);
        }
        Decoder.NodeFaults.Clear();
        BadTags.EndRound();
    }

    private void BeginRepair(IUaServices services, long now)
    {
        bool retries = _isOnline && now >= BadTags.RetryAt;
        if (!retries && !(_isOnline && _collector.NeedsRepair)) return;
        int[] tags = retries ? BadTags.All : [];
        if (retries) BadTags.RetryAt = now + (long)Options.RetryBadNodes.TotalMilliseconds;
        _repair = StartRepair(services, tags, _ended);
    }

    // By itself: what a lambda captures is made when its method begins, and the one above begins a hundred times a second and does nothing mostly.
    private Task StartRepair(IUaServices services, int[] badTags, CancellationToken ended) => Task.Run(() => RepairAsync(services, badTags, ended), CancellationToken.None);

    private async Task RepairAsync(IUaServices services, int[] badTags, CancellationToken ended)
    {
        try
        {
            await _collector.RepairAsync(services, ended).ConfigureAwait(false);
            if (badTags.Length > 0) await RetryAsync(services, badTags, ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The channel has ended: setting up begins anew with the next.
        }
        catch (UaException failed)
        {
            lock (Gate)
            {
                if (_services == services) GiveUp(failed);
            }
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            UaSourceLog.Defect(Parts.Logger, Name, defect);
            lock (Gate) GiveUp(new UaException(UaStatusCodes.BadInternalError, $"Device {Name} could not be set up again", defect));
        }
    }

    private async Task RetryAsync(IUaServices services, int[] tags, CancellationToken ended)
    {
        try
        {
            await _collector.RetryAsync(services, tags, ended).ConfigureAwait(false);
        }
        catch (UaException failed)
        {
            // The others are no worse for it, and the session says itself when it is dead.
            UaSourceLog.RetryFailed(Parts.Logger, Name, failed.Message);
            lock (Gate) CountFault(failed.Message);
            return;
        }
        lock (Gate)
        {
            BadTags.EndRound();
            int good = tags.Count(t => !Tags.Items[t].IsBad);
            if (good > 0) UaSourceLog.TagsGood(Parts.Logger, Name, good, BadTags.Count);
        }
    }

    private void TellWait(bool isWaiting, long now)
    {
        if (isWaiting != _isWaiting)
        {
            Volatile.Write(ref _isWaiting, isWaiting);
            _waitingSince = now;
            if (!isWaiting && _waitIsLogged) UaSourceLog.GoesOn(Parts.Logger, Name, Options.Session.EndpointUrl);
            _waitIsLogged = false;
        }
        if (!isWaiting || _waitIsLogged || now - _waitingSince < LongWait.TotalMilliseconds) return;
        _waitIsLogged = true;
        UaSourceLog.Waiting(Parts.Logger, Name, Options.Session.EndpointUrl, LongWait);
    }
}
