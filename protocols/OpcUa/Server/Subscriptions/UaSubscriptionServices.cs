using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>The services of subscriptions (OPC 10000-4, 5.14). Under the server's gate.</summary>
internal sealed class UaSubscriptionServices(UaServerCore core)
{
    // What an acknowledgement takes on the wire.
    private const int AcknowledgementBytes = 2 * sizeof(uint);

    // A lifetime is three keep-alives at least (OPC 10000-4, 5.14.2.2).
    private const uint KeepAlivesOfLifetime = 3;

    // What a client that waits without an end is taken to wait.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public uint Create(in UaServing serving)
    {
        if (!serving.TryDecode<CreateSubscriptionRequest>(out CreateSubscriptionRequest? request)) return UaStatusCodes.BadDecodingError;
        if (core.Subscriptions.Count >= core.Limits.Subscriptions) return UaStatusCodes.BadTooManySubscriptions;
        UaServerSession session = serving.Session!;
        uint id = core.NextId();
        while (id == 0 || core.Subscriptions.ContainsKey(id)) id = core.NextId();
        UaServerSubscription subscription = new(core, id, session) { Timer = core.Timer, IsEnabled = request.PublishingEnabled };
        core.Subscriptions.Add(id, subscription);
        session.Subscriptions.Add(subscription);
        TimeSpan interval = Set(
            subscription, request.RequestedPublishingInterval, request.RequestedMaxKeepAliveCount, request.RequestedLifetimeCount, request.MaxNotificationsPerPublish, request.Priority);
        return serving.Answer(new CreateSubscriptionResponse(serving.ResponseHeader, id, interval.TotalMilliseconds, subscription.LifetimeCount, subscription.KeepAliveCount));
    }

    public uint Modify(in UaServing serving)
    {
        if (!serving.TryDecode<ModifySubscriptionRequest>(out ModifySubscriptionRequest? request)) return UaStatusCodes.BadDecodingError;
        if (!TryFind(serving, request.SubscriptionId, out UaServerSubscription subscription)) return UaStatusCodes.BadSubscriptionIdInvalid;
        TimeSpan interval = Set(
            subscription, request.RequestedPublishingInterval, request.RequestedMaxKeepAliveCount, request.RequestedLifetimeCount, request.MaxNotificationsPerPublish, request.Priority);
        return serving.Answer(new ModifySubscriptionResponse(serving.ResponseHeader, interval.TotalMilliseconds, subscription.LifetimeCount, subscription.KeepAliveCount));
    }

