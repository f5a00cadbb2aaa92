using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>Makes a device's subscriptions and their monitored items, or takes them over from the session before. Its calls come one after the other; what it changes it changes under the device's gate.</summary>
internal sealed class UaSubscriptionMaker(UaDevice device, UaSubscriber owner)
{
    // Requests of so many items stay below the 85,000 bytes from which an array is a large object, which only a full collection frees: with 1,000 a call, 600,000 items left 100 MiB behind.
    private const int MostItemsACall = 400;

    // The same for tags and their nodes, and a few calls' worth.
    private const int MostTagsAtOnce = 2000;

    private static readonly Dictionary<int, uint> NoItems = [];

    private readonly Dictionary<UaDeadband, UaExtensionObject> _filters = [];

    // The server's number for each tag's item; 0 for none. Written under the gate.
    private readonly uint[] _itemIds = new uint[device.Tags.Count];

    private UaSubscribeOptions Options => device.Options.Subscribe;

    /// <summary>In a new session: takes the subscriptions of the last one over, without their items' values, which were taken; those the server refuses are to be made again.</summary>
    /// <exception cref="UaException">The channel has ended, or nothing was answered.</exception>
    public async Task TransferAsync(IUaServices services, CancellationToken ended)
    {
        UaSubscription[] live;
        lock (device.Gate) live = [.. owner.Subscriptions.Live];
        if (live.Length == 0) return;
        int taken = 0;
        try
        {
            TransferSubscriptionsResponse response = await services.CallAsync<TransferSubscriptionsRequest, TransferSubscriptionsResponse>(
                header => new TransferSubscriptionsRequest(header, [.. live.Select(s => s.Id)], SendInitialValues: false), ended).ConfigureAwait(false);
            UaAnswers.Demand(live.Length, response.Results.Count, "subscriptions to transfer", services.EndpointUrl);
            lock (device.Gate)
            {
                for (int i = 0; i < live.Length; i++)
                {
                    if (StatusCodes.IsBad(response.Results[i].StatusCode)) owner.Bury(live[i], $"the new session could not take it over ({UaStatusCodes.NameOf(response.Results[i].StatusCode)})");
                    else taken++;
                }
                // They were another session's, and are gone or not this one's to delete.
                owner.Subscriptions.Buried.Clear();
            }
        }
        catch (UaException refused) when (!ended.IsCancellationRequested && refused.Status != UaStatusCodes.BadTimeout)
        {
            // A server without the service, such as BadServiceUnsupported or BadNotImplemented.
            lock (device.Gate)
            {
                foreach (UaSubscription subscription in live) owner.Bury(subscription, $"the new session could not take it over ({UaStatusCodes.NameOf(refused.Status)})");
                owner.Subscriptions.Buried.Clear();
            }
        }
        device.Parts.Metrics.SubscriptionsTransferred.Add(taken);
        UaSourceLog.Transferred(device.Parts.Logger, device.Name, taken, live.Length);
    }

    /// <summary>Makes the subscriptions that are missing, with their items.</summary>
    /// <exception cref="UaException">The server does not make one, or does not answer.</exception>
    public async Task MakeMissingAsync(IUaServices services, CancellationToken ended)
    {
        uint[] buried;
        int[] parts;
        lock (device.Gate)
        {
            buried = [.. owner.Subscriptions.Buried];
            owner.Subscriptions.Buried.Clear();
            parts = [.. owner.Subscriptions.MissingParts()];
        }
        if (buried.Length > 0) await DeleteAsync(services, buried, ended).ConfigureAwait(false);
        foreach (int part in parts) await MakeAsync(services, part, ended).ConfigureAwait(false);
    }

    /// <summary>Tries tags that were bad again, in the subscriptions there are.</summary>
    /// <exception cref="UaException">The server could not be asked.</exception>
    public async Task RetryAsync(IUaServices services, IReadOnlyList<int> tags, CancellationToken ended)
    {
        List<UaTagNode> nodes = await device.Resolver.ResolveAsync(services, tags, ended).ConfigureAwait(false);
        Dictionary<UaSubscription, List<UaTagNode>> bySubscription = [];
        lock (device.Gate)
        {
            foreach (UaTagNode node in nodes)
            {
                // The others come with their subscription when it is made.
                if (owner.Subscriptions.Of(node.Tag) is not { } subscription) continue;
                if (!bySubscription.TryGetValue(subscription, out List<UaTagNode>? its)) bySubscription.Add(subscription, its = []);
                its.Add(node);
            }
        }
        foreach ((UaSubscription subscription, List<UaTagNode> its) in bySubscription)
        {
            uint[] old = [.. its.Select(n => _itemIds[n.Tag]).Where(id => id != 0)];
            if (old.Length > 0)
            {
                await UaBulk.RunAsync(old.Length, services.Limits.MonitoredItemsPerCall, (from, count) => services.CallAsync<DeleteMonitoredItemsRequest, DeleteMonitoredItemsResponse>(
                    header => new DeleteMonitoredItemsRequest(header, subscription.Id, old[from..(from + count)]), ended)).ConfigureAwait(false);
            }
            await MonitorAsync(services, subscription.Id, its, ended).ConfigureAwait(false);
        }
    }

