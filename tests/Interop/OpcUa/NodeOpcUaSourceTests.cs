using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Tests.Integration.OpcUa;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>The source against node-opcua's server: nodes by id and by path, types that the server says, and its restart in mid-subscription.</summary>
public sealed class NodeOpcUaSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ua-node-source-").FullName;

    [Fact]
    public async Task Subscriptions_go_on_after_a_restart_of_the_server_and_an_unknown_node_is_one_bad_tag()
    {
        await using NodeOpcUaServer server = await NodeOpcUaServer.StartAsync("node_opcua_session_server.js");
        UaDeviceOptions options = UaSourceUnderTest.Options(server.Url, 0) with
        {
            RetryBadNodes = TimeSpan.FromMinutes(1),
            Tags =
            [
                .. Enumerable.Range(0, 100).Select(i => new UaTag { Name = $"id {i}", Node = $"nsu=urn:press;s=Press.Speed {i}" }),
                .. Enumerable.Range(100, 20).Select(i => new UaTag { Name = $"path {i}", Path = $"/{{urn:press}}Press/{{urn:press}}Speed {i}" }),
                new UaTag { Name = "time", Node = "i=2258" },
                new UaTag { Name = "state", Node = "i=2259" },
                new UaTag { Name = "unknown", Node = "nsu=urn:press;s=Nobody" },
            ],
        };
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(options, _folder);
        await Eventually.IsTrue(() => node.Device.Readings >= 122, "every node has a value");
        Assert.Contains("unknown", node.Device.LastFault);
        await Eventually.IsTrue(() => node.Count("acknowledged") > 0, "what is durable is acknowledged");
        long before = node.Device.Readings;
        await server.KillAsync();
        await server.StartAsync();
        await Eventually.IsTrue(() => node.Count("sessions_new") == 2 && node.Device.Connected, "there is a new session");
        // The first notification of the new subscription has all values, and counts when all of it is taken.
        await Eventually.IsTrue(() => node.Device.Readings >= before + 100, "every node has a value again");
        Assert.Equal(2, node.Count("subscriptions_created"));
        await node.StopAsync();
        Dictionary<string, List<Reading>> stored = UaSourceUnderTest.Stored(_folder);
        Assert.Equal(122, stored.Count);
        for (int i = 0; i < 120; i++)
        {
            List<Reading> values = stored[i < 100 ? $"id {i}" : $"path {i}"];
            Assert.Equal([i + 0.5, i + 0.5], values.Select(v => v.Float64));
        }
        List<Reading> times = stored["time"];
        Assert.True(times.Zip(times.Skip(1)).All(p => p.First.ValueBits < p.Second.ValueBits), "the server's time goes forward");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
