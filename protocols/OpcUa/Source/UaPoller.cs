using HyperIngest.Core.Polling;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// Reads a device's tags at its interval: requests that were encoded once, some of them under way at a time, each sent when the shard has room for what it brings. Under the device's gate; allocates nothing for
/// a poll. While there is no session the target stays busy, so that polls that do not take place are counted as skipped.
/// </summary>
internal sealed class UaPoller : PollTarget, IUaCollector
{
    private readonly UaDevice _device;
    private readonly PollScheduler _scheduler;
    private readonly string _asked;
    private readonly UaReadSlot[] _slots;
    private readonly bool _stampsDue;
    private UaReadPart[] _plan = [];
    private int _mostPerRead = int.MaxValue;
    private bool _isPlanStale;
    private bool _isReady;

    // Nodes by tag while the session lasts, null for a tag that is not read: what the plan is made of again when a tag becomes bad.
    private readonly UaNodeId[] _nodes;

    // The poll at hand.
    private bool _isDue;
    private bool _isPolling;
    private int _next;
    private int _underWay;
    private int _reserved;
    private bool _isDelayed;
    private bool _hasFailed;
    private long _began;
    private bool _failureIsLogged;

    public UaPoller(UaDevice device)
        : base(device.Parts.Scheduler, device.Name, device.Options.Poll.Interval)
    {
        _device = device;
        _scheduler = device.Parts.Scheduler;
        _asked = $"Read of device {device.Name}";
        _stampsDue = device.Parts.Options.GatewayTime == UaGatewayTime.Due;
        _nodes = new UaNodeId[device.Tags.Count];
        _slots = new UaReadSlot[device.Options.Poll.InFlight];
        for (int i = 0; i < _slots.Length; i++) _slots[i] = new UaReadSlot(this);
    }

    /// <inheritdoc/>
    public override int Weight => _device.Tags.Readings;

    /// <inheritdoc/>
    public bool NeedsRepair => false;

    /// <inheritdoc/>
    public int Outstanding => _underWay;

    /// <inheritdoc/>
    public async Task SetUpAsync(IUaServices services, UaActivation activation, CancellationToken ended)
    {
        // Node ids, registered ones among them, hold as long as the session.
        if (activation == UaActivation.New || !_nodes.AsSpan().ContainsAnyExcept(UaNodeId.Null))
        {
            lock (_device.Gate) _nodes.AsSpan().Clear();
            await AddAsync(services, [.. Enumerable.Range(0, _device.Tags.Count)], ended).ConfigureAwait(false);
        }
        lock (_device.Gate)
        {
            if (_device.Services != services) return;
            _isReady = true;
            MakePlan(services);
            // One that came due meanwhile: the next takes place.
            if (_isDue && !_isPolling) End();
        }
    }

    /// <inheritdoc/>
    public Task RepairAsync(IUaServices services, CancellationToken ended) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RetryAsync(IUaServices services, IReadOnlyList<int> tags, CancellationToken ended) => AddAsync(services, tags, ended);

    /// <inheritdoc/>
    public void Lost(int tag)
    {
        _nodes[tag] = UaNodeId.Null;
        _isPlanStale = true;
    }

    /// <inheritdoc/>
    public void Interrupted()
    {
        _isReady = false;
        // What is under way has failed, or does now, and ends the poll.
        if (_isPolling) _next = _plan.Length;
        EndIfDone();
    }

    /// <inheritdoc/>
    public void Stop() => _next = _plan.Length;

    /// <inheritdoc/>
    public void Tick(long nowMs, bool hasRoom)
    {
        if (_isPolling && hasRoom) GoOn();
    }

    /// <summary>The channel's loop: a request was answered.</summary>
    public void Answered(UaReadSlot slot, ReadOnlySpan<byte> message)
    {
        lock (_device.Gate)
        {
            UaReadPart part = Free(slot);
            try
            {
                Take(part, new ReadResponseReader(UaMessages.OpenResponse(message, UaEncodingIds.ReadResponse, _asked)));
                _failureIsLogged = false;
            }
            catch (UaException failed)
            {
                Refused(part, failed);
            }
            GoOn();
        }
    }

    /// <summary>The channel's loop or timer: a request will not be answered.</summary>
    public void Unanswered(UaReadSlot slot, UaException reason)
    {
        lock (_device.Gate)
        {
            UaReadPart part = Free(slot);
            if (_device.Services is not null) Refused(part, reason);
            GoOn();
        }
    }

    /// <inheritdoc/>
    protected override void OnDue()
    {
        lock (_device.Gate)
        {
            _isDue = true;
            if (!_isReady || _device.Services is not { } services || _device.IsStopped) return;
            if (_isPlanStale) MakePlan(services);
            _isPolling = true;
            _next = _reserved = 0;
            _isDelayed = _hasFailed = false;
            _began = _scheduler.Now;
            _device.Parts.Metrics.Polls.Add();
            GoOn();
        }
    }

    private void GoOn()
    {
        if (!_isPolling) return;
        if (_device.Services is { } services && !_device.IsStopped)
        {
            foreach (UaReadSlot slot in _slots)
            {
                if (_next >= _plan.Length) break;
                if (slot.Part is not null) continue;
                UaReadPart part = _plan[_next];
                if (_device.Outlet.IsWaiting || !_device.Outlet.HasRoom(part.Readings, _reserved))
                {
                    if (!_isDelayed) _device.Parts.Metrics.PollsDelayed.Add();
                    _isDelayed = true;
                    return;
                }
                _next++;
                Send(services, slot, part);
            }
        }
        EndIfDone();
    }

