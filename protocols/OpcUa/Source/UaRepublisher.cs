using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// Gets notifications that did not come by asking for them again, one at a time and in order; those behind a gap are held until it is closed. After a channel was lost it asks for what was sent meanwhile, until
/// the server has no more. Under the device's gate, but for the two calls that bring an answer.
/// </summary>
internal sealed class UaRepublisher(UaDevice device, UaSubscriber owner) : IUaPending
{
    // A server keeps tens of notifications; what a jump of its numbers promises beyond that it does not have.
    private const int MostAskedFor = 1000;

    private readonly string _what = $"Republish of device {device.Name}";
    private UaSubscription? _asked;

    /// <summary>Whether an answer is waited for.</summary>
    public bool IsBusy => _asked is not null;

    /// <summary>The notification <paramref name="end"/> came or was announced, and those before it did not.</summary>
    public void Open(UaSubscription subscription, uint end)
    {
        UaSourceLog.Gap(device.Parts.Logger, device.Name, subscription.Id, subscription.Next, end);
        subscription.HasGap = true;
        subscription.GapEnd = end;
        long beyond = UaNotificationNumbers.Ahead(end, subscription.Next) - MostAskedFor;
        if (beyond > 0) Skip(subscription, beyond, $"the numbers went on at {end}, and no server keeps so many");
    }

    /// <summary>A notification came before its turn.</summary>
    public void Hold(UaSubscription subscription, in NotificationReader notification, UaReadingBlock block)
    {
        bool isKnown = subscription.Held.Count > 0 && UaNotificationNumbers.Ahead(block.Sequence, subscription.LastHeld) <= 0;
        if (isKnown || (subscription.HasGap && UaNotificationNumbers.Ahead(block.Sequence, subscription.GapEnd) < 0))
        {
            // It is held already, or is being asked for.
            device.Parts.Metrics.Duplicates.Add();
            device.Outlet.Return(block);
            return;
        }
        subscription.Held.Enqueue(block);
        subscription.LastHeld = block.Sequence;
        if (!subscription.HasGap && block.Sequence != subscription.Next) Open(subscription, block.Sequence);
        device.TakeNodeFaults();
        if (notification.HasStatusChange) owner.StatusChanged(subscription, notification.StatusChange);
    }

    /// <summary>Asks for the next that is missing; false when none is.</summary>
    public bool GoOn(IUaServices services)
    {
        if (_asked is not null) return true;
        foreach (UaSubscription subscription in owner.Subscriptions.Live)
        {
            if (!subscription.HasGap && !subscription.IsProbing) continue;
            TimeSpan timeout = device.Options.Session.RequestTimeout;
            UaRequestHeader header = services.Header(timeout);
            device.Request.Clear();
            new Binary.UaWriter(device.Request).Message(new RepublishRequest(header, subscription.Id, subscription.Next));
            _asked = subscription;
            try
            {
                services.Send(device.Request, this, timeout);
            }
            catch (UaException notSent)
            {
                // At the next tick, if the channel has not ended.
                _asked = null;
                device.CountFault(notSent.Message);
            }
            return true;
        }
        return false;
    }

    /// <summary>The channel has ended; what is held stays, and the gap is closed over the next.</summary>
    public void Interrupted() => _asked = null;

    /// <summary>What is missing will not come: what is held is published.</summary>
    public void GiveGapUp(UaSubscription subscription, string reason)
    {
        while (subscription.HasGap)
        {
            Skip(subscription, UaNotificationNumbers.Ahead(subscription.GapEnd, subscription.Next), reason);
            Close(subscription);
        }
        Close(subscription);
    }

    /// <summary>Nothing more is published: what is held stays with the server.</summary>
    public void Drop(UaSubscription subscription)
    {
        while (subscription.Held.TryDequeue(out UaReadingBlock? held)) device.Outlet.Return(held);
    }

    /// <inheritdoc/>
    public void Complete(ReadOnlySpan<byte> message)
    {
        lock (device.Gate)
        {
            if (_asked is not { } subscription) return;
            _asked = null;
            if (device.IsStopped) return;
            if (!subscription.IsDead) Take(subscription, message);
            owner.GoOn();
        }
    }

    /// <inheritdoc/>
    public void Fail(UaException reason)
    {
        lock (device.Gate)
        {
            // Asked again at the next tick, if the channel has not ended.
            _asked = null;
            if (device.Services is not null) device.CountFault(reason.Message);
        }
    }

    /// <summary>Notifications, or the rest of one, are lost.</summary>
    public void CountLost(uint subscription, uint first, long count, string reason)
    {
        device.Parts.Metrics.Lost.Add(count);
        device.CountFault($"{count} notifications of subscription {subscription} are lost: {reason}");
        UaSourceLog.NotificationsLost(device.Parts.Logger, device.Name, subscription, first, UaNotificationNumbers.After(first, count - 1), reason);
    }

    private void Take(UaSubscription subscription, ReadOnlySpan<byte> message)
    {
        uint wanted = subscription.Next;
        try
        {
            RepublishResponseReader response = new(UaMessages.OpenResponse(message, UaEncodingIds.RepublishResponse, _what));
            NotificationReader notification = response.Notification;
            if (response.Fault != Binary.UaFault.None || notification.SequenceNumber != wanted)
            {
                Missing(subscription, response.Fault != Binary.UaFault.None ? $"the server's answer is malformed ({response.Fault})" : $"the server sent {notification.SequenceNumber} instead");
                return;
            }
            subscription.HeardAt = device.Parts.NowMs;
            device.Parts.Metrics.Republished.Add();
            owner.TakeNow(subscription, ref notification);
            if (subscription.HasGap && subscription.Next == subscription.GapEnd) Close(subscription);
        }
        catch (UaException refused)
        {
            if (UaSessionFaults.IsSessionGone(refused.Status)) device.GiveUp(refused);
            else if (refused.Status is UaStatusCodes.BadSubscriptionIdInvalid or UaStatusCodes.BadNoSubscription) owner.Bury(subscription, "the server does not know it any more");
            else Missing(subscription, $"asked for again, the server says {UaStatusCodes.NameOf(refused.Status)}");
        }
    }

    // The server does not have it. What a gap shows to be missing is lost; beyond that it only says that there is no more.
    private void Missing(UaSubscription subscription, string reason)
    {
        if (subscription.HasGap)
        {
            Skip(subscription, 1, reason);
            if (subscription.Next == subscription.GapEnd) Close(subscription);
            return;
        }
        subscription.IsProbing = false;
        Close(subscription);
    }

    private void Skip(UaSubscription subscription, long count, string reason)
    {
        if (count <= 0) return;
        CountLost(subscription.Id, subscription.Next, count, reason);
        subscription.Next = UaNotificationNumbers.After(subscription.Next, count);
    }

    // The gap is closed: what is held has its turn, up to the next gap.
    private void Close(UaSubscription subscription)
    {
        subscription.HasGap = false;
        while (subscription.Held.TryPeek(out UaReadingBlock? held))
        {
            long ahead = UaNotificationNumbers.Ahead(held.Sequence, subscription.Next);
            if (ahead > 0)
            {
                subscription.HasGap = true;
                subscription.GapEnd = held.Sequence;
                return;
            }
            subscription.Held.Dequeue();
            if (ahead < 0)
            {
                device.Parts.Metrics.Duplicates.Add();
                device.Outlet.Return(held);
                continue;
            }
            subscription.Next = UaNotificationNumbers.After(held.Sequence);
            device.Outlet.Put(held);
        }
    }
}
