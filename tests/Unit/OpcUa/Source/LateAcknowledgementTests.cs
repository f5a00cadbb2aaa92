using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

public sealed class LateAcknowledgementTests : IDisposable
{
    private const uint First = 101;
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("ua-acks-").FullName;

    [Fact]
    public async Task Nothing_is_acknowledged_before_its_readings_are_durable_and_all_of_it_after()
    {
        await using Core.Pipeline pipeline = await OpenAsync(Never);
        using UaSourceRig rig = new(UaSourceRig.Options(), intake: pipeline.Intake, catalog: pipeline.Catalog);
        await rig.ConnectAsync();
        for (uint n = 1; n <= 20; n++)
        {
            rig.Server.Publish(First, n, n);
            rig.Pass(TimeSpan.FromMilliseconds(100));
        }
        Assert.Empty(rig.Server.Acknowledged);
        Assert.Equal(20, rig.Device.Unacknowledged);
        // As at a stop: the readings become durable, and the acknowledgements go with a request of their own.
        rig.Device.Stop();
        Assert.True(rig.Device.IsQuiet());
        Assert.True((await pipeline.DrainAsync(TimeSpan.FromSeconds(30))).AllJournalled);
        rig.Pass(TimeSpan.Zero);
        Assert.Equal(Enumerable.Range(1, 20).Select(n => (First, (uint)n)), rig.Server.Acknowledged);
        rig.Pass(TimeSpan.Zero);
        Assert.Equal(0, rig.Device.Unacknowledged);
    }

    [Fact]
    public async Task Acknowledgements_of_a_request_that_was_not_answered_go_with_the_next()
    {
        await using Core.Pipeline pipeline = await OpenAsync(TimeSpan.FromMilliseconds(2));
        using UaSourceRig rig = new(UaSourceRig.Options(subscribe: new UaSubscribeOptions { InFlight = 1 }), intake: pipeline.Intake, catalog: pipeline.Catalog);
        await rig.ConnectAsync();
        rig.Server.Publish(First, 1, 1);
        await Eventually.IsTrue(() => rig.Device.Outlet.Acknowledgements.HasReady(rig.Device.Outlet.Durable), "the first is durable");
        rig.Server.Publish(First, 2, 2);
        Assert.Equal([(First, 1u)], rig.Server.Acknowledged);
        rig.Server.RefusePublish(UaStatusCodes.BadInternalError);
        rig.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([(First, 1u), (First, 1u)], rig.Server.Acknowledged.Where(a => a.Sequence == 1));
    }

    [Fact]
    public async Task Acknowledgements_do_not_wait_for_the_next_notification_longer_than_two_seconds()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(subscribe: new UaSubscribeOptions { InFlight = 2 }));
        for (uint n = 1; n <= 3; n++)
        {
            rig.Server.Publish(First, n, n);
            BecomesDurable(rig, n);
            rig.Pass(TimeSpan.FromMilliseconds(1990));
            Assert.DoesNotContain((First, n), rig.Server.Acknowledged);
            rig.Pass(TimeSpan.FromMilliseconds(10));
            Assert.Equal((First, n), rig.Server.Acknowledged[^1]);
            // That one is above the usual number, and the next answer brings none in its place.
            Assert.Equal(3, rig.Server.Publishes);
            rig.Pass(TimeSpan.FromSeconds(2));
            Assert.Equal(3, rig.Server.Publishes);
        }
        Assert.Equal(3, rig.Server.Acknowledged.Count);
    }

    [Fact]
    public async Task A_server_that_refuses_one_request_more_is_not_sent_it_again()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(subscribe: new UaSubscribeOptions { InFlight = 2 }));
        rig.Server.Publish(First, 1, 1);
        BecomesDurable(rig, 1);
        rig.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(3, rig.Server.Publishes);
        // The oldest is the one refused.
        rig.Server.RefusePublish(UaStatusCodes.BadTooManyPublishRequests);
        rig.Server.Publish(First, 2, 2);
        BecomesDurable(rig, 2);
        rig.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(2, rig.Server.Publishes);
        rig.Server.Publish(First, 3, 3);
        Assert.Equal((First, 2u), rig.Server.Acknowledged[^1]);
    }

    [Fact]
    public async Task What_a_lost_subscription_published_is_not_acknowledged_to_the_next()
    {
        await using Core.Pipeline pipeline = await OpenAsync(Never);
        using UaSourceRig rig = new(UaSourceRig.Options(), intake: pipeline.Intake, catalog: pipeline.Catalog);
        await rig.ConnectAsync();
        rig.Server.Publish(First, 1, 1);
        rig.Server.RefusePublish(UaStatusCodes.BadNoSubscription);
        await Eventually.IsTrue(
            () =>
            {
                rig.Device.Tick();
                return rig.Count("subscriptions_created") == 2;
            },
            "the subscription is made again");
        rig.Server.Publish(rig.Server.LastSubscription, 1, 2);
        rig.Device.Stop();
        Assert.True((await pipeline.DrainAsync(TimeSpan.FromSeconds(30))).AllJournalled);
        rig.Pass(TimeSpan.Zero);
        Assert.Equal([(rig.Server.LastSubscription, 1u)], rig.Server.Acknowledged);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // In a rig whose ring is nobody's, where nothing does by itself: the time is the test's to choose.
    private static void BecomesDurable(UaSourceRig rig, uint sequence)
    {
        lock (rig.Device.Gate) rig.Device.Outlet.Acknowledgements.GiveBack(Assert.Single(((UaSubscriber)rig.Device.Collector).Subscriptions.Live), sequence);
    }

    private Task<Core.Pipeline> OpenAsync(TimeSpan fsync) => UaSourceRig.PipelineAsync(_folder, fsync);
}
