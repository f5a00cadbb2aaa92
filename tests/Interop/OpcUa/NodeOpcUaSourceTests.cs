using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Integration.OpcUa;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

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

    [Fact]
    public async Task What_is_written_comes_back_by_subscription_and_a_node_that_disappears_is_one_bad_tag()
    {
        await using NodeOpcUaServer server = await NodeOpcUaServer.StartAsync("node_opcua_session_server.js");
        UaDeviceOptions options = UaSourceUnderTest.Options(server.Url, 0) with
        {
            RetryBadNodes = TimeSpan.FromMinutes(1),
            Tags = [new UaTag { Name = "set", Node = "nsu=urn:press;s=Desk.Set" }, new UaTag { Name = "doomed", Node = "nsu=urn:press;s=Desk.Doomed" }],
        };
        await using UaSourceUnderTest node = await UaSourceUnderTest.StartAsync(options, _folder);
        await Eventually.IsTrue(() => node.Device.Readings == 2, "both nodes have a value");
        await using UaClient client = await UaClient.OpenAsync(options.Session, NullLogger.Instance);
        Assert.Equal(StatusCodes.Good, await WriteAsync(client, "Desk.Set", UaVariant.Of(42.5)));
        await Eventually.IsTrue(() => node.Device.Readings == 3, "what was written comes");
        Assert.Equal(UaStatusCodes.BadNotWritable, await WriteAsync(client, "Desk.Doomed", UaVariant.Of(1)));
        Assert.Equal(UaStatusCodes.BadNodeIdUnknown, await WriteAsync(client, "Nobody", UaVariant.Of(1)));

        Assert.Equal(StatusCodes.Good, await WriteAsync(client, "Desk.Remove", UaVariant.Number(UaBuiltInType.Boolean, 1)));
        await Eventually.IsTrue(() => node.Device.LastFault?.Contains("doomed", StringComparison.Ordinal) == true, "the node that is no more is one bad tag");
        Assert.Equal(1, node.Count("bad_values"));
        Assert.Equal(StatusCodes.Good, await WriteAsync(client, "Desk.Set", UaVariant.Of(43.5)));
        await Eventually.IsTrue(() => node.Device.Readings == 5, "the other goes on");
        Assert.Equal((1, 1), (node.Count("sessions_new"), node.Count("subscriptions_created")));
        await node.StopAsync();
        Dictionary<string, List<Reading>> stored = UaSourceUnderTest.Stored(_folder);
        Assert.Equal([1, 42.5, 43.5], stored["set"].Select(v => v.Float64));
        Assert.Equal([2], stored["doomed"].Select(v => v.Float64));
    }

    // Nobody in particular may have a subscription back over a signed channel alone (OPC 10000-4, 5.14.7); without, it is made anew.
    [Theory]
    [InlineData(UaSecurityPolicy.Basic256Sha256)]
    [InlineData(UaSecurityPolicy.None)]
    public async Task What_is_written_while_there_is_no_node_is_what_its_next_run_begins_with(UaSecurityPolicy policy)
    {
        await using NodeOpcUaServer server = await NodeOpcUaServer.StartAsync("node_opcua_session_server.js");
        IReadOnlyList<EndpointDescription> endpoints = await UaDiscovery.GetEndpointsAsync(server.Url, TimeSpan.FromSeconds(60), NullLogger.Instance);
        using UaCertificate certificate = UaCertificate.Parse(endpoints.First(e => e.ServerCertificate is { Length: > 0 }).ServerCertificate);
        using TestStore store = new(certificate);
        bool isSigned = policy != UaSecurityPolicy.None;
        UaDeviceOptions options = UaSourceUnderTest.Options(server.Url, 0);
        options = options with
        {
            Session = options.Session with { Policy = policy, Mode = isSigned ? UaSecurityMode.Sign : UaSecurityMode.None, Certificates = store.Store, CheckHostName = false },
            Tags = [new UaTag { Name = "set", Node = "nsu=urn:press;s=Desk.Set" }, new UaTag { Name = "still", Node = "nsu=urn:press;s=Press.Speed 1" }],
        };
        await using (UaSourceUnderTest first = await UaSourceUnderTest.StartAsync(options, _folder))
        {
            await Eventually.IsTrue(() => first.Device.Readings == 2, "both nodes have a value");
            await first.StopAsync();
        }
        await using (UaClient client = await UaClient.OpenAsync(options.Session, NullLogger.Instance)) Assert.Equal(StatusCodes.Good, await WriteAsync(client, "Desk.Set", UaVariant.Of(42.5)));
        await using (UaSourceUnderTest second = await UaSourceUnderTest.StartAsync(options, _folder))
        {
            Assert.Equal(isSigned ? (0, 1) : (1, 0), (second.Count("subscriptions_created"), second.Count("subscriptions_taken_over")));
            await Eventually.IsTrue(() => second.Device.Readings == (isSigned ? 1 : 2), "what was written comes");
            await second.StopAsync();
        }
        Dictionary<string, List<Reading>> stored = UaSourceUnderTest.Stored(_folder);
        Assert.Equal([1, 42.5], stored["set"].Select(v => v.Float64));
        Assert.Equal(isSigned ? [1.5] : [1.5, 1.5], stored["still"].Select(v => v.Float64));
    }

    private static Task<uint> WriteAsync(UaClient client, string node, UaVariant value) => WriteAsync(client, node, UaDataValueCopy.Of(new UaDataValue { Value = value }));

    private static async Task<uint> WriteAsync(UaClient client, string node, UaDataValueCopy written)
    {
        Assert.True(UaNodeText.TryResolve($"nsu=urn:press;s={node}", client.Services.Namespaces, out UaNodeId id, out string? fault), fault);
        WriteResponse response = await client.Services.CallAsync<WriteRequest, WriteResponse>(header => new WriteRequest(header, [new WriteValue(id, UaAttribute.Value, null, written)]));
        return Assert.Single(response.Results);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