    private void Send(IUaServices services, UaReadSlot slot, UaReadPart part)
    {
        TimeSpan timeout = _device.Options.Session.RequestTimeout;
        _device.Request.Clear();
        part.Read.Write(new UaWriter(_device.Request), services.Header(timeout));
        slot.Part = part;
        _underWay++;
        _reserved += part.Readings;
        try
        {
            services.Send(_device.Request, slot, timeout);
        }
        catch (UaException notSent)
        {
            Free(slot);
            Refused(part, notSent);
        }
    }

    private void Take(UaReadPart part, ReadResponseReader values)
    {
        if (values.Count != part.Tags.Length) throw new UaException(UaStatusCodes.BadUnknownResponse, $"{_asked}: {part.Tags.Length} values were asked for and {values.Count} came");
        UaReadingBlock block = _device.Outlet.Rent();
        block.ArrivedTicks = _device.Parts.UtcTicks;
        long gatewayTicks = _stampsDue ? IntendedUtc : block.ArrivedTicks;
        UaItem[] items = _device.Tags.Items;
        int at = 0;
        while (values.Next(out UaDataValue value))
        {
            int tag = part.Tags[at++];
            _device.Decoder.Take(ref items[tag], tag, value, gatewayTicks, block);
        }
        RecordAnswered(block.Count);
        _device.Outlet.Put(block);
        _device.TakeNodeFaults();
        if (values.Fault != UaFault.None) throw new UaException(UaStatusCodes.BadDecodingError, $"{_asked}: the values are malformed ({values.Fault}) behind the first {at}, which were taken");
    }

    private void Refused(UaReadPart part, UaException failed)
    {
        _hasFailed = true;
        _device.Parts.Metrics.PollRequestsFailed.Add();
        if (UaSessionFaults.IsSessionGone(failed.Status))
        {
            _device.GiveUp(failed);
            return;
        }
        _device.CountFault(failed.Message);
        if (UaRefusals.IsTooLarge(failed.Status) && part.Tags.Length > 1)
        {
            // In halves from the next poll on.
            _mostPerRead = Math.Min(_mostPerRead, (part.Tags.Length + 1) / 2);
            _isPlanStale = true;
        }
        if (!_failureIsLogged) UaSourceLog.ReadFailed(_device.Parts.Logger, _device.Name, part.Tags.Length, failed.Message);
        _failureIsLogged = true;
    }

    private UaReadPart Free(UaReadSlot slot)
    {
        UaReadPart part = slot.Part!;
        slot.Part = null;
        _underWay--;
        _reserved -= part.Readings;
        return part;
    }

    private void EndIfDone()
    {
        if (!_isPolling || _underWay > 0 || _next < _plan.Length || _device.Outlet.IsWaiting) return;
        if (!_hasFailed && _plan.Length > 0 && _device.Services is not null) _device.Parts.Metrics.PollTime.Record(_scheduler.Now - _began);
        End();
    }

    private void End()
    {
        _isPolling = _isDue = false;
        Complete();
    }

    // Resolves tags, and registers their nodes where that is asked for; those that can be read are in the next plan.
    private async Task AddAsync(IUaServices services, IReadOnlyList<int> tags, CancellationToken ended)
    {
        List<UaTagNode> nodes = await _device.Resolver.ResolveAsync(services, tags, ended).ConfigureAwait(false);
        if (_device.Options.Poll.Register && nodes.Count > 0) nodes = await RegisterAsync(services, nodes, ended).ConfigureAwait(false);
        lock (_device.Gate)
        {
            foreach (UaTagNode node in nodes)
            {
                _nodes[node.Tag] = node.Node;
                _device.BadTags.Clear(node.Tag);
            }
            _isPlanStale = true;
        }
    }

    private static async Task<List<UaTagNode>> RegisterAsync(IUaServices services, List<UaTagNode> nodes, CancellationToken ended)
    {
        UaTagNode[] registered = new UaTagNode[nodes.Count];
        await UaBulk.RunAsync(nodes.Count, services.Limits.NodesPerRegister, async (from, count) =>
        {
            RegisterNodesResponse response = await services.CallAsync<RegisterNodesRequest, RegisterNodesResponse>(
                header => new RegisterNodesRequest(header, [.. nodes.GetRange(from, count).Select(n => n.Node)]), ended).ConfigureAwait(false);
            UaAnswers.Demand(count, response.RegisteredNodeIds.Count, "nodes to register", services.EndpointUrl);
            for (int i = 0; i < count; i++) registered[from + i] = new UaTagNode(nodes[from + i].Tag, response.RegisteredNodeIds[i]);
        }).ConfigureAwait(false);
        return [.. registered];
    }

    private void MakePlan(IUaServices services)
    {
        if (_isPolling) return;
        _isPlanStale = false;
        List<UaReadPart> plan = [];
        IEnumerable<int> read = Enumerable.Range(0, _nodes.Length).Where(tag => _nodes[tag] != UaNodeId.Null);
        foreach (int[] tags in read.Chunk(Math.Min(services.Limits.NodesPerRead, _mostPerRead)))
        {
            PreparedRead request = new([.. tags.Select(tag => new ReadValueId(_nodes[tag]))], TimestampsToReturn.Source);
            plan.Add(new UaReadPart(request, tags, tags.Sum(tag => Math.Max(1, _device.Tags[tag].Elements))));
        }
        _plan = [.. plan];
    }
}
