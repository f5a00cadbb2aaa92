using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.LoadGen;
using HyperIngest.Sinks.Postgres;
using HyperIngest.Tests.Unit.Delivery;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace HyperIngest.Tests.Integration.Postgres;

/// <summary>The sink with tables of its own, against a real server.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresSinkTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTime Noon = DateTime.UtcNow.Date.AddHours(12);
    private readonly string _schema = $"s{Guid.NewGuid():N}";
    private readonly LaneIdentity _identity = new("node-a", Guid.NewGuid(), 0);
    private readonly SeriesCatalog _catalog = new();
    private readonly BatchPool _pool = new(1 << 16, 4);
    private long _offset;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => postgres.RunAsync($"drop schema if exists {_schema} cascade");

    [Fact]
    public async Task Readings_of_every_kind_land_as_they_are()
    {
        Assert.True(_catalog.Texts.TryIntern("läuft", out long text));
        int number = Series("number", ValueKind.Float64);
        int signed = Series("signed", ValueKind.Int64);
        int unsigned = Series("unsigned", ValueKind.UInt64);
        int flag = Series("flag", ValueKind.Bool);
        int note = Series("note", ValueKind.Text);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        await AcceptAsync(
            lane,
            new Reading(number, StatusCodes.Good, Noon.Ticks, Noon.AddSeconds(9).Ticks, BitConverter.DoubleToInt64Bits(1.25)),
            new Reading(signed, StatusCodes.BadTimeout, 0, Noon.AddSeconds(1).Ticks, long.MaxValue),
            new Reading(unsigned, StatusCodes.Uncertain, 0, Noon.AddSeconds(2).Ticks, -1),
            new Reading(flag, StatusCodes.Good, 0, Noon.AddSeconds(3).Ticks, 1),
            new Reading(note, StatusCodes.Good, 0, Noon.AddSeconds(4).Ticks, text),
            new Reading(number, StatusCodes.Good, 0, Noon.AddSeconds(5).Ticks, BitConverter.DoubleToInt64Bits(double.NaN)));
        string[] rows = await postgres.ColumnAsync<string>(
            $"""
            select concat_ws('|', s.device, s.tag, extract(epoch from r.time - '{Noon:O}')::int, coalesce(r.value::text, 'null'), r.status, coalesce(r.value_text, 'null'))
            from {_schema}.readings r join {_schema}.series s on s.id = r.series_id order by r.time
            """);
        Assert.Equal(
            [
                "press-1|number|0|1.25|0|null",
                $"press-1|signed|1|9.223372036854776e+18|{unchecked((int)StatusCodes.BadTimeout)}|9223372036854775807",
                "press-1|unsigned|2|1.8446744073709552e+19|1073741824|18446744073709551615",
                "press-1|flag|3|1|0|null",
                "press-1|note|4|null|0|läuft",
                "press-1|number|5|NaN|0|null",
            ],
            rows);
        Assert.Equal("press-1/signed", await postgres.OneAsync<string>($"select device || '/' || tag from {_schema}.readings r join {_schema}.series s on s.id = r.series_id where status < 0"));
    }

    [Fact]
    public async Task Partitions_are_made_ahead_and_rows_lie_in_their_leaf()
    {
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        Assert.Equal(1 + 1 + 3, (await postgres.ColumnAsync<string>($"select inhrelid::regclass::text from pg_inherits where inhparent = '{_schema}.readings'::regclass")).Length);
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        await AcceptAsync(lane, new Reading(series, 0, 0, Noon.Ticks, 1), new Reading(series, 0, 0, Noon.AddDays(-3).Ticks, 2));
        Assert.Equal(1, await postgres.OneAsync<double>($"select value from {_schema}.readings_p{Noon:yyyyMMdd}"));
        Assert.Equal(2, await postgres.OneAsync<double>($"select value from {_schema}.readings_p{Noon.AddDays(-3):yyyyMMdd}"));
    }

    [Fact]
    public async Task A_chunk_over_midnight_is_split_and_stays_one_transaction()
    {
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        DateTime midnight = Noon.Date;
        Reading[] readings = [.. Enumerable.Range(0, 1000).Select(i => new Reading(series, 0, 0, midnight.AddSeconds((i * 37 % 1000) - 500).Ticks, i))];
        await AcceptAsync(lane, readings);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (double)i), await postgres.ColumnAsync<double>($"select value from {_schema}.readings order by value"));
        Assert.Equal(500, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings_p{midnight:yyyyMMdd}"));
        Assert.Equal(1, await postgres.OneAsync<long>($"select count(distinct xmin::text) from {_schema}.readings"));
    }

    [Fact]
    public async Task A_device_with_a_wrong_clock_costs_no_partitions_and_no_readings()
    {
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        Reading[] readings = [.. Enumerable.Range(0, 500).Select(i => new Reading(series, 0, new DateTime(1900 + i, 5, 1).Ticks, Noon.Ticks, i)), new Reading(series, 0, 0, Noon.Ticks, 500)];
        await AcceptAsync(lane, readings);
        Assert.Equal(501, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings"));
        Assert.InRange(await postgres.OneAsync<long>($"select count(*) from pg_inherits where inhparent = '{_schema}.readings'::regclass"), 5, 8);
        Assert.Equal(1, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings_p{Noon:yyyyMMdd}"));
    }

    [Fact]
    public async Task A_past_partition_gets_its_time_index()
    {
        int series = Series("a", ValueKind.Int64);
        await using (PostgresSink sink = await PreparedAsync(Options() with { Table = new PostgresTableOptions { TimeIndex = PostgresTimeIndex.WhenPast } }))
        {
            await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
            await AcceptAsync(lane, new Reading(series, 0, 0, Noon.AddDays(-2).Ticks, 1));
        }
        await using PostgresSink later = await PreparedAsync(Options() with { Table = new PostgresTableOptions { TimeIndex = PostgresTimeIndex.WhenPast } });
        string indexed = $"select indexdef from pg_indexes where schemaname = '{_schema}' and tablename = 'readings_p{Noon.AddDays(-2):yyyyMMdd}'";
        string[] indexes = [];
        await Eventually.IsTrue(async () => (indexes = await postgres.ColumnAsync<string>(indexed)).Length > 0, "the past partition has an index");
        Assert.Contains("USING brin (\"time\")", Assert.Single(indexes), StringComparison.Ordinal);
        Assert.Empty(await postgres.ColumnAsync<string>(indexed.Replace($"{Noon.AddDays(-2):yyyyMMdd}", $"{Noon:yyyyMMdd}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task NUL_in_text_is_poison_and_only_that()
    {
        Assert.True(_catalog.Texts.TryIntern("a\0b", out long nul));
        Assert.True(_catalog.Texts.TryIntern("fine", out long fine));
        int note = Series("note", ValueKind.Text);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        Reading good = new(note, 0, 0, Noon.Ticks, fine);
        DeliveryOutcome outcome = await lane.DeliverAsync(Chunk(good, new Reading(note, 0, 0, Noon.Ticks, nul), good), default);
        Assert.Equal((DeliveryVerdict.Rejected, 2), (outcome.Verdict, outcome.PoisonHint));
        outcome = await lane.DeliverAsync(Chunk(good, new Reading(note, 0, 0, long.MinValue, fine)), default);
        Assert.Equal((DeliveryVerdict.Rejected, 2), (outcome.Verdict, outcome.PoisonHint));
        await AcceptAsync(lane, good);
    }

    [Fact]
    public async Task Series_that_appear_later_are_taken_over_and_keep_their_ids()
    {
        int first = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        await AcceptAsync(lane, new Reading(first, 0, 0, Noon.Ticks, 1));
        int id = await postgres.OneAsync<int>($"select id from {_schema}.series where tag = 'a'");
        int second = Series("b", ValueKind.Int64);
        await AcceptAsync(lane, new Reading(second, 0, 0, Noon.Ticks, 2), new Reading(first, 0, 0, Noon.Ticks, 3));
        Assert.Equal(["a1", "b2", "a3"], await postgres.ColumnAsync<string>($"select tag || value from {_schema}.readings join {_schema}.series s on s.id = series_id order by value"));
        // Another node, with other numbers of its own, finds the same ids.
        SeriesCatalog other = new();
        other.Register(new SeriesDefinition("press-9", "z"));
        other.Register(new SeriesDefinition("press-1", "a", ValueKind.Int64));
        await using PostgresSink node = new(Options(), other, NullLogger.Instance);
        await node.PrepareAsync(default);
        Assert.Equal(id, await postgres.OneAsync<int>($"select id from {_schema}.series where tag = 'a'"));
        int[] ids = await postgres.ColumnAsync<int>($"select id from {_schema}.series order by id");
        Assert.Equal([1, 2, 3], ids);
    }

    [Fact]
    public async Task Many_series_are_taken_over_in_bulk()
    {
        for (int i = 0; i < 20_000; i++) _catalog.Register(new SeriesDefinition($"device-{i / 100}", $"tag-{i % 100}"));
        await using PostgresSink sink = await PreparedAsync();
        Assert.Equal(20_000, await postgres.OneAsync<long>($"select count(*) from {_schema}.series"));
        Assert.Equal(20_000, sink.Series!.Slots.Count(s => s.DatabaseIdBigEndian != 0));
    }

    [Fact]
    public async Task A_second_process_of_the_same_node_is_fenced()
    {
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane first = await sink.OpenLaneAsync(_identity, default);
        await using ISinkLane second = await sink.OpenLaneAsync(_identity, default);
        DeliveryChunk chunk = Chunk(new Reading(series, 0, 0, Noon.Ticks, 1));
        Assert.Equal(DeliveryOutcome.Accepted, await first.DeliverAsync(chunk, default));
        DeliveryOutcome outcome = await second.DeliverAsync(chunk, default);
        Assert.Equal(DeliveryVerdict.Stop, outcome.Verdict);
        Assert.Contains("another process", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(DeliveryVerdict.Stop, (await second.SkipToAsync(new JournalPosition(99, 0), default)).Verdict);
        Assert.Equal(1, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings"));
        Assert.Equal(chunk.End.Offset, await postgres.OneAsync<long>($"select position from {_schema}.hyperingest_cursor"));
        // The first is not harmed.
        Assert.Equal(DeliveryOutcome.Accepted, await first.DeliverAsync(Chunk(new Reading(series, 0, 0, Noon.Ticks, 2)), default));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_tried_again()
    {
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync(Options() with { StatementTimeout = TimeSpan.FromMilliseconds(200) });
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        DeliveryChunk chunk = Chunk(new Reading(series, 0, 0, Noon.Ticks, 1));
        await using (NpgsqlConnection blocker = new(postgres.ConnectionString))
        {
            await blocker.OpenAsync();
            await using NpgsqlTransaction transaction = await blocker.BeginTransactionAsync();
            await using NpgsqlCommand command = new($"lock table {_schema}.readings_p{Noon:yyyyMMdd} in access exclusive mode", blocker);
            await command.ExecuteNonQueryAsync();
            DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
            Assert.Equal(DeliveryVerdict.Retry, outcome.Verdict);
            Assert.Contains("57014", outcome.Reason, StringComparison.Ordinal);
        }
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal(1, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings"));
    }

    [Fact]
    public async Task A_dropped_table_is_made_again()
    {
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        await AcceptAsync(lane, new Reading(series, 0, 0, Noon.Ticks, 1));
        await postgres.RunAsync($"drop table {_schema}.readings; drop table {_schema}.series; drop table {_schema}.hyperingest_cursor");
        await AcceptAsync(lane, new Reading(series, 0, 0, Noon.Ticks, 2));
        Assert.Equal("a2", await postgres.OneAsync<string>($"select tag || value from {_schema}.readings join {_schema}.series s on s.id = series_id"));
        await postgres.RunAsync($"drop table {_schema}.readings_p{Noon:yyyyMMdd}");
        await AcceptAsync(lane, new Reading(series, 0, 0, Noon.Ticks, 3));
        Assert.Equal(3, await postgres.OneAsync<double>($"select value from {_schema}.readings"));
    }

    [Fact]
    public async Task A_dropped_series_table_comes_back_with_the_ids_its_readings_have()
    {
        int second = Series("b", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        await AcceptAsync(lane, new Reading(second, 0, 0, Noon.Ticks, 1));
        int first = Series("a", ValueKind.Int64);
        await AcceptAsync(lane, new Reading(first, 0, 0, Noon.Ticks, 2));
        // The cursor goes with it, so that the lane looks at once.
        await postgres.RunAsync($"drop table {_schema}.series; drop table {_schema}.hyperingest_cursor");
        int third = Series("0", ValueKind.Int64);
        await AcceptAsync(lane, new Reading(first, 0, 0, Noon.Ticks, 3), new Reading(third, 0, 0, Noon.Ticks, 4));
        Assert.Equal(["b1", "a2", "a3", "04"], await postgres.ColumnAsync<string>($"select tag || value from {_schema}.readings join {_schema}.series s on s.id = series_id order by value"));
    }

    [Fact]
    public async Task A_series_table_missing_at_the_start_gives_no_id_of_the_readings_there_to_another_series()
    {
        int series = Series("a", ValueKind.Int64);
        await using (PostgresSink before = await PreparedAsync())
        {
            await using ISinkLane lane = await before.OpenLaneAsync(_identity, default);
            await AcceptAsync(lane, new Reading(series, 0, 0, Noon.Ticks, 1));
        }
        await postgres.RunAsync($"drop table {_schema}.series");
        await using PostgresSink sink = await PreparedAsync();
        Assert.Equal(0, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings join {_schema}.series s on s.id = series_id"));
        Assert.Equal(2, await postgres.OneAsync<int>($"select id from {_schema}.series"));
    }

    [Fact]
    public async Task A_plain_table_somebody_made_is_filled_as_it_is()
    {
        await postgres.RunAsync($"create schema {_schema}; create table {_schema}.readings (time timestamptz, value float8, series_id int4, status int4, value_text text)");
        int series = Series("a", ValueKind.Int64);
        await using PostgresSink sink = await PreparedAsync();
        await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
        await AcceptAsync(lane, new Reading(series, 0, 0, Noon.AddYears(-50).Ticks, 1), new Reading(series, 0, 0, Noon.Ticks, long.MaxValue));
        Assert.Equal(2, await postgres.OneAsync<long>($"select count(*) from {_schema}.readings"));
    }

    // TimescaleDB itself is not here: an extension of that name and a function of that signature stand for it.
    [Fact]
    public async Task With_timescaledb_the_table_becomes_a_hypertable_and_is_copied_into_whole()
    {
        string database = $"d{Guid.NewGuid():N}";
        await postgres.RunAsync($"create database {database}");
        string connectionString = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = database, Pooling = false }.ConnectionString;
        try
        {
            await using NpgsqlConnection connection = new(connectionString);
            await connection.OpenAsync();
            await using NpgsqlCommand pretend = new(
                """
                set allow_system_table_mods = on;
                insert into pg_extension select 99999, 'timescaledb', extowner, extnamespace, extrelocatable, '2.99', null, null from pg_extension where extname = 'plpgsql';
                create table calls (relation regclass, time_column name, chunk interval, indexes bool);
                create function create_hypertable(relation regclass, time_column_name name, chunk_time_interval interval, create_default_indexes bool) returns void
                language sql as 'insert into calls values ($1, $2, $3, $4)'
                """,
                connection);
            await pretend.ExecuteNonQueryAsync();
            int series = Series("a", ValueKind.Int64);
            await using PostgresSink sink = await PreparedAsync(Options() with { ConnectionString = connectionString, Schema = "plant" });
            await using ISinkLane lane = await sink.OpenLaneAsync(_identity, default);
            await AcceptAsync(lane, new Reading(series, 0, 0, Noon.AddYears(-20).Ticks, 1), new Reading(series, 0, 0, Noon.Ticks, 2));
            await using NpgsqlCommand look = new(
                "select concat_ws('|', relation, time_column, chunk, indexes, (select count(*) from plant.readings), (select relkind from pg_class where oid = 'plant.readings'::regclass)) from calls",
                connection);
            Assert.Equal("plant.readings|time|24:00:00|f|2|r", await look.ExecuteScalarAsync());
        }
        finally
        {
            await postgres.RunAsync($"drop database {database} with (force)");
        }
    }

    [Fact]
    public async Task A_table_partitioned_by_something_else_is_refused_with_advice()
    {
        await postgres.RunAsync($"create schema {_schema}; create table {_schema}.readings (time timestamptz, series_id int4) partition by hash (series_id)");
        await using PostgresSink sink = new(Options(), _catalog, NullLogger.Instance);
        SinkException error = await Assert.ThrowsAsync<SinkException>(() => sink.PrepareAsync(default));
        Assert.Equal(DeliveryVerdict.Stop, error.Outcome.Verdict);
        Assert.Contains($"\"{_schema}\".\"readings\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password=not-the-one", "28P01", DeliveryVerdict.Stop)]
    [InlineData("Database=nowhere", "3D000", DeliveryVerdict.Stop)]
    [InlineData("Port=1;Timeout=2", "cannot be reached", DeliveryVerdict.Retry)]
    public async Task A_connection_that_cannot_be_had_says_why_and_no_secret(string change, string expected, DeliveryVerdict verdict)
    {
        NpgsqlConnectionStringBuilder builder = new(postgres.Server.TcpConnectionString);
        foreach (string pair in change.Split(';')) builder[pair.Split('=')[0]] = pair.Split('=')[1];
        await using PostgresSink sink = new(Options() with { ConnectionString = builder.ConnectionString }, _catalog, NullLogger.Instance);
        SinkException error = await Assert.ThrowsAsync<SinkException>(() => sink.PrepareAsync(default));
        Assert.Equal(verdict, error.Outcome.Verdict);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(builder.Password!, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_killed_in_mid_load_costs_nothing_and_doubles_nothing()
    {
        await using PostgresSink sink = new(Options() with { MaxRowsPerCommit = 20_000 }, LoadCatalog(), NullLogger.Instance);
        await using LaneHarness harness = new(sink, batchCapacity: 1000, identity: _identity);
        harness.Lane.Start();
        long kills = 0;
        while (kills < 5)
        {
            if (harness.Lane.Status.LagReadings < 100_000) harness.Write(1000);
            kills += await postgres.OneAsync<long>(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'hyperingest' and state = 'active' and query like 'copy%readings%'");
        }
        await harness.DrainAsync();
        Assert.True(Reopens(harness) > 0, "no lane lost its connection");
        await AssertCompleteAsync(harness.Written, postgres.ColumnAsync<long>($"select value::int8 from {_schema}.readings order by 1"));
    }

    [Fact]
    public async Task A_server_killed_and_restarted_in_mid_load_costs_nothing_and_doubles_nothing()
    {
        await using PrivatePostgres server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });
        await using PostgresSink sink = new(
            Options() with { ConnectionString = server.ConnectionString, MaxRowsPerCommit = 20_000 }, LoadCatalog(), NullLogger.Instance);
        await using LaneHarness harness = new(sink, batchCapacity: 1000, identity: _identity);
        harness.Lane.Start();
        for (int i = 0; i < 200; i++)
        {
            harness.Write(1000);
            if (i is not (60 or 140)) continue;
            await Eventually.IsTrue(() => harness.Lane.Status is { State: LaneState.Running } status && status.Delivered >= (i - 40) * 1000L, "some of it is delivered");
            if (i == 60) await server.KillAsync();
            else await server.StopAsync();
            for (int more = 0; more < 10; more++) harness.Write(1000);
            await Eventually.IsTrue(() => harness.Lane.Status.State == LaneState.Retrying, "the lane noticed");
            await server.RestartAsync();
        }
        await harness.DrainAsync();
        Assert.True(Reopens(harness) >= 2, "the server was not restarted under the lane");
        await using NpgsqlConnection connection = new(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new($"select array_agg(value::int8 order by value) from {_schema}.readings", connection);
        await AssertCompleteAsync(harness.Written, Task.FromResult((long[])(await command.ExecuteScalarAsync())!));
    }

    private static async Task AssertCompleteAsync(long count, Task<long[]> stored)
    {
        long[] values = await stored;
        Assert.Equal(count, values.Length);
        for (int i = 0; i < count; i++)
        {
            if (values[i] != i) Assert.Fail($"Row {i} has value {values[i]}.");
        }
    }

    private static long Reopens(LaneHarness harness) =>
        harness.Metrics.Counter("hyperingest_delivery_reopens_total", "", new("sink", "postgres"), new("shard", "0")).Value;

    // The series the harness writes.
    private SeriesCatalog LoadCatalog()
    {
        for (int i = 0; i < 4; i++) Series($"tag-{i}", ValueKind.Int64);
        return _catalog;
    }

    private int Series(string tag, ValueKind kind) => _catalog.Register(new SeriesDefinition("press-1", tag, kind));

    private PostgresOptions Options() => new() { ConnectionString = postgres.ConnectionString, Schema = _schema };

    private async Task<PostgresSink> PreparedAsync(PostgresOptions? options = null)
    {
        PostgresSink sink = new(options ?? Options(), _catalog, NullLogger.Instance);
        await sink.PrepareAsync(default);
        return sink;
    }

    private async Task AcceptAsync(ISinkLane lane, params Reading[] readings) =>
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(Chunk(readings), default));

    private DeliveryChunk Chunk(params Reading[] readings)
    {
        ReadingBatch batch = _pool.Rent();
        readings.CopyTo(batch.Slots);
        batch.Count = readings.Length;
        batch.Offset = _offset;
        batch.NextOffset = _offset += 64 + (readings.Length * 32);
        DeliveryChunk chunk = new();
        chunk.Append(batch);
        batch.Release();
        return chunk;
    }
}
