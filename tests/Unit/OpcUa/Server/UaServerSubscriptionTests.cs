using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

/// <summary>Subscriptions of the server: what is sampled arrives, once and in order, or is counted where it went.</summary>
public sealed class UaServerSubscriptionTests
{
    [Fact]
    public async Task Every_value_taken_is_notified_once_and_in_order()
    {
        await using UaServerRig rig = new(variables: 1_000);
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync()).SubscriptionId;
        IReadOnlyList<MonitoredItemCreateResult> items = await client.MonitorAsync(subscription, Enumerable.Range(0, 1_000).Select(i => UaServerClient.Item(rig.Variables.NodeOf(i), (uint)i, queue: 10)));
        Assert.All(items, i => Assert.Equal(0u, i.StatusCode));
        Assert.Equal(1_000, items.Select(i => i.MonitoredItemId).Distinct().Count());
        int[] last = new int[1_000];
        uint sequence = 0;
        SubscriptionAcknowledgement[] acknowledge = [];
        while (last.Any(l => l < 5))
        {
            PublishResponse published = await client.PublishAsync(acknowledge);
            Assert.All(published.Results, r => Assert.Equal(0u, r));
            IReadOnlyList<MonitoredItemNotification> values = UaServerClient.ValuesOf(published.NotificationMessage);
            if (values.Count == 0) continue;
            Assert.Equal(++sequence, published.NotificationMessage.SequenceNumber);
            acknowledge = [new SubscriptionAcknowledgement(subscription, sequence)];
            foreach (MonitoredItemNotification value in values) Assert.Equal(++last[value.ClientHandle], NumberOf(value));
        }
        DemandAgreement(rig.Server.Counts, rig.Variables.Taken);
    }

    [Fact]
    public async Task A_full_queue_loses_its_oldest_or_its_newest_and_says_so()
    {
        await using UaServerRig rig = new(change: o => o with { Limits = o.Limits with { ShortestSampling = TimeSpan.FromMilliseconds(5) } });
        await using UaServerClient client = await rig.ActivateAsync();
        // Nothing is published for now: nobody has asked for it.
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        await client.MonitorAsync(subscription,
        [
            UaServerClient.Item(rig.Variables.NodeOf(1), 1, 5, queue: 3), UaServerClient.Item(rig.Variables.NodeOf(2), 2, 5, queue: 3, discardOldest: false), UaServerClient.Item(rig.Variables.NodeOf(3), 3, 5),
        ]);
        await Eventually.IsTrue(() => rig.Server.Counts.Overflowed >= 300, "the queues have overflowed often");
        IReadOnlyList<MonitoredItemNotification> values = UaServerClient.ValuesOf((await client.PublishAsync()).NotificationMessage);
        MonitoredItemNotification[] oldest = [.. values.Where(v => v.ClientHandle == 1)], newest = [.. values.Where(v => v.ClientHandle == 2)], single = [.. values.Where(v => v.ClientHandle == 3)];
        const uint overflow = 0x480;
        Assert.Equal([overflow, 0u, 0u], oldest.Select(v => v.Value.Value.Status));
        Assert.Equal([NumberOf(oldest[0]), NumberOf(oldest[0]) + 1, NumberOf(oldest[0]) + 2], oldest.Select(NumberOf));
        Assert.Equal([0u, 0u, overflow], newest.Select(v => v.Value.Value.Status));
        Assert.Equal([1, 2], newest.Take(2).Select(NumberOf));
        Assert.Equal(0u, Assert.Single(single).Value.Value.Status);
        await client.CallAsync<DeleteSubscriptionsRequest, DeleteSubscriptionsResponse>(new DeleteSubscriptionsRequest(client.Header, [subscription]));
        DemandAgreement(rig.Server.Counts, rig.Variables.Taken);
        Assert.Equal((0, 0, 0), (rig.Server.Counts.Queued, rig.Server.Counts.Items, rig.Server.Counts.Unacknowledged));
    }

    [Fact]
    public async Task What_does_not_change_or_moves_within_the_deadband_is_not_sent()
    {
        await using UaServerRig rig = new();
        rig.Variables.Fixed = 100;
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        IReadOnlyList<MonitoredItemCreateResult> items = await client.MonitorAsync(subscription,
        [
            UaServerClient.Item(rig.Variables.NodeOf(1), 1, 20), UaServerClient.Item(rig.Variables.NodeOf(2), 2, 20, filter: new(DataChangeTrigger.StatusValue, DeadbandType.Absolute, 5)),
            UaServerClient.Item(rig.Variables.NodeOf(3), 3, 20, filter: new(DataChangeTrigger.StatusValue, DeadbandType.Percent, 10)),
            UaServerClient.Item(rig.Variables.NodeOf(9), 4, 20, filter: new(DataChangeTrigger.StatusValue, DeadbandType.Absolute, 5)),
            UaServerClient.Item(rig.Variables.NodeOf(4), 5, 20, filter: new(DataChangeTrigger.StatusValue, DeadbandType.Percent, 101)),
        ]);
        Assert.Equal([0u, 0u, 0u, UaStatusCodes.BadFilterNotAllowed, UaStatusCodes.BadDeadbandFilterInvalid], items.Select(i => i.StatusCode));
        await DemandHandlesAsync(client, 1u, 2u, 3u);
        rig.Variables.Fixed = 104;
        await DemandHandlesAsync(client, 1u);
        rig.Variables.Fixed = 106;
        await DemandHandlesAsync(client, 1u, 2u);
        // 10 % of 0 to 200 are 20.
        rig.Variables.Fixed = 121;
        await DemandHandlesAsync(client, 1u, 2u, 3u);
        DemandAgreement(rig.Server.Counts, rig.Variables.Taken);
    }

    [Fact]
    public async Task Messages_are_kept_until_they_are_acknowledged_and_can_be_asked_for_again()
    {
        await using UaServerRig rig = new(change: o => o with { Limits = o.Limits with { RetransmissionMessages = 3 } });
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        await client.MonitorAsync(subscription, [UaServerClient.Item(rig.Variables.NodeOf(1), 1, 20)]);
        List<PublishResponse> got = [];
        while (got.Count < 5) got.Add(await client.PublishAsync());
        Assert.Equal([3u, 4u, 5u], got[^1].AvailableSequenceNumbers);
        RepublishResponse again = await client.CallAsync<RepublishRequest, RepublishResponse>(new RepublishRequest(client.Header, subscription, 4));
        Assert.Equal(NumberOf(UaServerClient.ValuesOf(got[3].NotificationMessage)[0]), NumberOf(UaServerClient.ValuesOf(again.NotificationMessage)[0]));
        Assert.Equal(UaStatusCodes.BadMessageNotAvailable, await UaServerClient.FaultOfAsync(() => client.CallAsync<RepublishRequest, RepublishResponse>(new RepublishRequest(client.Header, subscription, 1))));
        PublishResponse next = await client.PublishAsync(new(subscription, 3), new(subscription, 1), new(subscription + 1, 1));
        Assert.Equal([0u, UaStatusCodes.BadSequenceNumberUnknown, UaStatusCodes.BadSubscriptionIdInvalid], next.Results);
        Assert.Equal([4u, 5u, 6u], next.AvailableSequenceNumbers);
        Assert.Equal((1, 2), (rig.Server.Counts.Acknowledged, rig.Server.Counts.Forgotten));
    }

    [Fact]
    public async Task A_message_is_split_where_the_client_wants_no_more_and_says_that_more_follows()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(mostNotifications: 30)).SubscriptionId;
        await client.MonitorAsync(subscription, Enumerable.Range(0, 100).Select(i => UaServerClient.Item(rig.Variables.NodeOf(i), (uint)i, 10_000)));
        PublishResponse[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.PublishAsync()));
        Assert.Equal([(1u, 30, true), (2u, 30, true), (3u, 30, true), (4u, 10, false)], all
            .Select(p => (p.NotificationMessage.SequenceNumber, UaServerClient.ValuesOf(p.NotificationMessage).Count, p.MoreNotifications)).Order());
    }

    [Fact]
    public async Task A_subscription_without_changes_says_that_it_lives_and_without_a_client_it_ends()
    {
        await using UaServerRig rig = new();
        rig.Variables.IsStill = true;
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 10, keepAlive: 2, lifetime: 30)).SubscriptionId;
        PublishResponse first = await client.PublishAsync(), second = await client.PublishAsync();
        Assert.Equal((1u, 1u), (first.NotificationMessage.SequenceNumber, second.NotificationMessage.SequenceNumber));
        Assert.Empty(first.NotificationMessage.NotificationData);
        await Eventually.IsTrue(() => rig.Server.Counts.Subscriptions == 0, "the subscription has ended");
        PublishResponse last = await client.PublishAsync();
        Assert.Equal(subscription, last.SubscriptionId);
        Assert.True(last.NotificationMessage.NotificationData[0].TryDecode(out StatusChangeNotification change));
        Assert.Equal(UaStatusCodes.BadTimeout, change.Status);
        Assert.Equal(UaStatusCodes.BadNoSubscription, await UaServerClient.FaultOfAsync(() => client.PublishAsync()));
    }

    [Fact]
    public async Task Another_session_takes_a_subscription_over_with_what_was_not_acknowledged()
    {
        await using UaServerRig rig = new();
        UaServerClient first = await rig.ActivateAsync();
        uint subscription = (await first.SubscribeAsync()).SubscriptionId;
        await first.MonitorAsync(subscription, [UaServerClient.Item(rig.Variables.NodeOf(1), 1, queue: 100)]);
        PublishResponse before = await first.PublishAsync();
        rig.Server.CloseSessions();
        Assert.Equal(UaStatusCodes.BadSessionIdInvalid, await UaServerClient.FaultOfAsync(() => first.PublishAsync()));
        await using UaServerClient second = await rig.ActivateAsync();
        TransferResult transferred = (await second.CallAsync<TransferSubscriptionsRequest, TransferSubscriptionsResponse>(new TransferSubscriptionsRequest(second.Header, [subscription], true))).Results[0];
        Assert.Equal((0u, 1u), (transferred.StatusCode, Assert.Single(transferred.AvailableSequenceNumbers)));
        long last = NumberOf(UaServerClient.ValuesOf(before.NotificationMessage)[^1]);
        foreach (MonitoredItemNotification value in UaServerClient.ValuesOf((await second.PublishAsync()).NotificationMessage)) Assert.Equal(++last, NumberOf(value));
        await using UaServerClient third = await rig.ActivateAsync();
        await third.CallAsync<TransferSubscriptionsRequest, TransferSubscriptionsResponse>(new TransferSubscriptionsRequest(third.Header, [subscription], false));
        Assert.Equal(subscription, (await third.PublishAsync()).SubscriptionId);
        PublishResponse told = await second.PublishAsync();
        Assert.True(told.NotificationMessage.NotificationData[0].TryDecode(out StatusChangeNotification change));
        Assert.Equal(UaStatusCodes.GoodSubscriptionTransferred, change.Status);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Items_change_their_mode_queue_and_handle_and_go()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        IReadOnlyList<MonitoredItemCreateResult> items = await client.MonitorAsync(subscription,
            [UaServerClient.Item(rig.Variables.NodeOf(1), 1, 20, queue: 5, mode: MonitoringMode.Sampling), UaServerClient.Item(rig.Variables.NodeOf(2), 2, 20, mode: MonitoringMode.Disabled)]);
        await Eventually.IsTrue(() => rig.Server.Counts.Overflowed > 0, "the sampled item's queue is full");
        Assert.Equal((0, 0), (rig.Server.Counts.Notified, rig.Variables.TakenOf(2)));
        await ModeAsync(MonitoringMode.Reporting, items[0].MonitoredItemId);
        IReadOnlyList<MonitoredItemNotification> values = UaServerClient.ValuesOf((await client.PublishAsync()).NotificationMessage);
        Assert.InRange(values.Count, 5, 5);
        Assert.Equal(Enumerable.Range((int)NumberOf(values[0]), 5).Select(i => (long)i), values.Select(NumberOf));
        MonitoredItemModifyResult modified = (await client.CallAsync<ModifyMonitoredItemsRequest, ModifyMonitoredItemsResponse>(new ModifyMonitoredItemsRequest(client.Header, subscription, TimestampsToReturn.Neither,
            [new MonitoredItemModifyRequest(items[0].MonitoredItemId, new MonitoringParameters(77, 40, UaExtensionObject.None, 2, true))]))).Results[0];
        Assert.Equal((0u, 40.0, 2u), (modified.StatusCode, modified.RevisedSamplingInterval, modified.RevisedQueueSize));
        await Eventually.IsTrue(async () => UaServerClient.ValuesOf((await client.PublishAsync()).NotificationMessage).Any(v => v.ClientHandle == 77), "the new handle");
        IReadOnlyList<uint> deleted = (await client.CallAsync<DeleteMonitoredItemsRequest, DeleteMonitoredItemsResponse>(
            new DeleteMonitoredItemsRequest(client.Header, subscription, [items[0].MonitoredItemId, items[0].MonitoredItemId]))).Results;
        Assert.Equal([0u, UaStatusCodes.BadMonitoredItemIdInvalid], deleted);
        Assert.Equal(1, rig.Server.Counts.Items);
        DemandAgreement(rig.Server.Counts, rig.Variables.Taken);

        async Task ModeAsync(MonitoringMode mode, uint item) => Assert.Equal([0u], (await client.CallAsync<SetMonitoringModeRequest, SetMonitoringModeResponse>(
            new SetMonitoringModeRequest(client.Header, subscription, mode, [item]))).Results);
    }

    [Fact]
    public async Task An_unknown_variable_is_told_as_such_and_known_again_it_goes_on()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        await client.MonitorAsync(subscription, Enumerable.Range(0, 10).Select(i => UaServerClient.Item(rig.Variables.NodeOf(i), (uint)i, 20, queue: 10)));
        rig.Server.SetUnknown(4, 2, true);
        HashSet<uint> unknown = [];
        await Eventually.IsTrue(async () =>
        {
            foreach (MonitoredItemNotification value in UaServerClient.ValuesOf((await client.PublishAsync()).NotificationMessage))
            {
                if (value.Value.Value.Status == UaStatusCodes.BadNodeIdUnknown) unknown.Add(value.ClientHandle);
            }
            return unknown.Count > 0;
        }, "the items are told");
        Assert.Equal([4u, 5u], unknown.Order());
        rig.Server.SetUnknown(4, 2, false);
        await Eventually.IsTrue(async () => UaServerClient.ValuesOf((await client.PublishAsync()).NotificationMessage).Any(v => v.ClientHandle == 4 && v.Value.Value.Status == 0), "a value again");
        Assert.Equal(2, rig.Server.Counts.Made);
        DemandAgreement(rig.Server.Counts, rig.Variables.Taken);
    }

    [Fact]
    public async Task Faults_of_a_test_bench_do_what_they_say()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        await client.MonitorAsync(subscription, [UaServerClient.Item(rig.Variables.NodeOf(1), 1, 20, queue: 10)]);
        uint sequence = (await client.PublishAsync()).NotificationMessage.SequenceNumber;
        rig.Server.SkipSequenceNumber();
        Assert.Equal(sequence + 2, (await client.PublishAsync()).NotificationMessage.SequenceNumber);
        rig.Server.DropSubscriptions();
        Assert.Equal(UaStatusCodes.BadNoSubscription, await UaServerClient.FaultOfAsync(() => client.PublishAsync()));
        rig.Server.CutChannels();
        await client.Channel.Ended.WaitAsync(UaServerRig.Patience);
        Assert.Equal(1, rig.Server.Counts.Sessions);
        DemandAgreement(rig.Server.Counts, rig.Variables.Taken);
    }

    [Fact]
    public async Task A_server_without_publish_requests_keeps_as_many_and_refuses_the_oldest_of_too_many()
    {
        await using UaServerRig rig = new(change: o => o with { Limits = o.Limits with { PublishRequests = 2 } });
        await using UaServerClient client = await rig.ActivateAsync();
        await client.SubscribeAsync(interval: 60_000);
        Task<PublishResponse>[] three = [client.PublishAsync(), client.PublishAsync(), client.PublishAsync()];
        Assert.Equal(UaStatusCodes.BadTooManyPublishRequests, (await Assert.ThrowsAsync<UaException>(() => three[0])).Status);
        await client.CallAsync<CloseSessionRequest, CloseSessionResponse>(new CloseSessionRequest(client.Header, true));
        foreach (Task<PublishResponse> waiting in three[1..]) Assert.Equal(UaStatusCodes.BadSessionClosed, (await Assert.ThrowsAsync<UaException>(() => waiting)).Status);
    }

    [Fact]
    public async Task The_server_s_own_clock_can_be_monitored()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 20)).SubscriptionId;
        await client.MonitorAsync(subscription, [UaServerClient.Item(new UaNodeId(UaNodeIds.ServerStatusCurrentTime), 1, 20), UaServerClient.Item(new UaNodeId(UaNodeIds.ServerStatusState), 2, 20)]);
        PublishResponse first = await client.PublishAsync(), second = await client.PublishAsync();
        Assert.Equal([1u, 2u], UaServerClient.ValuesOf(first.NotificationMessage).Select(v => v.ClientHandle));
        Assert.Equal([1u], UaServerClient.ValuesOf(second.NotificationMessage).Select(v => v.ClientHandle));
        Assert.True(UaServerClient.ValuesOf(second.NotificationMessage)[0].Value.Value.Value.Bits > UaServerClient.ValuesOf(first.NotificationMessage)[0].Value.Value.Value.Bits);
    }

    /// <summary>Every value is somewhere.</summary>
    private static void DemandAgreement(UaServerCounts counts, long taken)
    {
        Assert.Equal(counts.Taken + counts.Made, counts.Read + counts.Notified + counts.Unchanged + counts.Overflowed + counts.Dropped + counts.Queued);
        Assert.InRange(taken, counts.Taken, long.MaxValue);
    }

    private static async Task DemandHandlesAsync(UaServerClient client, params uint[] expected)
    {
        List<uint> handles = [];
        while (handles.Count < expected.Length) handles.AddRange(UaServerClient.ValuesOf((await client.PublishAsync()).NotificationMessage).Select(v => v.ClientHandle));
        Assert.Equal(expected, handles.Order());
    }

    private static long NumberOf(MonitoredItemNotification value) => value.Value.Value.Value.Type == UaBuiltInType.String
        ? long.Parse(System.Text.Encoding.UTF8.GetString(value.Value.Value.Value.Bytes)["value ".Length..], System.Globalization.CultureInfo.InvariantCulture)
        : (long)BitConverter.UInt64BitsToDouble(value.Value.Value.Value.Bits);
}
