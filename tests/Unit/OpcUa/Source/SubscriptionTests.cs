using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

public sealed class SubscriptionTests
{
    private const uint First = 101;

    [Fact]
    public async Task What_is_published_becomes_readings_with_status_and_source_time()
    {
        long began = DateTime.UtcNow.Ticks;
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        Assert.True(rig.Device.IsOnline);
        Assert.Equal(4, rig.Server.Publishes);
        rig.Server.Deliver(First, rig.Server.Make(First, 1, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(1.5), 0x4094_0000), (2, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(2.5), 0)));
        Assert.Equal(
            [("v0", 1.5, 0x4094_0000u, UaRigClock.Noon), ("v2", 2.5, 0u, UaRigClock.Noon)],
            rig.Readings().Select(r => (rig.Catalog.TagOf(r.SeriesId), r.Float64, r.Status, r.SourceTime)));
        Assert.All(rig.Readings(), r => Assert.InRange(r.GatewayTime, began, DateTime.UtcNow.Ticks));
        Assert.Equal(4, rig.Server.Publishes);
        Assert.Equal((1, 2), (rig.Count("notifications"), rig.Count("values")));
    }

    [Fact]
    public async Task A_device_of_many_items_has_several_subscriptions_made_in_parts_of_the_servers_limit()
    {
        UaSourceRig rig = new(UaSourceRig.Options(25, subscribe: new UaSubscribeOptions { ItemsPerSubscription = 10 })) { Server = { Limits = new UaOperationLimits { MonitoredItemsPerCall = 4 } } };
        using (rig)
        {
            await rig.ConnectAsync();
            Assert.Equal(3, rig.Server.Subscriptions.Count);
            Assert.Equal(3 + 3 + 2, rig.Server.Calls.Count(c => c == nameof(CreateMonitoredItemsRequest)));
            Assert.Equal(Enumerable.Range(0, 25), rig.Server.Items.Keys.Order().Select(h => (int)h));
            Assert.All(rig.Server.Items, i => Assert.Equal(new UaNodeId($"v{i.Key}", 2), i.Value));
        }
    }

    [Fact]
    public async Task A_missing_notification_is_asked_for_and_taken_before_later_ones()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Server.Make(First, 2, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(2), 0));
        rig.Server.Make(First, 3, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(3), 0));
        rig.Server.Publish(First, 4, 4);
        rig.Server.Publish(First, 5, 5);
        Assert.Equal([1.0], rig.Values());
        // Nothing more is asked for before the gap is closed.
        Assert.Equal(2, rig.Server.Publishes);
        Assert.Equal(2u, rig.Server.Republish());
        Assert.Equal(3u, rig.Server.Republish());
        Assert.Equal([1, 2, 3, 4, 5], rig.Values());
        Assert.Equal(0, rig.Server.Republishes);
        Assert.Equal(4, rig.Server.Publishes);
        Assert.Equal((2, 0, 0), (rig.Count("republished"), rig.Count("lost_notifications"), rig.Count("duplicates")));
    }

    [Fact]
    public async Task What_the_server_does_not_have_any_more_is_counted_as_lost_and_holds_nothing_up()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Server.Make(First, 3, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(3), 0));
        rig.Server.Publish(First, 4, 4);
        rig.Server.Publish(First, 6, 6);
        Assert.Equal(2u, rig.Server.Republish());
        Assert.Equal(3u, rig.Server.Republish());
        Assert.Equal(5u, rig.Server.Republish());
        Assert.Equal([1, 3, 4, 6], rig.Values());
        Assert.Equal((1, 2), (rig.Count("republished"), rig.Count("lost_notifications")));
        Assert.Contains("lost", rig.Device.Status(0, null).LastFault);
    }

    [Fact]
    public async Task A_device_where_nothing_changes_has_answered_well_when_its_subscription_said_so()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        long changed = rig.Device.Status(0, null).LastGoodUtcTicks;
        rig.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(changed, rig.Device.Status(0, null).LastGoodUtcTicks);
        rig.Server.KeepAlive(First, next: 2);
        Assert.True(rig.Device.Status(0, null).LastGoodUtcTicks > changed);
        Assert.Equal(1, rig.Device.Status(0, null).Readings);
    }

    [Fact]
    public async Task A_keep_alive_shows_what_is_missing_and_is_not_acknowledged()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.KeepAlive(First, 1);
        Assert.Equal(0, rig.Server.Republishes);
        rig.Server.Make(First, 1, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(1), 0));
        rig.Server.KeepAlive(First, 2);
        Assert.Equal(1u, rig.Server.Republish());
        Assert.Equal([1.0], rig.Values());
        Assert.Empty(rig.Server.Acknowledged);
    }

    [Fact]
    public async Task A_notification_that_comes_again_is_not_taken_again()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Server.Publish(First, 2, 2);
        rig.Server.Publish(First, 1, 1);
        Assert.Equal([1, 2], rig.Values());
        Assert.Equal(1, rig.Count("duplicates"));
    }

    [Fact]
    public async Task After_the_last_number_comes_the_first()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        Subscriber(rig).Subscriptions.Live[0].Next = uint.MaxValue;
        rig.Server.Publish(First, uint.MaxValue, 1);
        rig.Server.Publish(First, 1, 2);
        rig.Server.Publish(First, 3, 4);
        Assert.Equal(2u, rig.Server.Republish());
        Assert.Equal([1, 2, 4], rig.Values());
        Assert.Equal((0, 1), (rig.Count("duplicates"), rig.Count("lost_notifications")));
    }

    [Fact]
    public async Task A_jump_of_the_numbers_is_not_asked_for_one_by_one()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 2_000_000, 1);
        for (int asked = 0; asked < 1000; asked++) rig.Server.Republish();
        Assert.Equal(0, rig.Server.Republishes);
        Assert.Equal([1.0], rig.Values());
        Assert.Equal(1_999_999, rig.Count("lost_notifications"));
    }

    [Fact]
    public async Task A_resumed_session_gets_what_was_sent_while_there_was_no_channel_and_nothing_is_made_again()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Cut();
        Assert.False(rig.Device.IsOnline);
        for (uint n = 2; n <= 3; n++) rig.Server.Make(First, n, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(n), 0));
        int calls = rig.Server.Calls.Count;
        await rig.ConnectAsync(UaActivation.Resumed);
        Assert.Equal(calls, rig.Server.Calls.Count);
        Assert.Equal(0, rig.Server.Publishes);
        Assert.Equal(2u, rig.Server.Republish());
        Assert.Equal(3u, rig.Server.Republish());
        Assert.Equal(4u, rig.Server.Republish());
        Assert.Equal(4, rig.Server.Publishes);
        rig.Server.Publish(First, 4, 4);
        Assert.Equal([1, 2, 3, 4], rig.Values());
        Assert.Equal((1, 1, 0), (rig.Count("sessions_new"), rig.Count("sessions_resumed"), rig.Count("lost_notifications")));
    }

    [Fact]
    public async Task A_new_session_takes_the_subscriptions_over_and_what_they_published_meanwhile()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Cut();
        rig.Server.Make(First, 2, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(2), 0));
        await rig.ConnectAsync();
        Assert.Equal(2u, rig.Server.Republish());
        Assert.Equal(3u, rig.Server.Republish());
        Assert.Equal([1, 2], rig.Values());
        Assert.Equal((1, 1), (rig.Count("subscriptions_created"), rig.Count("subscriptions_transferred")));
    }

    [Fact]
    public async Task Nothing_is_asked_to_publish_before_a_new_session_has_its_subscriptions()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Cut();
        int early = -1;
        rig.Server.Transferring = () =>
        {
            rig.Device.Tick();
            early = rig.Server.Publishes;
        };
        await rig.ConnectAsync();
        Assert.Equal(0, early);
        Assert.Equal((1, 1), (rig.Count("subscriptions_created"), rig.Count("subscriptions_transferred")));
    }

    [Theory]
    [InlineData(UaStatusCodes.BadSubscriptionIdInvalid, 0)]
    [InlineData(0, UaStatusCodes.BadServiceUnsupported)]
    public async Task What_a_new_session_cannot_take_over_is_made_again(uint transferStatus, uint serviceStatus)
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Cut();
        rig.Server.TransferStatus = transferStatus;
        if (serviceStatus != 0) rig.Server.Refused[nameof(TransferSubscriptionsRequest)] = serviceStatus;
        // The namespace has moved: the tags are at their URI.
        rig.Server.Namespaces = [UaNodeText.BaseNamespace, "urn:server", "urn:other", "urn:press"];
        await rig.ConnectAsync();
        Assert.Equal(2, rig.Count("subscriptions_created"));
        Assert.Equal(new UaNodeId("v0", 3), rig.Server.Items[0]);
        rig.Server.Publish(rig.Server.LastSubscription, 1, 2);
        Assert.Equal([1, 2], rig.Values());
    }

    [Fact]
    public async Task A_server_that_takes_fewer_publish_requests_gets_fewer()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(subscribe: new UaSubscribeOptions { InFlight = 8 }));
        Assert.Equal(8, rig.Server.Publishes);
        rig.Server.RefusePublish(UaStatusCodes.BadTooManyPublishRequests);
        rig.Server.RefusePublish(UaStatusCodes.BadTooManyPublishRequests);
        Assert.Equal(6, rig.Server.Publishes);
        rig.Server.Publish(First, 1, 1);
        rig.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(6, rig.Server.Publishes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_subscription_that_the_server_has_ended_is_made_again(bool byNotification)
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        if (byNotification) rig.Server.StatusChange(First, 2, UaStatusCodes.BadTimeout);
        else rig.Server.RefusePublish(UaStatusCodes.BadNoSubscription);
        await AgainAsync(rig);
        rig.Server.Publish(rig.Server.LastSubscription, 1, 2);
        Assert.Equal([1, 2], rig.Values());
        Assert.Equal((2, 1), (rig.Count("subscriptions_created"), rig.Count("subscriptions_lost")));
        Assert.Empty(rig.GivenUp);
    }

    [Fact]
    public async Task A_silent_subscription_is_made_again_and_the_session_given_up_when_the_next_is_silent_too()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Pass(TimeSpan.FromSeconds(14));
        rig.Server.KeepAlive(First, 1);
        rig.Pass(TimeSpan.FromSeconds(15));
        Assert.Equal(0, rig.Count("subscriptions_lost"));
        rig.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, rig.Count("subscriptions_lost"));
        await AgainAsync(rig);
        Assert.DoesNotContain(First, rig.Server.Subscriptions.Keys);
        Assert.Empty(rig.GivenUp);
        rig.Pass(TimeSpan.FromSeconds(16));
        rig.Pass(TimeSpan.Zero);
        Assert.Equal(UaStatusCodes.BadTimeout, Assert.Single(rig.GivenUp).Status);
    }

    [Fact]
    public async Task A_session_that_is_gone_is_given_up()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.RefusePublish(UaStatusCodes.BadSessionIdInvalid);
        rig.Pass(TimeSpan.Zero);
        Assert.Equal(UaStatusCodes.BadSessionIdInvalid, Assert.Single(rig.GivenUp).Status);
    }

    [Fact]
    public async Task What_has_no_room_waits_and_nothing_more_is_asked_for()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(), ringCapacity: 8);
        // Of the subscription's begin.
        rig.Readings();
        for (uint n = 1; n <= 4; n++) rig.Server.Publish(First, n, n, n, n);
        Assert.Equal(2, rig.Server.Publishes);
        Assert.Equal(1, rig.Count("waits"));
        rig.Pass(TimeSpan.FromSeconds(60));
        Assert.True(rig.Device.IsWaiting);
        Assert.Equal(0, rig.Count("subscriptions_lost"));
        for (int i = 0; i < 4; i++)
        {
            rig.Readings();
            rig.Pass(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal([1, 2, 3, 4], rig.Values());
        Assert.Equal(4, rig.Server.Publishes);
        Assert.False(rig.Device.IsWaiting);
    }

    [Fact]
    public async Task A_stopped_device_takes_nothing_more()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options());
        rig.Server.Publish(First, 1, 1);
        rig.Device.Stop();
        rig.Server.Publish(First, 2, 2);
        rig.Pass(TimeSpan.FromSeconds(60));
        Assert.True(rig.Device.IsQuiet());
        Assert.Equal([1.0], rig.Values());
        Assert.Equal(3, rig.Server.Publishes);
    }

    private static UaSubscriber Subscriber(UaSourceRig rig) => (UaSubscriber)rig.Device.Collector;

    private static Task AgainAsync(UaSourceRig rig)
    {
        long created = rig.Count("subscriptions_created");
        return Eventually.IsTrue(
            () =>
            {
                rig.Pass(TimeSpan.Zero);
                return rig.Count("subscriptions_created") > created;
            },
            "the subscription is made again");
    }
}