    public uint Delete(in UaServing serving)
    {
        if (!serving.TryDecode<DeleteSubscriptionsRequest>(out DeleteSubscriptionsRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.SubscriptionIds.Count, core.Limits.Subscriptions);
        if (refused != UaStatusCodes.Good) return refused;
        uint[] results = new uint[request.SubscriptionIds.Count];
        for (int i = 0; i < results.Length; i++)
        {
            bool found = TryFind(serving, request.SubscriptionIds[i], out UaServerSubscription subscription);
            if (found) subscription.Delete();
            results[i] = found ? UaStatusCodes.Good : UaStatusCodes.BadSubscriptionIdInvalid;
        }
        UaServerSession session = serving.Session!;
        if (session.Subscriptions.Count == 0 && !session.Publishing.HasNotices) session.Publishing.FailAll(core, UaStatusCodes.BadNoSubscription);
        return serving.Answer(new DeleteSubscriptionsResponse(serving.ResponseHeader, results));
    }

    public uint SetPublishingMode(in UaServing serving)
    {
        if (!serving.TryDecode<SetPublishingModeRequest>(out SetPublishingModeRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.SubscriptionIds.Count, core.Limits.Subscriptions);
        if (refused != UaStatusCodes.Good) return refused;
        uint[] results = new uint[request.SubscriptionIds.Count];
        for (int i = 0; i < results.Length; i++)
        {
            bool found = TryFind(serving, request.SubscriptionIds[i], out UaServerSubscription subscription);
            if (found)
            {
                subscription.IsEnabled = request.PublishingEnabled;
                subscription.Touch();
            }
            results[i] = found ? UaStatusCodes.Good : UaStatusCodes.BadSubscriptionIdInvalid;
        }
        return serving.Answer(new SetPublishingModeResponse(serving.ResponseHeader, results));
    }

    /// <summary>A Publish request: its acknowledgements are taken, and it waits. It is read in place: two of them a second and server add up.</summary>
    public uint Publish(in UaServing serving)
    {
        UaServerSession session = serving.Session!;
        UaReader reader = serving.Body;
        int count = reader.ArrayLength(AcknowledgementBytes);
        if (reader.Fault != UaFault.None) return UaStatusCodes.BadDecodingError;
        if (count > core.Limits.Subscriptions * (long)Math.Max(1, core.Limits.RetransmissionMessages)) return UaStatusCodes.BadTooManyOperations;
        uint[] results = count == 0 ? [] : new uint[count];
        for (int i = 0; i < count; i++)
        {
            uint id = reader.UInt32(), sequence = reader.UInt32();
            results[i] = !TryFind(serving, id, out UaServerSubscription subscription) ? UaStatusCodes.BadSubscriptionIdInvalid
                : subscription.Acknowledge(sequence) ? UaStatusCodes.Good : UaStatusCodes.BadSequenceNumberUnknown;
        }
        if (session.Subscriptions.Count == 0 && !session.Publishing.HasNotices) return UaStatusCodes.BadNoSubscription;
        long now = core.Timer.Now;
        if (session.Publishing.Count >= core.Limits.PublishRequests) session.Publishing.FailOldest(core, UaStatusCodes.BadTooManyPublishRequests);
        long wait = serving.Header.TimeoutHint == 0 ? LongestWait.Ticks : serving.Header.TimeoutHint * TimeSpan.TicksPerMillisecond;
        session.Publishing.Add(new UaWaitingPublish(serving.Channel, serving.RequestId, serving.Header.RequestHandle, now + wait, results));
        session.Publishing.SendNotices(core, now);
        ServeLate(session, now);
        return UaServing.Later;
    }

    public static uint Republish(in UaServing serving)
    {
        if (!serving.TryDecode<RepublishRequest>(out RepublishRequest? request)) return UaStatusCodes.BadDecodingError;
        if (!TryFind(serving, request.SubscriptionId, out UaServerSubscription subscription)) return UaStatusCodes.BadSubscriptionIdInvalid;
        subscription.Touch();
        UaWriter writer = new(serving.Response);
        writer.EncodingId(UaEncodingIds.RepublishResponse);
        serving.ResponseHeader.Encode(writer);
        return subscription.TryWriteAgain(request.RetransmitSequenceNumber, writer) ? UaStatusCodes.Good : UaStatusCodes.BadMessageNotAvailable;
    }

    public uint Transfer(in UaServing serving)
    {
        if (!serving.TryDecode<TransferSubscriptionsRequest>(out TransferSubscriptionsRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.SubscriptionIds.Count, core.Limits.Subscriptions);
        if (refused != UaStatusCodes.Good) return refused;
        UaServerSession session = serving.Session!;
        TransferResult[] results = new TransferResult[request.SubscriptionIds.Count];
        for (int i = 0; i < results.Length; i++)
        {
            if (!core.Subscriptions.TryGetValue(request.SubscriptionIds[i], out UaServerSubscription? subscription)) results[i] = new TransferResult(UaStatusCodes.BadSubscriptionIdInvalid, []);
            else if (subscription.User != session.User || subscription.ClientUri != session.ClientUri) results[i] = new TransferResult(UaStatusCodes.BadUserAccessDenied, []);
            else
            {
                subscription.Enter(session, request.SendInitialValues);
                results[i] = new TransferResult(UaStatusCodes.Good, subscription.Available());
            }
        }
        ServeLate(session, core.Timer.Now);
        return serving.Answer(new TransferSubscriptionsResponse(serving.ResponseHeader, results));
    }

    /// <summary>The subscription of a session with a number.</summary>
    public static bool TryFind(in UaServing serving, uint id, out UaServerSubscription subscription)
    {
        foreach (UaServerSubscription one in serving.Session!.Subscriptions)
        {
            if (one.Id != id) continue;
            subscription = one;
            return true;
        }
        subscription = null!;
        return false;
    }

    // The more important first, then the one that waits longest.
    private static void ServeLate(UaServerSession session, long now)
    {
        while (session.Publishing.Count > 0)
        {
            UaServerSubscription? next = null;
            foreach (UaServerSubscription one in session.Subscriptions)
            {
                if (one.LateSince is not { } since) continue;
                if (next is null || one.Priority > next.Priority || (one.Priority == next.Priority && since < next.LateSince)) next = one;
            }
            if (next is null) return;
            next.Publish(now);
        }
    }

    private TimeSpan Set(UaServerSubscription subscription, double askedInterval, uint askedKeepAlive, uint askedLifetime, uint askedNotifications, byte priority)
    {
        double milliseconds = double.IsNaN(askedInterval) ? 0 : askedInterval;
        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, core.Limits.ShortestPublishing.TotalMilliseconds, core.Limits.LongestInterval.TotalMilliseconds));
        uint keepAlive = Math.Clamp(askedKeepAlive, 1, core.Limits.LifetimeCount / KeepAlivesOfLifetime);
        uint lifetime = Math.Clamp(askedLifetime, keepAlive * KeepAlivesOfLifetime, core.Limits.LifetimeCount);
        int most = askedNotifications == 0 ? core.Limits.NotificationsPerPublish : (int)Math.Min(askedNotifications, (uint)core.Limits.NotificationsPerPublish);
        subscription.Set(interval, keepAlive, lifetime, most, priority);
        return interval;
    }
}
