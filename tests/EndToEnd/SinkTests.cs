using System.Globalization;
using System.Net;
using System.Text.Json;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Devices;
using Npgsql;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>A PostgreSQL that was never there, or will not take a row.</summary>
[Collection(NodeCollection.Name)]
public sealed class SinkTests : IAsyncLifetime
{
    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task PostgreSQL_absent_at_the_start_is_caught_up_with_when_it_appears()
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Sink = "", Connection = _server.ConnectionString });
        await _server.StopAsync();
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await AssertWaitsAsync(node);
            await _server.RestartAsync();
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        await AssertBothCleanAsync(rig);
    }

    [Fact]
    public async Task Poison_row_in_a_users_table_costs_that_row_alone()
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions
        {
            Connection = _server.ConnectionString,
            Sink = ", table: scada_readings, columns: { timestamp: time, well_id: device, tag_node_id: tag, value: value, quality: status }",
        });
        // The fifth answer of one tag, which is known before it is asked.
        long poison = (int)VerifiableSequence.ValueAt(SeriesKey.Of("d-03", "t.07"), 5, 32);
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            create table scada_readings (timestamp timestamptz not null, well_id text not null, tag_node_id text not null, value double precision, quality bigint not null,
                constraint not_this_one check (not (well_id = 'd-03' and tag_node_id = 't.07' and value = {poison})))
            """));
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(40_000);
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_delivery_dead_letters_total") > 0, "the poison row is a dead letter");
            await node.UntilCaughtUpAsync();
            Assert.Equal(HttpStatusCode.OK, (await node.ReadyAsync()).Code);
            Assert.Equal(1, await node.MetricAsync("hyperingest_delivery_dead_letters_total"));
            await node.DrainAsync();
        }
        string served = await rig.ServedAsync();
        NodeRig.AssertClean(await rig.VerifyJournalAsync(served));
        string line = Assert.Single(Directory.EnumerateFiles(Path.Combine(rig.JournalFolder, "dead-letters")).SelectMany(File.ReadLines));
        using JsonDocument letter = JsonDocument.Parse(line);
        JsonElement root = letter.RootElement;
        Assert.Equal(("d-03", "t.07", poison), (root.GetProperty("device").GetString(), root.GetProperty("tag").GetString(), root.GetProperty("value").GetInt64()));
        Assert.Contains("not_this_one", root.GetProperty("reason").GetString(), StringComparison.Ordinal);

        // A sequence repeats no value: as many different ones as rows, and one row less than answers.
        long answers = ServedCounts.Load(served, rig.Plant).Total;
        Assert.Equal(answers - 1, await CountAsync("select count(*) from scada_readings"));
        Assert.Equal(answers - 1, await CountAsync("select count(*) from (select distinct well_id, tag_node_id, value from scada_readings) once"));
    }

    [Fact]
    public async Task A_journal_at_its_limit_stops_intake_until_the_sink_has_caught_up_when_it_is_told_to()
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions
        {
            Sink = "",
            Connection = _server.ConnectionString,
            Segment = "1MiB",
            Retention = ", retention: { bytes: 1MiB, limit: 6MiB, when_full: stop-intake }",
            Ring = 8192,
        });
        await _server.StopAsync();
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilAsync(async () => (await node.ReadyAsync()).Code == HttpStatusCode.ServiceUnavailable, "readiness is false at the limit");
            Assert.Contains("limit", (await node.ReadyAsync()).Body, StringComparison.Ordinal);
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_modbus_polls_delayed_total") > 0, "polls wait");
            await _server.RestartAsync();
            await node.UntilAsync(async () => (await node.ReadyAsync()).Code == HttpStatusCode.OK, "ready again by itself");
            await node.UntilMoreAsync(10_000);
            await node.UntilCaughtUpAsync();
            Assert.Equal(0, await node.MetricAsync("hyperingest_journal_dropped_readings_total"));
            await node.DrainAsync();
        }
        NodeRig.AssertClean(await rig.VerifySinkAsync(await rig.ServedAsync()));
    }

    [Fact]
    public async Task A_journal_at_its_limit_drops_the_oldest_counts_it_and_says_which_when_it_is_not()
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions
        {
            Sink = "",
            Connection = _server.ConnectionString,
            Segment = "1MiB",
            Retention = ", retention: { bytes: 1MiB, limit: 6MiB }",
            Shards = 1,
        });
        await _server.StopAsync();
        double dropped;
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_journal_dropped_readings_total") > 0, "the oldest segment goes");
            Assert.Equal(HttpStatusCode.OK, (await node.ReadyAsync()).Code);
            await _server.RestartAsync();
            await node.UntilCaughtUpAsync();
            dropped = await node.MetricAsync("hyperingest_journal_dropped_readings_total");
            Assert.Contains("were dropped: the journal is at its limit of 6291456 bytes", node.Log, StringComparison.Ordinal);
            await node.DrainAsync();
        }
        JsonElement report = await rig.VerifySinkAsync(await rig.ServedAsync());
        // Exactly what was counted is missing, and nothing else is wrong.
        Assert.Equal(dropped, report.GetProperty("lost").GetInt64());
        Assert.Equal((0, 0, 0), (report.GetProperty("duplicated").GetInt64(), report.GetProperty("reordered").GetInt64(), report.GetProperty("altered").GetInt64()));
    }

    // The lanes say why they wait, without the password; devices are read on all the same.
    private async Task AssertWaitsAsync(NodeUnderTest node)
    {
        await node.UntilAsync(
            async () => (await node.StatusAsync()).GetProperty("lanes").EnumerateArray().All(l =>
                l.GetProperty("state").GetString() is "retrying" or "open" && !l.GetProperty("healthy").GetBoolean() && l.GetProperty("last_error").GetString() is { Length: > 10 }),
            "each lane waits and says why");
        Assert.DoesNotContain(_server.Password, await node.StatusTextAsync(), StringComparison.Ordinal);
        await node.UntilMoreAsync(10_000);
        Assert.Equal(HttpStatusCode.OK, (await node.ReadyAsync()).Code);
    }

    private static async Task AssertBothCleanAsync(NodeRig rig)
    {
        string served = await rig.ServedAsync();
        NodeRig.AssertClean(await rig.VerifyJournalAsync(served));
        NodeRig.AssertClean(await rig.VerifySinkAsync(served));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(_server.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> CountAsync(string sql)
    {
        await using NpgsqlConnection connection = new(_server.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
