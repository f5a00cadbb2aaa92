using System.Globalization;
using HyperIngest.LoadGen;
using HyperIngest.Tests.EndToEnd;
using HyperIngest.Tests.Integration.Mqtt;
using Npgsql;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>kill -9 of a node in mid-load that reads a broker at QoS 1 with a session that is kept, and writes PostgreSQL. The broker and the publisher live on.</summary>
[Collection(NodeCollection.Name)]
public sealed class MqttSourceKillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 20261121;
    private const int Devices = 20;

    // A variable takes more by hand: each costs two seconds.
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("HYPERINGEST_MQTT_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-mqtt-").FullName;
    private PrivatePostgres _server = null!;
    private PrivateMosquitto _broker = null!;

    public async Task InitializeAsync()
    {
        _server = await PrivatePostgres.StartAsync();
        _broker = await PrivateMosquitto.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Kills_in_mid_load_lose_and_double_nothing_of_all_that_was_published()
    {
        Random random = new(Seed);
        string site = await WriteSiteAsync();
        // Subscribed before the first message: what nobody has subscribed to the broker keeps for nobody.
        using (NodeUnderTest first = await NodeUnderTest.StartAsync(site))
        {
            await first.UntilAsync(async () => await first.MetricAsync("hyperingest_mqtt_source_connected") > 0, "it is connected");
            await first.DrainAsync();
        }
        using CancellationTokenSource enough = new();
        Task<long> publishing = Task.Run(() => PublishAsync(enough.Token));
        double repeated = 0;
        for (int kill = 1; kill <= Kills; kill++)
        {
            int readings = random.Next(1, 8_000);
            using NodeUnderTest node = await NodeUnderTest.StartAsync(site);
            await node.UntilMoreAsync(readings);
            repeated += await node.MetricAsync("hyperingest_mqtt_source_repeated_total");
            await node.KillAsync();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill} after {readings} readings"));
        }
        await enough.CancelAsync();
        long published = await publishing;

        using NodeUnderTest last = await NodeUnderTest.StartAsync(site);
        await last.UntilAsync(async () => await CountAsync("count(distinct v)") >= published, $"the {published} messages that were published are in the table");
        repeated += await last.MetricAsync("hyperingest_mqtt_source_repeated_total");
        await last.DrainAsync();
        Assert.Equal((published, published), (await CountAsync("count(*)"), await CountAsync("count(distinct v)")));
        Assert.Equal(0, await CountAsync($"count(*) filter (where v < 0 or v >= {published})"));
        long[] stored = SourceUnderTest.Stored(Path.Combine(_folder, "journal"));
        Assert.Equal(published, stored.LongLength);
        Assert.Equal(Enumerable.Range(0, (int)published).Select(i => (long)i), stored);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {published:N0} published, {Kills} kills, 0 lost, 0 twice; {repeated:N0} came again and were known"));
    }

    // Each value once, with a time of its own; about 5,000 a second.
    private async Task<long> PublishAsync(CancellationToken enough)
    {
        await using SourcePublisher publisher = await SourcePublisher.ConnectAsync(_broker.Port);
        long value = 0;
        while (!enough.IsCancellationRequested)
        {
            for (int i = 0; i < 50; i++, value++) await publisher.PublishAsync($"plant/d-{value % Devices}/t", value);
            await publisher.SettleAsync();
            await Task.Delay(10, CancellationToken.None);
        }
        return value;
    }

    private async Task<long> CountAsync(string what)
    {
        await using NpgsqlConnection connection = new(_server.ConnectionString);
        await connection.OpenAsync();
        // The sink makes its table with the first readings.
        await using NpgsqlCommand exists = new("select to_regclass('readings') is not null", connection);
        if (!(bool)(await exists.ExecuteScalarAsync())!) return 0;
        await using NpgsqlCommand command = new($"select {what} from (select value::bigint as v from readings) r", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> WriteSiteAsync()
    {
        string site = Path.Combine(_folder, "site.yaml");
        await File.WriteAllTextAsync(site, string.Create(CultureInfo.InvariantCulture, $$"""
            node: ingest
            shards: 2
            journal: { path: {{_folder}}/journal, segment: 16MiB }
            http: { listen: 127.0.0.1:0 }
            sources:
              - name: in
                type: mqtt
                broker: mqtt://127.0.0.1:{{_broker.Port}}
                client_id: ingest-0
                longest_pause: 1s
                rules: [ { topic: "plant/{device}/{tag}", qos: 1, kind: int64, json: { time_unit: ms } } ]
            sinks:
              - { name: historian, type: postgres, connection: "{{_server.ConnectionString}}" }
            """));
        return site;
    }
}