    /// <summary>Monitors a part's tags in its subscription, but for those that have an item there already and a node that the server knows; tags of the others are bad from now on.</summary>
    /// <param name="services">The session.</param>
    /// <param name="subscription">The server's number of the subscription.</param>
    /// <param name="part">The part.</param>
    /// <param name="items">The server's number of each tag's item; empty for a new subscription.</param>
    /// <param name="ended">Fires when the channel ends.</param>
    /// <returns>Tags that the server was asked to monitor.</returns>
    /// <exception cref="UaException">The server could not be asked.</exception>
    public async Task<int> MonitorPartAsync(IUaServices services, uint subscription, int part, IReadOnlyDictionary<int, uint> items, CancellationToken ended)
    {
        (int first, int count) = owner.Subscriptions.TagsOf(part);
        lock (device.Gate)
        {
            for (int tag = first; tag < first + count; tag++) _itemIds[tag] = items.GetValueOrDefault(tag);
        }
        int monitored = 0;
        foreach (int[] tags in Enumerable.Range(first, count).Chunk(MostTagsAtOnce))
        {
            List<UaTagNode> nodes = await device.Resolver.ResolveAsync(services, tags, ended).ConfigureAwait(false);
            await device.Resolver.CheckAsync(services, nodes.FindAll(n => items.ContainsKey(n.Tag)), ended).ConfigureAwait(false);
            nodes.RemoveAll(n => items.ContainsKey(n.Tag));
            await MonitorAsync(services, subscription, nodes, ended).ConfigureAwait(false);
            monitored += nodes.Count;
        }
        return monitored;
    }

    /// <summary>Tells the server what is asked of a subscription that was taken over, and learns what it makes of it.</summary>
    /// <exception cref="UaException">It refused, or did not answer.</exception>
    public async Task<UaSubscription> SetAgainAsync(IUaServices services, UaLeftSubscription left, CancellationToken ended)
    {
        (double publishing, uint keepAlives, uint lifetimes) = Times();
        ModifySubscriptionResponse set = await services.CallAsync<ModifySubscriptionRequest, ModifySubscriptionResponse>(
            header => new ModifySubscriptionRequest(header, left.Id, publishing, lifetimes, keepAlives, (uint)Options.MaxNotificationsPerPublish, Priority: 0), ended).ConfigureAwait(false);
        TimeSpan interval = Interval(set.RevisedPublishingInterval, Options.Publishing);
        return new UaSubscription(left.Part, left.Id, interval, interval * Math.Max(1, set.RevisedMaxKeepAliveCount))
        {
            ServerStart = services.ServerStart,
            Next = left.Next,
            TakenOf = left.Readings > 0 ? left.Next : 0,
            TakenReadings = left.Readings,
        };
    }

    /// <summary>Has a subscription publish.</summary>
    /// <exception cref="UaException">The server refused, or did not answer.</exception>
    public async Task PublishAsync(IUaServices services, uint subscription, CancellationToken ended)
    {
        SetPublishingModeResponse begun = await services.CallAsync<SetPublishingModeRequest, SetPublishingModeResponse>(
            header => new SetPublishingModeRequest(header, PublishingEnabled: true, [subscription]), ended).ConfigureAwait(false);
        UaAnswers.Demand(1, begun.Results.Count, "subscriptions to publish", services.EndpointUrl);
        if (StatusCodes.IsBad(begun.Results[0])) throw new UaException(begun.Results[0], $"Subscription {subscription} of device {device.Name} does not publish");
    }

    private async Task MakeAsync(IUaServices services, int part, CancellationToken ended)
    {
        (double publishing, uint keepAlives, uint lifetimes) = Times();
        // It publishes when all of it is there and known: a notification could come before the answer that says whose it is.
        CreateSubscriptionResponse made = await services.CallAsync<CreateSubscriptionRequest, CreateSubscriptionResponse>(
            header => new CreateSubscriptionRequest(header, publishing, lifetimes, keepAlives, (uint)Options.MaxNotificationsPerPublish, PublishingEnabled: false, Priority: 0), ended).ConfigureAwait(false);
        TimeSpan interval = Interval(made.RevisedPublishingInterval, Options.Publishing);
        UaSubscription subscription = new(part, made.SubscriptionId, interval, interval * Math.Max(1, made.RevisedMaxKeepAliveCount)) { ServerStart = services.ServerStart };
        int monitored;
        try
        {
            monitored = await MonitorPartAsync(services, subscription.Id, part, NoItems, ended).ConfigureAwait(false);
            // Known before it publishes, so that its first notification finds it.
            lock (device.Gate) owner.Made(subscription);
            await PublishAsync(services, subscription.Id, ended).ConfigureAwait(false);
        }
        catch (UaException)
        {
            lock (device.Gate)
            {
                // Not whole: it is made anew, and the server is told of this one then.
                if (owner.Subscriptions.Live.Contains(subscription)) owner.Bury(subscription, "it could not be made whole");
                else owner.Subscriptions.Buried.Add(subscription.Id);
            }
            throw;
        }
        device.Parts.Metrics.SubscriptionsCreated.Add();
        UaSourceLog.SubscriptionMade(device.Parts.Logger, device.Name, subscription.Id, monitored, interval, subscription.KeepAlive, interval * made.RevisedLifetimeCount);
    }

