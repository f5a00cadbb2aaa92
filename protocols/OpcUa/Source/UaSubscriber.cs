using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// A device's subscriptions: has Publish requests kept at the server, takes notifications in the order of their numbers, and finds subscriptions that are dead. Under the device's gate; allocates nothing for a notification.
/// </summary>
internal sealed class UaSubscriber : IUaCollector
{
    // A subscription is held dead when it was silent for so many times what it said.
    private const int SilentKeepAlives = 3;

    private readonly UaDevice _device;
    private readonly UaSubscriptionMaker _maker;
    private readonly UaTakeOver _takeOver;
    private readonly UaRepublisher _republisher;
    private readonly UaPublishRequests _requests;

    public UaSubscriber(UaDevice device)
    {
        _device = device;
        _requests = new UaPublishRequests(device, this);
        Subscriptions = new UaSubscriptions(device);
        _maker = new UaSubscriptionMaker(device, this);
        _takeOver = new UaTakeOver(device, this, _maker);
        _republisher = new UaRepublisher(device, this);
    }

    /// <summary>The subscriptions there are.</summary>
    public UaSubscriptions Subscriptions { get; }

    /// <inheritdoc/>
    public bool NeedsRepair => Subscriptions.Missing > 0;

    /// <inheritdoc/>
    // Not to a server that has refused to give them back: they would only take up room there.
    public bool LeavesSubscriptions => Subscriptions.Live.Count > 0 && !_takeOver.IsRefused && Subscriptions.Live.TrueForAll(s => s.IsMarked);

    /// <inheritdoc/>
    // What is published later stays with the server, unacknowledged.
    public int Outstanding => 0;

