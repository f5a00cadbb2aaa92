using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Tests.EndToEnd;
using Npgsql;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>
/// kill -9 of a node that reads Kafka and writes PostgreSQL. What it is offered does not depend on it: an edge node, which nobody kills, polls the devices and writes the topic.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class KafkaSourceKillTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Seed = 20260217;
    private const int Kills = 10;

    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { DefaultPartitions = 4 });

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Ten_kills_between_Kafka_and_PostgreSQL_lose_and_double_nothing_of_all_that_was_ever_offered()
    {
        Random random = new(Seed);
        await using PrivatePostgres server = await PrivatePostgres.StartAsync();
        await using NodeRig edge = await NodeRig.StartAsync(new NodeRigOptions { Kafka = ", format: columnar", Brokers = _broker.BootstrapServers });
        using NodeUnderTest polling = await edge.RunAsync();
        string site = await WriteSiteAsync(edge.Folder, server);
        for (int kill = 1; kill <= Kills; kill++)
        {
            int readings = random.Next(1, 40_000);
            using NodeUnderTest node = await NodeUnderTest.StartAsync(site);
            await node.UntilMoreAsync(readings);
            await node.KillAsync();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill} after {readings} readings"));
        }
        await polling.DrainAsync();
        string served = await edge.ServedAsync();
        long offered = ServedCounts.Load(served, edge.Plant).Total;

        using NodeUnderTest last = await NodeUnderTest.StartAsync(site);
        await last.UntilAsync(async () => await RowsAsync(server) >= offered, $"the {offered} readings that were offered are in the table");
        double passedOver = await last.MetricAsync("hyperingest_kafka_source_passed_over_total");
        await last.DrainAsync();

        var (code, report, error) = await ProgramProcess.RunAsync("verify", edge.PlantFile, "--served", served, "--postgres", server.ConnectionString, "--json");
        Assert.True(code == 0, report + error);
        using JsonDocument counts = JsonDocument.Parse(report);
        Assert.Equal(default, FourCounts.Of(counts.RootElement));
        Assert.Equal(offered, counts.RootElement.GetProperty("received").GetInt64());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {offered:N0} offered, {Kills} kills, four counts zero; the last start passed over {passedOver:N0} records that its journal had"));
    }

    private async Task<string> WriteSiteAsync(string folder, PrivatePostgres server)
    {
        string site = Path.Combine(folder, "ingest.yaml");
        await File.WriteAllTextAsync(site, string.Create(CultureInfo.InvariantCulture, $$"""
            node: ingest
            shards: 2
            journal: { path: {{folder}}/ingest, segment: 4MiB }
            http: { listen: 127.0.0.1:0 }
            sources:
              - { name: in, type: kafka, brokers: "{{_broker.BootstrapServers}}", group: ingest, group_instance: ingest-0, session_timeout: 6s, topics: [{{NodeRig.Topic}}] }
            sinks:
              - { name: historian, type: postgres, connection: "{{server.ConnectionString}}" }
            """));
        return site;
    }

    private static async Task<long> RowsAsync(PrivatePostgres server)
    {
        await using NpgsqlConnection connection = new(server.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("select count(*) from readings", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
