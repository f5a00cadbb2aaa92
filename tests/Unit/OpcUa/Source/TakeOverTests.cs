using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Integration.OpcUa;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

/// <summary>Two runs of a node over one journal, and the server that outlives the first.</summary>
public sealed class TakeOverTests : IDisposable
{
    private const uint First = 101;

    private readonly string _folder = Directory.CreateTempSubdirectory("ua-take-").FullName;
    private readonly ScriptedUaServer _server = new();

    [Fact]
    public async Task A_run_takes_over_what_the_run_before_has_left_and_goes_on_where_the_journal_ends()
    {
        await RunBeforeAsync(3);
        // Published while there was no node, or on its way to it when it was killed.
        for (uint n = 4; n <= 5; n++) _server.Make(First, n, Value(n));
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            _server.Calls.Clear();
            await rig.ConnectAsync();
            Assert.Equal(["TransferSubscriptionsRequest", "CallRequest", "ModifySubscriptionRequest", "ReadRequest", "SetPublishingModeRequest"], _server.Calls);
            Assert.Equal((0, 1), (rig.Count("subscriptions_created"), rig.Count("subscriptions_taken_over")));
            Assert.Equal([4u, 5u, 6u], (uint[])[_server.Republish(), _server.Republish(), _server.Republish()]);
            _server.Publish(First, 6, 6);
            await EndAsync(rig, pipeline);
        }
        Assert.Equal([1, 2, 3, 4, 5, 6], Stored());
        // What the run before had in its journal and did not come to acknowledge is acknowledged now.
        Assert.Equal([1u, 2u, 3u], _server.Acknowledged.Select(a => a.Sequence).Distinct().Order().Take(3));
        Assert.Empty(_server.Subscriptions[First]);
    }

    [Fact]
    public async Task Of_a_notification_that_was_in_the_journal_in_part_the_rest_is_taken()
    {
        await RunBeforeAsync(3, (rig, pipeline) => TakePart(rig, pipeline, sequence: 4));
        _server.Make(First, 4, Value(4), Value(40, tag: 1), Value(400, tag: 2));
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            await rig.ConnectAsync();
            Assert.Equal(4u, _server.Republish());
            Assert.Equal(5u, _server.Republish());
            _server.Publish(First, 5, 5);
            await EndAsync(rig, pipeline);
        }
        Assert.Equal([1, 2, 3, 4, 5], Stored());
        Assert.Equal([40], Stored("v1"));
        Assert.Equal([400], Stored("v2"));
    }

    [Fact]
    public async Task What_was_taken_in_part_of_a_subscription_says_nothing_of_the_next_ones_notification_of_that_number()
    {
        await RunBeforeAsync(0, (rig, pipeline) => TakePart(rig, pipeline, sequence: 1));
        // The server was started again, and the next run was killed before anything came of its own subscription.
        _server.Subscriptions.Remove(First);
        _server.ServerStart++;
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            await rig.ConnectAsync();
            await pipeline.DrainAsync(TimeSpan.FromSeconds(30));
            rig.Cut();
        }
        uint second = _server.LastSubscription;
        Assert.NotEqual(First, second);
        _server.Make(second, 1, Value(7), Value(70, tag: 1));
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            await rig.ConnectAsync();
            Assert.Equal(1, rig.Count("subscriptions_taken_over"));
            Assert.Equal([1u, 2u], (uint[])[_server.Republish(), _server.Republish()]);
            await EndAsync(rig, pipeline);
        }
        Assert.Equal([4, 7], Stored());
        Assert.Equal([70], Stored("v1"));
    }

    [Theory]
    [InlineData("the server was started again")]
    [InlineData("the server does not say when it was started")]
    [InlineData("the tags are others")]
    [InlineData("the items are sampled otherwise")]
    [InlineData("the source has another name")]
    public async Task What_may_not_be_the_same_subscription_is_not_touched_and_made_anew(string change)
    {
        await RunBeforeAsync(3);
        if (change == "the server was started again") _server.ServerStart++;
        if (change == "the server does not say when it was started") _server.ServerStart = 0;
        UaDeviceOptions device = change switch
        {
            "the tags are others" => UaSourceRig.Options(tags: 4),
            "the items are sampled otherwise" => UaSourceRig.Options(subscribe: new UaSubscribeOptions { Sampling = TimeSpan.FromMilliseconds(20) }),
            _ => UaSourceRig.Options(),
        };
        await using Core.Pipeline pipeline = await OpenAsync();
        using UaSourceRig rig = new(device, intake: pipeline.Intake, catalog: pipeline.Catalog, source: change == "the source has another name" ? "other" : "in") { Server = _server };
        _server.Calls.Clear();
        await rig.ConnectAsync();
        Assert.DoesNotContain("TransferSubscriptionsRequest", _server.Calls);
        Assert.DoesNotContain("DeleteSubscriptionsRequest", _server.Calls);
        Assert.Equal(First + 1, _server.LastSubscription);
    }

    [Theory]
    [InlineData("transfer refused")]
    [InlineData("no transfer")]
    [InlineData("no methods")]
    [InlineData("an item too many")]
    [InlineData("not modified")]
    public async Task One_that_cannot_be_taken_over_is_deleted_and_made_anew(string refusal)
    {
        await RunBeforeAsync(3);
        if (refusal == "transfer refused") _server.TransferStatus = UaStatusCodes.BadUserAccessDenied;
        if (refusal == "no transfer") _server.Refused.Add("TransferSubscriptionsRequest", UaStatusCodes.BadServiceUnsupported);
        if (refusal == "no methods") _server.Refused.Add("CallRequest", UaStatusCodes.BadServiceUnsupported);
        if (refusal == "an item too many") _server.ItemIds[3] = 77;
        if (refusal == "not modified") _server.Refused.Add("ModifySubscriptionRequest", UaStatusCodes.BadSubscriptionIdInvalid);
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            await rig.ConnectAsync();
            Assert.Equal((1, 0), (rig.Count("subscriptions_created"), rig.Count("subscriptions_taken_over")));
            Assert.DoesNotContain(First, _server.Subscriptions.Keys);
            _server.Publish(_server.LastSubscription, 1, 6);
            Assert.Equal(refusal == "not modified", rig.Device.LeavesSubscriptions);
            await EndAsync(rig, pipeline);
        }
        Assert.Equal([1, 2, 3, 6], Stored());
        // What is not left is not asked for.
        _server.Calls.Clear();
        await using Core.Pipeline next = await OpenAsync();
        using UaSourceRig last = Rig(next);
        await last.ConnectAsync();
        Assert.Equal(refusal == "not modified", _server.Calls.Contains("TransferSubscriptionsRequest"));
    }

    [Fact]
    public async Task The_servers_notice_to_the_last_run_that_its_subscription_is_this_ones_now_ends_nothing()
    {
        await RunBeforeAsync(3);
        _server.MakeStatusChange(First, 4, UaStatusCodes.GoodSubscriptionTransferred);
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            await rig.ConnectAsync();
            Assert.Equal([4u, 5u], (uint[])[_server.Republish(), _server.Republish()]);
            _server.Publish(First, 5, 5);
            Assert.Equal(0, rig.Count("subscriptions_lost"));
            // And one that comes by itself is about another session.
            _server.StatusChange(First, 6, UaStatusCodes.GoodSubscriptionTransferred);
            Assert.Equal(1, rig.Count("subscriptions_lost"));
            await EndAsync(rig, pipeline);
        }
        Assert.Equal([1, 2, 3, 5], Stored());
    }

    [Fact]
    public async Task A_channel_that_ends_in_the_middle_has_it_tried_again_in_the_next()
    {
        await RunBeforeAsync(3);
        _server.Make(First, 4, Value(4));
        _server.Refused.Add("SetPublishingModeRequest", UaStatusCodes.BadConnectionClosed);
        await using (Core.Pipeline pipeline = await OpenAsync())
        {
            using UaSourceRig rig = Rig(pipeline);
            await Assert.ThrowsAsync<UaException>(() => rig.ConnectAsync());
            rig.Cut();
            _server.Refused.Clear();
            await rig.ConnectAsync(Protocols.OpcUa.Session.UaActivation.Resumed);
            Assert.Equal((0, 1), (rig.Count("subscriptions_created"), rig.Count("subscriptions_taken_over")));
            Assert.Equal([4u, 5u], (uint[])[_server.Republish(), _server.Republish()]);
            await EndAsync(rig, pipeline);
        }
        Assert.Equal([1, 2, 3, 4], Stored());
    }

    [Fact]
    public async Task Bad_tags_of_the_run_before_are_bad_again_and_tags_without_an_item_get_one()
    {
        _server.Nodes["v1"] = (UaStatusCodes.BadNodeIdUnknown, default);
        await RunBeforeAsync(3);
        Assert.Equal([0u, 2u], _server.ItemIds.Keys.Order());
        // v1 is there by now, and v2 has gone.
        _server.Nodes.Remove("v1");
        _server.Nodes["v2"] = (UaStatusCodes.BadNodeIdUnknown, default);
        await using Core.Pipeline pipeline = await OpenAsync();
        using UaSourceRig rig = Rig(pipeline);
        await rig.ConnectAsync();
        Assert.Equal([0u, 1u, 2u], _server.ItemIds.Keys.Order());
        Assert.Equal([2], rig.Device.BadTags.All);
        _server.Nodes.Remove("v2");
        long items = _server.ItemRequests.Count;
        await Eventually.IsTrue(
            () =>
            {
                rig.Pass(TimeSpan.FromSeconds(30));
                return rig.Device.BadTags.Count == 0;
            },
            "the tag is tried again");
        Assert.Equal(items + 1, _server.ItemRequests.Count);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // So many notifications with a value each are in its journal, and none is acknowledged.
    private async Task RunBeforeAsync(uint notifications, Action<UaSourceRig, Core.Pipeline>? atTheEnd = null)
    {
        await using Core.Pipeline pipeline = await OpenAsync();
        using UaSourceRig rig = Rig(pipeline);
        await rig.ConnectAsync();
        for (uint n = 1; n <= notifications; n++) _server.Publish(First, n, n);
        atTheEnd?.Invoke(rig, pipeline);
        Assert.True(rig.Device.LeavesSubscriptions);
        await pipeline.DrainAsync(TimeSpan.FromSeconds(30));
        rig.Cut();
        _server.Acknowledged.Clear();
        Assert.Equal(notifications, (uint)_server.Subscriptions[First].Count);
    }

    // The first piece of a notification, the value 4, as a run publishes it that is killed before the next.
    private static void TakePart(UaSourceRig rig, Core.Pipeline pipeline, uint sequence)
    {
        Assert.True(rig.Catalog.TryFind("press", "v0", out int series));
        UaSubscription subscription = Assert.Single(((UaSubscriber)rig.Device.Collector).Subscriptions.Live);
        ShardInlet inlet = pipeline.Intake.InletOf("press");
        Assert.True(inlet.TryClaimMarked(rig.Device.Marks!.TakenOf(subscription, sequence, 1), 1, out MarkedClaim claim));
        claim.Readings[0] = new Reading(series, 0, UaRigClock.Noon, UaRigClock.Noon, BitConverter.DoubleToInt64Bits(4));
        inlet.Publish(claim);
    }

    private static async Task EndAsync(UaSourceRig rig, Core.Pipeline pipeline)
    {
        rig.Device.Stop();
        Assert.True(rig.Device.IsQuiet());
        Assert.True((await pipeline.DrainAsync(TimeSpan.FromSeconds(30))).AllJournalled);
        rig.Pass(TimeSpan.Zero);
    }

    private UaSourceRig Rig(Core.Pipeline pipeline) => new(UaSourceRig.Options(), intake: pipeline.Intake, catalog: pipeline.Catalog) { Server = _server };

    private static (uint, UaBuiltInType, ulong, uint) Value(double value, uint tag = 0) => (tag, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(value), 0u);

    private IEnumerable<double> Stored(string tag = "v0") => UaSourceUnderTest.Stored(_folder).GetValueOrDefault(tag, []).Select(r => r.Float64);

    private Task<Core.Pipeline> OpenAsync() => UaSourceRig.PipelineAsync(_folder, TimeSpan.FromHours(1));
}
