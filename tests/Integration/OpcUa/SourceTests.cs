using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.OpcUa;

/// <summary>The source against the product's own server, over sockets and into a journal.</summary>
public sealed class SourceTests : IDisposable
{
    private const int Tags = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("ua-source-").FullName;

    [Theory]
    [InlineData("cut")]
    [InlineData("close sessions")]
    [InlineData("skip a number")]
    public async Task Every_value_is_stored_once_and_in_order_whatever_happens_to_channel_and_session(string fault)
    {
        await using UaServer server = Serve(Tags);
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(UaSourceUnderTest.Options(server.EndpointUrl, Tags), _folder);
        await node.MoreAsync(10 * Tags);
        for (int i = 0; i < 3; i++)
        {
            long sessions = node.Count("sessions_new") + node.Count("sessions_resumed");
            switch (fault)
            {
                case "cut":
                    server.CutChannels();
                    await Eventually.IsTrue(() => node.Count("sessions_resumed") + node.Count("sessions_new") > sessions, "there is a channel again");
                    break;
                case "close sessions":
                    server.CloseSessions();
                    await Eventually.IsTrue(() => node.Count("sessions_new") > 1 + i, "there is a new session");
                    break;
                default:
                    long lost = node.Count("lost_notifications");
                    server.SkipSequenceNumber();
                    await Eventually.IsTrue(() => node.Count("lost_notifications") > lost, "the number is missed");
                    break;
            }
            await node.MoreAsync(10 * Tags);
        }
        Assert.Equal(1, node.Count("subscriptions_created"));
        Assert.Equal(fault == "close sessions" ? 3 : 0, node.Count("subscriptions_transferred"));
        await Eventually.IsTrue(() => server.Counts.Acknowledged > 0, "what is durable is acknowledged");
        // What the server publishes after the stop ends with its subscription.
        Assert.Equal(0, server.Counts.Forgotten);
        await node.StopAsync();
        AssertContiguous();
    }

    [Fact]
    public async Task Runs_one_after_another_store_every_value_once_and_in_order_without_a_break()
    {
        await using UaServer server = Serve(Tags);
        for (int run = 1; run <= 3; run++)
        {
            await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(UaSourceUnderTest.Options(server.EndpointUrl, Tags), _folder);
            Assert.Equal(run == 1 ? (1, 0) : (0, 1), (node.Count("subscriptions_created"), node.Count("subscriptions_taken_over")));
            await node.MoreAsync(10 * Tags);
            await node.StopAsync();
            Assert.Equal((1, Tags), (server.Counts.Subscriptions, server.Counts.Items));
        }
        Assert.Equal((0L, 0L), (server.Counts.Forgotten, server.Counts.Overflowed));
        AssertContiguous();
    }

    [Fact]
    public async Task Dropped_subscriptions_are_found_and_made_again_without_anything_twice()
    {
        await using UaServer server = Serve(Tags);
        UaDeviceOptions options = UaSourceUnderTest.Options(server.EndpointUrl, Tags);
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(options with { Subscribe = options.Subscribe with { KeepAlive = TimeSpan.FromSeconds(1) } }, _folder);
        await node.MoreAsync(10 * Tags);
        server.DropSubscriptions();
        await Eventually.IsTrue(() => node.Count("subscriptions_created") >= 2, "the subscription is made again");
        await node.MoreAsync(10 * Tags);
        await node.StopAsync();
        foreach ((string tag, List<Reading> values) in UaSourceUnderTest.Stored(_folder))
        {
            Assert.True(values.Zip(values.Skip(1)).All(p => p.First.Float64 < p.Second.Float64), $"{tag} is in order and has nothing twice");
        }
    }

    [Fact]
    public async Task A_node_that_disappears_and_comes_back_is_one_bad_tag_meanwhile()
    {
        await using UaServer server = Serve(Tags);
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(UaSourceUnderTest.Options(server.EndpointUrl, Tags), _folder);
        await node.MoreAsync(Tags);
        server.SetUnknown(3, 1, unknown: true);
        await Eventually.IsTrue(() => node.Count("bad_values") > 0, "the node is found to be bad");
        await node.MoreAsync(10 * Tags);
        server.SetUnknown(3, 1, unknown: false);
        // The others never stop; this one goes on when it is tried again.
        await Eventually.IsTrue(() => node.Source.Devices[0].LastFault!.Contains("v3", StringComparison.Ordinal), "the fault names the tag");
        await node.MoreAsync(30 * Tags);
        Assert.Equal((1, 1), (node.Count("sessions_new"), node.Count("subscriptions_created")));
        await node.StopAsync();
        Dictionary<string, List<Reading>> stored = UaSourceUnderTest.Stored(_folder);
        long returned = stored["v0"][^10].SourceTime;
        Assert.Contains(stored["v3"], r => r.SourceTime >= returned);
    }

    [Fact]
    public async Task A_polled_device_brings_every_value_it_was_given()
    {
        await using UaServer server = Serve(Tags);
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(UaSourceUnderTest.Options(server.EndpointUrl, Tags, UaDeviceMode.Poll), _folder);
        await node.MoreAsync(5 * Tags);
        long resumed = node.Count("sessions_resumed");
        server.CutChannels();
        await Eventually.IsTrue(() => node.Count("sessions_resumed") > resumed, "there is a channel again");
        await node.MoreAsync(5 * Tags);
        await node.StopAsync();
        Assert.True(node.Count("polls") >= 10);
        foreach ((string tag, List<Reading> values) in UaSourceUnderTest.Stored(_folder))
        {
            Assert.True(values.Zip(values.Skip(1)).All(p => p.First.Float64 < p.Second.Float64), $"{tag} is in order and has nothing twice");
        }
    }

    [Fact]
    public async Task Fifty_thousand_items_of_one_server_are_set_up_and_have_their_values()
    {
        const int items = 50_000;
        await using UaServer server = Serve(items);
        UaDeviceOptions options = UaSourceUnderTest.Options(server.EndpointUrl, items);
        // Each has its first value and no second one, so that as many readings as items are one of each, however the subscriptions overtake each other.
        options = options with { Subscribe = options.Subscribe with { Sampling = TimeSpan.FromHours(1), Publishing = TimeSpan.FromMilliseconds(500), Queue = 10 } };
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(options, _folder);
        Assert.Equal((items, 5), (server.Counts.Items, server.Counts.Subscriptions));
        await Eventually.IsTrue(() => node.Device.Readings >= items, "every item has a value");
        await node.StopAsync();
        Assert.Equal(items, UaSourceUnderTest.Stored(_folder).Count);
        AssertContiguous();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static UaServer Serve(int variables)
    {
        UaServer server = new(new UaServerOptions { ApplicationUri = "urn:test", Folder = "press", Namespaces = ["urn:press"] }, new CountedVariables(variables), NullLogger.Instance);
        server.Start();
        return server;
    }

    private void AssertContiguous()
    {
        foreach ((string tag, List<Reading> values) in UaSourceUnderTest.Stored(_folder))
        {
            Assert.True(values.Select(v => v.Float64).SequenceEqual(Enumerable.Range(1, values.Count).Select(i => (double)i)), $"{tag}: {string.Join(' ', values.Select(v => v.Float64))}");
        }
    }
}
