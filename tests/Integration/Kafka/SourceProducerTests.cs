using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>JSON records of other people's producers.</summary>
public sealed class SourceProducerTests : IDisposable
{
    private readonly StandInBroker _broker = StandInBroker.Start();
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-kafka-").FullName;

    public void Dispose()
    {
        _broker.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Dictionary<string, List<string>>> Take(int records)
    {
        SourceNode node = await SourceNode.StartAsync(SourceNode.Options(_broker.BootstrapServers, "t"), Path.Combine(_folder, "journal"));
        await Eventually.IsTrue(() => node.Count("records") == records, $"{records} records are taken");
        await node.StopAsync();
        Assert.Equal(0, node.Count("unparseable"));
        return SourceNode.Stored(Path.Combine(_folder, "journal"));
    }

    [Fact]
    public async Task Kcats_lines_in_another_order_of_members_are_readings()
    {
        _broker.CreateTopic("t");
        string lines = """
            { "value" : 1.25, "parameter":"a b", "asset_id" : "p\u00fcmpe" }
            {"timestamps":{"gateway_time":"2026-01-02T03:04:05Z"},"metadata":{"kind":"text"},"asset_id":"k","parameter":"s","value":"x \"y\"","unknown":[1,{"a":2}]}

            """;
        await BrokerPeer.RunAsync(lines, "/usr/bin/kcat", "-P", "-b", _broker.BootstrapServers, "-t", "t", "-p", "0");
        Dictionary<string, List<string>> stored = await Take(2);
        Assert.Equal("1.25", Assert.Single(stored["pümpe"]));
        Assert.Equal("x \"y\"", Assert.Single(stored["k"]));
    }

    [Fact]
    public async Task Pythons_json_dumps_are_readings()
    {
        _broker.CreateTopic("t");
        await BrokerPeer.RunPythonAsync("source_producer.py", _broker.BootstrapServers, "t", "500");
        Dictionary<string, List<string>> stored = await Take(500);
        Assert.Equal(Enumerable.Range(0, 500).Select(n => $"{n + 0.5:R}"), stored.Values.SelectMany(v => v).OrderBy(double.Parse));
    }
}
