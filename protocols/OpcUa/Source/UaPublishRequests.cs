using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// The Publish requests that are kept at a device's server, and the acknowledgements they carry, which are of what is durable. Under the device's gate, but for the two calls that bring an answer; allocates
/// nothing for a request.
/// </summary>
internal sealed class UaPublishRequests
{
    // After a Publish request was refused for a reason that asking at once again does not change.
    private const long PauseMs = 1000;

    // Acknowledgements travel with requests, and while all requests wait at a server that has nothing to say there is none: after so long one goes for them alone. Longer than most subscriptions are silent,
    // and short beside a keep-alive: servers keep little that is safe already, and a kill has little published again.
    private const long AcknowledgeAfterMs = 2000;

    private readonly UaDevice _device;
    private readonly UaSubscriber _owner;
    private readonly string _asked;

    // One more than are kept at the server, for acknowledgements that would wait.
    private readonly UaPublishSlot[] _slots;

    // Answers an acknowledgement after the end, when the others are still at the server.
    private readonly UaPublishSlot _last;

    private int _underWay;
    private int _wanted;
    private long _notBefore;
    private long _answeredAt;
    private bool _mayExceed;
    private bool _failureIsLogged;

    public UaPublishRequests(UaDevice device, UaSubscriber owner)
    {
        _device = device;
        _owner = owner;
        _asked = $"Publish of device {device.Name}";
        _wanted = device.Options.Subscribe.InFlight;
        _slots = new UaPublishSlot[_wanted + 1];
        for (int i = 0; i < _slots.Length; i++) _slots[i] = new UaPublishSlot(this);
        _last = new UaPublishSlot(this);
    }

    /// <summary>Whether any may be sent: not before the subscriptions are this session's. A server that is asked by a session without any says that there are none, and they would be held dead while they are taken over.</summary>
    public bool MayAsk { get; private set; }

    /// <summary>Whether one is at the server.</summary>
    public bool AnyUnderWay => _underWay > 0;

    /// <summary>The subscriptions are this session's.</summary>
    public void Begin()
    {
        MayAsk = true;
        _notBefore = 0;
        _wanted = _device.Options.Subscribe.InFlight;
        _mayExceed = true;
    }

    /// <summary>The channel has ended.</summary>
    public void Interrupted() => MayAsk = false;

    /// <summary>Has as many at the server as are to be there.</summary>
    public void Fill(IUaServices services)
    {
        if (_owner.Subscriptions.Count == 0 || _device.Parts.NowMs < _notBefore) return;
        foreach (UaPublishSlot slot in _slots)
        {
            if (_underWay >= _wanted) return;
            if (!slot.IsUnderWay && !TrySend(services, slot)) return;
        }
    }

    /// <summary>Sends one request more than are kept at the server, for acknowledgements that would have to wait.</summary>
    public void AcknowledgeLate(long nowMs)
    {
        if (!MayAsk || !_mayExceed || _underWay != _wanted || nowMs - _answeredAt < AcknowledgeAfterMs || _device.Outlet.IsWaiting) return;
        if (_device.Outlet.Acknowledgements.HasReady(_device.Outlet.Durable)) TrySend(_device.Services!, Array.Find(_slots, slot => !slot.IsUnderWay)!);
    }

    /// <summary>After the end: the same, for all that has become durable.</summary>
    public void AcknowledgeRest()
    {
        if (_last.IsUnderWay || _owner.Subscriptions.Count == 0 || !_device.Outlet.Acknowledgements.HasReady(_device.Outlet.Durable)) return;
        TrySend(_device.Services!, _last);
    }

    /// <summary>The channel's loop: a Publish request was answered.</summary>
    public void Answered(UaPublishSlot slot, ReadOnlySpan<byte> message)
    {
        lock (_device.Gate)
        {
            Free(slot);
            _answeredAt = _device.Parts.NowMs;
            try
            {
                PublishResponseReader response = new(UaMessages.OpenResponse(message, UaEncodingIds.PublishResponse, _asked));
                if (response.Fault != Binary.UaFault.None) throw new UaException(UaStatusCodes.BadDecodingError, $"{_asked}: the answer is malformed ({response.Fault})");
                if (slot.Carried > 0) _device.Parts.Metrics.Acknowledged.Add(slot.Carried);
                _failureIsLogged = false;
                if (!_device.IsStopped) _owner.Take(response);
            }
            catch (UaException failed)
            {
                Refused(slot, failed);
            }
            _owner.GoOn();
        }
    }

    /// <summary>The channel's loop or timer: a Publish request will not be answered.</summary>
    public void Unanswered(UaPublishSlot slot, UaException reason)
    {
        lock (_device.Gate)
        {
            Free(slot);
            slot.GiveBack(_device.Outlet.Acknowledgements);
            if (reason.Status == UaStatusCodes.BadTimeout && _device.Services is not null) _device.CountFault(reason.Message);
        }
    }

    private void Refused(UaPublishSlot slot, UaException failed)
    {
        slot.GiveBack(_device.Outlet.Acknowledgements);
        switch (failed.Status)
        {
            case UaStatusCodes.BadTooManyPublishRequests:
                // It has as many as it takes: one less than there were.
                _wanted = Math.Max(1, Math.Min(_wanted, _underWay));
                _mayExceed = false;
                UaSourceLog.FewerPublishRequests(_device.Parts.Logger, _device.Name, _wanted);
                return;
            case UaStatusCodes.BadNoSubscription:
                _owner.BuryAll();
                return;
            case var status when UaSessionFaults.IsSessionGone(status):
                _device.GiveUp(failed);
                return;
            default:
                _device.CountFault(failed.Message);
                _notBefore = _device.Parts.NowMs + PauseMs;
                if (!_failureIsLogged) UaSourceLog.PublishFailed(_device.Parts.Logger, _device.Name, failed.Message);
                _failureIsLogged = true;
                return;
        }
    }

    private bool TrySend(IUaServices services, UaPublishSlot slot)
    {
        // Each of those before it may have to wait for a keep-alive; the subscription's own silence is watched apart from that.
        TimeSpan timeout = (2 * (_slots.Length + 1) * _owner.Subscriptions.LongestKeepAlive) + _device.Options.Session.RequestTimeout;
        slot.Write(_device.Request, services.Header(timeout), _device.Outlet.Acknowledgements, _device.Outlet.Durable);
        slot.IsUnderWay = true;
        _underWay++;
        try
        {
            services.Send(_device.Request, slot, timeout);
            return true;
        }
        catch (UaException notSent)
        {
            Free(slot);
            slot.GiveBack(_device.Outlet.Acknowledgements);
            _notBefore = _device.Parts.NowMs + PauseMs;
            _device.CountFault(notSent.Message);
            return false;
        }
    }

    private void Free(UaPublishSlot slot)
    {
        if (!slot.IsUnderWay) return;
        slot.IsUnderWay = false;
        _underWay--;
    }
}