    /// <inheritdoc/>
    public async Task SetUpAsync(IUaServices services, UaActivation activation, CancellationToken ended)
    {
        if (activation == UaActivation.New) await _maker.TransferAsync(services, ended).ConfigureAwait(false);
        lock (_device.Gate)
        {
            if (_device.Services != services) return;
            _requests.Begin();
            foreach (UaSubscription subscription in Subscriptions.Live)
            {
                subscription.IsProbing = true;
                subscription.HeardAt = _device.Parts.NowMs;
            }
            GoOn();
        }
        await _takeOver.RunAsync(services, ended).ConfigureAwait(false);
        await _maker.MakeMissingAsync(services, ended).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task RepairAsync(IUaServices services, CancellationToken ended) => _maker.MakeMissingAsync(services, ended);

    /// <inheritdoc/>
    public Task RetryAsync(IUaServices services, IReadOnlyList<int> tags, CancellationToken ended) => _maker.RetryAsync(services, tags, ended);

    /// <inheritdoc/>
    public void Lost(int tag)
    {
        // Its item says nothing more until the tag is tried again.
    }

    /// <inheritdoc/>
    public void Interrupted()
    {
        _requests.Interrupted();
        _republisher.Interrupted();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        bool leaves = LeavesSubscriptions;
        foreach (UaSubscription subscription in Subscriptions.Live)
        {
            _republisher.Drop(subscription);
            if (!leaves && subscription.IsMarked) _device.Outlet.End(subscription);
        }
    }

    /// <inheritdoc/>
    public void Tick(long nowMs, bool hasRoom)
    {
        if (_device.Services is null) return;
        if (_device.IsStopped)
        {
            _requests.AcknowledgeRest();
            return;
        }
        // What is not asked for is not missed.
        if (!hasRoom)
        {
            foreach (UaSubscription subscription in Subscriptions.Live) subscription.HeardAt = nowMs;
            return;
        }
        GoOn();
        if (_republisher.IsBusy) return;
        _requests.AcknowledgeLate(nowMs);
        if (_requests.AnyUnderWay) Watch(nowMs);
    }

    /// <summary>A subscription was made: it publishes from now on.</summary>
    public void Made(UaSubscription subscription)
    {
        subscription.HeardAt = _device.Parts.NowMs;
        Subscriptions.Add(subscription);
        if (subscription.IsMarked) _device.Outlet.Begin(subscription);
        GoOn();
    }

    /// <summary>Subscriptions of the run before were taken over: what they have published since is asked for, and what is in the journal of it is acknowledged.</summary>
    public void TookOver(IReadOnlyList<(UaSubscription Subscription, IReadOnlyList<uint> Kept)> subscriptions)
    {
        foreach ((UaSubscription subscription, IReadOnlyList<uint> kept) in subscriptions)
        {
            subscription.HeardAt = _device.Parts.NowMs;
            subscription.IsProbing = true;
            Subscriptions.Add(subscription);
            foreach (uint sequence in kept)
            {
                if (UaNotificationNumbers.Ahead(sequence, subscription.Next) < 0) _device.Outlet.Acknowledgements.Add(need: 0, subscription, sequence);
            }
        }
        GoOn();
    }

    /// <summary>Asks for what is missing, then for more.</summary>
    public void GoOn()
    {
        if (!_requests.MayAsk || _device.Services is not { } services || _device.IsStopped || _device.Outlet.IsWaiting) return;
        if (!_republisher.GoOn(services)) _requests.Fill(services);
    }

    /// <summary>A notification came, by Publish or because it was asked for again, in its turn.</summary>
    public void TakeNow(UaSubscription subscription, scoped ref NotificationReader notification)
    {
        _device.Outlet.Put(Decode(subscription, ref notification));
        subscription.Next = UaNotificationNumbers.After(notification.SequenceNumber);
        _device.TakeNodeFaults();
        if (notification.HasStatusChange) StatusChanged(subscription, notification.StatusChange);
    }

    /// <summary>A subscription is no more, or held to be: what came of it is published, and it is made again.</summary>
    public void Bury(UaSubscription subscription, string reason)
    {
        if (subscription.IsDead) return;
        _device.CountFault($"subscription {subscription.Id}: {reason}");
        _device.Parts.Metrics.SubscriptionsLost.Add();
        UaSourceLog.SubscriptionLost(_device.Parts.Logger, _device.Name, subscription.Id, reason);
        _republisher.GiveGapUp(subscription, "its subscription is no more");
        Subscriptions.Bury(subscription);
    }

    /// <summary>The server has no subscription of this session.</summary>
    public void BuryAll()
    {
        foreach (UaSubscription subscription in Subscriptions.Live.ToArray()) Bury(subscription, "the server has no subscription in this session");
    }

    /// <summary>A Publish request was answered.</summary>
    public void Take(in PublishResponseReader response)
    {
        NotificationReader notification = response.Notification;
        if (!Subscriptions.TryFind(response.SubscriptionId, out UaSubscription? subscription))
        {
            // Of one that was held dead: a new one has its items' values.
            if (!notification.IsKeepAlive) _republisher.CountLost(response.SubscriptionId, notification.SequenceNumber, 1, "its subscription was given up");
            return;
        }
        Subscriptions.Heard(subscription, _device.Parts.NowMs);
        long ahead = UaNotificationNumbers.Ahead(notification.SequenceNumber, subscription.Next);
        if (notification.IsKeepAlive)
        {
            _device.Lives();
            if (ahead > 0 && !subscription.HasGap) _republisher.Open(subscription, notification.SequenceNumber);
            return;
        }
        if (ahead == 0 && !subscription.HasGap && !subscription.IsProbing) TakeNow(subscription, ref notification);
        else if (ahead < 0) _device.Parts.Metrics.Duplicates.Add();
        else _republisher.Hold(subscription, notification, Decode(subscription, ref notification));
    }

    private UaReadingBlock Decode(UaSubscription subscription, scoped ref NotificationReader notification)
    {
        UaReadingBlock block = _device.Outlet.Rent();
        block.Subscription = subscription;
        block.Sequence = notification.SequenceNumber;
        block.ArrivedTicks = _device.Parts.UtcTicks;
        _device.Decoder.Take(ref notification, block.ArrivedTicks, block);
        if (subscription.TakenOf == block.Sequence) block.SkipFirst(subscription.TakenReadings);
        if (notification.Fault != Binary.UaFault.None) _republisher.CountLost(subscription.Id, notification.SequenceNumber, 1, $"its values are malformed ({notification.Fault}); those before are taken");
        return block;
    }

    /// <summary>Something happened to a subscription itself.</summary>
    public void StatusChanged(UaSubscription subscription, uint status)
    {
        if (StatusCodes.IsBad(status)) Bury(subscription, $"the server has ended it ({UaStatusCodes.NameOf(status)})");
        // What is asked for again after a transfer may have it as a notice to the session before: that it is this one's now.
        else if (status == UaStatusCodes.GoodSubscriptionTransferred && !subscription.IsProbing) Bury(subscription, "another session has taken it over");
    }

    private void Watch(long nowMs)
    {
        foreach (UaSubscription subscription in Subscriptions.Live)
        {
            if (nowMs - subscription.HeardAt <= SilentKeepAlives * subscription.KeepAlive.TotalMilliseconds) continue;
            string silence = $"nothing came of it for {SilentKeepAlives} times its keep-alive of {subscription.KeepAlive}, on a channel that lives";
            if (Subscriptions.Silenced(subscription) > 1) _device.GiveUp(new UaException(UaStatusCodes.BadTimeout, $"Subscription {subscription.Id} of device {_device.Name} and the one before it: {silence}"));
            Bury(subscription, silence);
            return;
        }
    }
}
