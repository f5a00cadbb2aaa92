using System.Text.Json;
using HyperIngest.Tests.Interop.OpcUa;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>A node with OPC UA devices, from its file to its journal.</summary>
[Collection(NodeCollection.Name)]
public sealed class OpcUaRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-ua-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_node_subscribes_and_polls_says_what_it_does_and_leaves_everything_in_its_journal()
    {
        await using NodeOpcUaServer server = await NodeOpcUaServer.StartAsync("node_opcua_press.js");
        string site = Path.Combine(_folder, "site.yaml");
        string journal = Path.Combine(_folder, "journal");
        await File.WriteAllTextAsync(site, $$"""
            node: n
            shards: 1
            journal: { path: {{journal}}, fsync: 10ms }
            http: { listen: "127.0.0.1:0" }
            sources:
              - name: line
                type: opcua
                certificates: {{_folder}}/certificates
                connect_timeout: 60s
                request_timeout: 60s
                publishing: 50ms
                sampling: 10ms
                devices:
                  - name: press
                    endpoint: {{server.Url}}
                    tags:
                      - { name: speed, node: "nsu=urn:press;s=Press.Speed", shaping: { scale: 2 } }
                      - { name: state, path: "/{urn:press}Press/{urn:press}State" }
                      - { name: gone, node: "nsu=urn:press;s=Press.Gone" }
                  - name: meter
                    endpoint: {{server.Url}}
                    read: poll
                    interval: 100ms
                    tags:
                      - { name: strokes, node: "nsu=urn:press;s=Press.Strokes" }
                      - { name: zones, node: "nsu=urn:press;s=Press.Zones", elements: 3 }
            """);
        using (NodeUnderTest node = await NodeUnderTest.StartAsync(site))
        {
            const string label = "source=\"line\"";
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_opcua_acknowledged_total", label) >= 5, "notifications are acknowledged");
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_opcua_polls_total", label) >= 5, "polls take place");
            Assert.Equal((2, 1), (await node.MetricAsync("hyperingest_opcua_devices_connected", label), await node.MetricAsync("hyperingest_opcua_bad_tags", label)));
            JsonElement source = (await node.StatusAsync()).GetProperty("sources").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "line");
            Assert.Equal((2, 0), (source.GetProperty("devices").GetInt32(), source.GetProperty("unhealthy").GetInt32()));
            await node.DrainAsync();
        }
        // What needs no certificates makes none.
        Assert.False(Directory.Exists(Path.Combine(_folder, "certificates")));
        string readings = (await Unit.Host.CommandLineTests.RunAsync("query", journal, "--jsonl")).Output;
        JsonElement[] lines = [.. readings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        double[] speeds = [.. lines.Where(l => l.GetProperty("tag").GetString() == "speed").Select(l => l.GetProperty("value").GetDouble())];
        Assert.True(speeds.Length >= 5);
        Assert.All(speeds, s => Assert.Contains(s, (double[])[2961, 2963]));
        Assert.Equal("running", Assert.Single(lines, l => l.GetProperty("tag").GetString() == "state").GetProperty("value").GetString());
        Assert.All(lines.Where(l => l.GetProperty("tag").GetString() == "strokes"), l => Assert.Equal(-7, l.GetProperty("value").GetInt32()));
        Assert.Equal([1, 2, 3], lines.Where(l => l.GetProperty("tag").GetString()!.StartsWith("zones[", StringComparison.Ordinal)).Select(l => l.GetProperty("value").GetDouble()).Distinct().Order());
    }
}
