using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Server.Sessions;

/// <summary>A Publish request that waits for something to publish.</summary>
/// <param name="Channel">Where it came from.</param>
/// <param name="RequestId">For the answer.</param>
/// <param name="Handle">For the answer's header.</param>
/// <param name="ExpiresAt">When its sender does not wait any more, the timer's ticks.</param>
/// <param name="Results">How its acknowledgements went.</param>
internal readonly record struct UaWaitingPublish(UaServerChannel Channel, uint RequestId, uint Handle, long ExpiresAt, uint[] Results);

/// <summary>The Publish requests of a session that wait, and what it has to be told of subscriptions that are gone.</summary>
internal sealed class UaPublishQueue
{
    // More than a client can have lost and not asked for; the oldest goes.
    private const int MostNotices = 100;

    private readonly Queue<UaWaitingPublish> _waiting = new();
    private readonly Queue<(uint Subscription, uint Sequence, uint Status)> _notices = new();

    public int Count => _waiting.Count;

    public bool HasNotices => _notices.Count > 0;

    public void Add(in UaWaitingPublish request) => _waiting.Enqueue(request);

    /// <summary>The oldest that is still waited for; false when there is none. Those whose time is over are told so.</summary>
    public bool TryTake(UaServerCore core, long now, out UaWaitingPublish request)
    {
        while (_waiting.TryDequeue(out request))
        {
            if (request.ExpiresAt > now) return true;
            Fail(core, request, UaStatusCodes.BadTimeout);
        }
        return false;
    }

    /// <summary>Tells those whose time is over.</summary>
    public void Expire(UaServerCore core, long now)
    {
        while (_waiting.TryPeek(out UaWaitingPublish oldest) && oldest.ExpiresAt <= now) Fail(core, _waiting.Dequeue(), UaStatusCodes.BadTimeout);
    }

    /// <summary>Tells the oldest to make room.</summary>
    public void FailOldest(UaServerCore core, uint status) => Fail(core, _waiting.Dequeue(), status);

    /// <summary>Tells all.</summary>
    public void FailAll(UaServerCore core, uint status)
    {
        while (_waiting.TryDequeue(out UaWaitingPublish request)) Fail(core, request, status);
    }

    /// <summary>Their channel is gone: nobody is there to be told.</summary>
    public void ForgetAll() => _waiting.Clear();

    /// <summary>Something happened to a subscription that is not the session's any more.</summary>
    public void AddNotice(uint subscription, uint sequence, uint status)
    {
        if (_notices.Count == MostNotices) _notices.Dequeue();
        _notices.Enqueue((subscription, sequence, status));
    }

    /// <summary>Sends what is to be told, as far as there are requests.</summary>
    public void SendNotices(UaServerCore core, long now)
    {
        while (_notices.Count > 0 && TryTake(core, now, out UaWaitingPublish request))
        {
            (uint subscription, uint sequence, uint status) = _notices.Dequeue();
            UaBuffer buffer = UaResponseBuffer.Take();
            UaWriter writer = new(buffer);
            long utc = core.Timer.UtcOf(now);
            PublishResponseWriter response = new(writer, new UaResponseHeader(utc, request.Handle, UaStatusCodes.Good), subscription, [], moreNotifications: false);
            NotificationWriter.StatusChange(writer, sequence, utc, status);
            response.End(request.Results);
            request.Channel.TryRespond(request.RequestId, buffer);
        }
    }

    private static void Fail(UaServerCore core, in UaWaitingPublish request, uint status)
    {
        core.Counters.CountFault(status);
        UaBuffer buffer = UaResponseBuffer.Take();
        new UaWriter(buffer).Message(new ServiceFault(new UaResponseHeader(core.UtcNow, request.Handle, status)));
        request.Channel.TryRespond(request.RequestId, buffer);
    }
}