    private async Task MonitorAsync(IUaServices services, uint subscription, List<UaTagNode> nodes, CancellationToken ended)
    {
        (int Other, double Fastest, double Slowest) revised = (0, double.MaxValue, 0);
        await UaBulk.RunAsync(nodes.Count, Math.Min(MostItemsACall, services.Limits.MonitoredItemsPerCall), async (from, count) =>
        {
            MonitoredItemCreateRequest[] items = new MonitoredItemCreateRequest[count];
            for (int i = 0; i < count; i++) items[i] = ItemOf(nodes[from + i]);
            CreateMonitoredItemsResponse response = await services.CallAsync<CreateMonitoredItemsRequest, CreateMonitoredItemsResponse>(
                header => new CreateMonitoredItemsRequest(header, subscription, TimestampsToReturn.Source, items), ended).ConfigureAwait(false);
            UaAnswers.Demand(count, response.Results.Count, "items to monitor", services.EndpointUrl);
            lock (device.Gate)
            {
                for (int i = 0; i < count; i++)
                {
                    int tag = nodes[from + i].Tag;
                    MonitoredItemCreateResult result = response.Results[i];
                    if (StatusCodes.IsBad(result.StatusCode))
                    {
                        _itemIds[tag] = 0;
                        device.BadTags.Mark(tag, result.StatusCode, $"{nodes[from + i].Node} cannot be monitored: {UaStatusCodes.NameOf(result.StatusCode)}");
                        continue;
                    }
                    _itemIds[tag] = result.MonitoredItemId;
                    device.BadTags.Clear(tag);
                    double asked = items[i].RequestedParameters.SamplingInterval;
                    if (result.RevisedSamplingInterval == asked) continue;
                    revised = (revised.Other + 1, Math.Min(revised.Fastest, result.RevisedSamplingInterval), Math.Max(revised.Slowest, result.RevisedSamplingInterval));
                }
            }
        }).ConfigureAwait(false);
        if (revised.Other > 0) UaSourceLog.SamplingRevised(device.Parts.Logger, device.Name, revised.Other, nodes.Count, revised.Fastest, revised.Slowest);
    }

    private MonitoredItemCreateRequest ItemOf(UaTagNode node)
    {
        UaTag tag = device.Tags[node.Tag];
        MonitoringParameters parameters = new(
            (uint)node.Tag, (tag.Sampling ?? Options.Sampling).TotalMilliseconds, FilterOf(tag.Deadband ?? Options.Deadband), (uint)(tag.Queue ?? Options.Queue), Options.DiscardOldest);
        return new MonitoredItemCreateRequest(new ReadValueId(node.Node), MonitoringMode.Reporting, parameters);
    }

    private UaExtensionObject FilterOf(UaDeadband? deadband)
    {
        if (deadband is null) return UaExtensionObject.None;
        lock (_filters)
        {
            if (!_filters.TryGetValue(deadband, out UaExtensionObject filter))
            {
                _filters.Add(deadband, filter = UaExtensionObject.Of(new DataChangeFilter(DataChangeTrigger.StatusValue, (DeadbandType)deadband.Kind, deadband.Value)));
            }
            return filter;
        }
    }

    private async Task DeleteAsync(IUaServices services, uint[] subscriptions, CancellationToken ended)
    {
        try
        {
            await services.CallAsync<DeleteSubscriptionsRequest, DeleteSubscriptionsResponse>(header => new DeleteSubscriptionsRequest(header, subscriptions), ended).ConfigureAwait(false);
        }
        catch (UaException failed) when (!ended.IsCancellationRequested)
        {
            // Most of them are gone already, which is why they are made again; one that is not ends with its lifetime.
            UaSourceLog.NotDeleted(device.Parts.Logger, device.Name, failed.Message);
        }
    }

    // In publishing intervals, as the service has them.
    private (double Publishing, uint KeepAlives, uint Lifetimes) Times()
    {
        double publishing = Options.Publishing.TotalMilliseconds;
        uint keepAlives = (uint)Math.Max(1, Math.Ceiling(Options.KeepAlive.TotalMilliseconds / publishing));
        return (publishing, keepAlives, Math.Max(3 * keepAlives, (uint)Math.Ceiling(Options.Lifetime.TotalMilliseconds / publishing)));
    }

    // What a server says that it says wrongly is taken as asked for.
    private static TimeSpan Interval(double revisedMs, TimeSpan asked) => revisedMs > 0 && revisedMs < TimeSpan.FromDays(1).TotalMilliseconds ? TimeSpan.FromMilliseconds(revisedMs) : asked;
}
