using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Postgres;

/// <summary>Existing tables, as users have them.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresMappingTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTime Noon = DateTime.UtcNow.Date.AddHours(12);
    private readonly string _schema = $"s{Guid.NewGuid():N}";
    private readonly SeriesCatalog _catalog = new();

    public Task InitializeAsync() => postgres.RunAsync($"create schema {_schema}");

    public Task DisposeAsync() => postgres.RunAsync($"drop schema if exists {_schema} cascade");

    [Fact]
    public async Task A_SCADA_table_is_filled()
    {
        await postgres.RunAsync(
            $"create table {_schema}.scada_readings (id bigserial, timestamp timestamp not null, well_id varchar(20) not null, tag_node_id text not null, value numeric, quality int2)");
        int pressure = _catalog.Register(new SeriesDefinition("well-7", "ns=2;s=Pressure"));
        int total = _catalog.Register(new SeriesDefinition("well-7", "ns=2;s=Total", ValueKind.UInt64));
        await DeliverAsync(
            "scada_readings",
            [
                new("timestamp", PostgresField.Time), new("well_id", PostgresField.Device), new("tag_node_id", PostgresField.Tag),
                new("value", PostgresField.Value), new("quality", PostgresField.Quality),
            ],
            Number(pressure, 12.75, StatusCodes.Good), Number(pressure, -0.000123, StatusCodes.Uncertain),
            new Reading(total, StatusCodes.BadTimeout, 0, Noon.Ticks, -1));
        Assert.Equal(
            [
                $"{Noon:yyyy-MM-dd HH:mm:ss}|well-7|ns=2;s=Pressure|12.75|192", $"{Noon:yyyy-MM-dd HH:mm:ss}|well-7|ns=2;s=Pressure|-0.000123|64",
                $"{Noon:yyyy-MM-dd HH:mm:ss}|well-7|ns=2;s=Total|18446744073709551615|0",
            ],
            await postgres.ColumnAsync<string>($"select concat_ws('|', timestamp, well_id, tag_node_id, value, quality) from {_schema}.scada_readings order by id"));
    }

    [Fact]
    public async Task A_metrics_table_is_filled()
    {
        await postgres.RunAsync(
            $"create table {_schema}.metrics (n bigserial, time timestamptz not null, topic text not null, value double precision, value_str text, quality text)");
        Assert.True(_catalog.Texts.TryIntern("RUN", out long run));
        int speed = _catalog.Register(new SeriesDefinition("mill", "speed", Topic: "site/mill/speed"));
        int mode = _catalog.Register(new SeriesDefinition("mill", "mode", ValueKind.Text));
        int count = _catalog.Register(new SeriesDefinition("mill", "count", ValueKind.Int64));
        await DeliverAsync(
            "metrics",
            [
                new("time", PostgresField.Time), new("topic", PostgresField.Topic), new("value", PostgresField.Value),
                new("value_str", PostgresField.ValueText), new("quality", PostgresField.Quality),
            ],
            Number(speed, 1500.5, StatusCodes.Good), new Reading(mode, StatusCodes.Good, 0, Noon.Ticks, run), new Reading(count, StatusCodes.Bad, 0, Noon.Ticks, long.MinValue + 1));
        Assert.Equal(
            ["site/mill/speed|1500.5|null|good", "mill/mode|null|RUN|good", "mill/count|-9.223372036854776e+18|-9223372036854775807|bad"],
            await postgres.ColumnAsync<string>(
                $"select concat_ws('|', topic, coalesce(value::text, 'null'), coalesce(value_str, 'null'), quality) from {_schema}.metrics order by n"));
    }

    [Fact]
    public async Task Numerics_are_the_shortest_decimals_that_read_back_the_same()
    {
        await postgres.RunAsync($"create table {_schema}.n (k bigserial, v numeric)");
        int series = _catalog.Register(new SeriesDefinition("d", "t"));
        Random random = new(3);
        double[] values =
        [
            0, -0.0, 1, -1, 10, 9999, 10000, 10001, 0.1, 0.0001, 0.00001, 123456789.125, 1e15, 1e16, 1e300, -1e-300, double.MaxValue, double.Epsilon, double.NaN,
            .. Enumerable.Range(0, 300).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64()) is var d && double.IsFinite(d) ? d : 1),
        ];
        await DeliverAsync("n", [new("v", PostgresField.Value)], [.. values.Select(v => Number(series, v, 0))]);
        string[] read = await postgres.ColumnAsync<string>($"select v::text from {_schema}.n order by k");
        // -0 has no sign as a numeric.
        Assert.Equal(values.Select(v => v == 0 ? 0 : v), read.Select(t => double.Parse(t, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(["0", "0", "1", "-1", "10", "9999", "10000", "10001", "0.1", "0.0001", "0.00001", "123456789.125"], read[..12]);
    }

    [Fact]
    public async Task Every_type_a_value_can_go_into_takes_it()
    {
        await postgres.RunAsync($"create table {_schema}.t (a float8, b float4, c int2, d int4, e int8, f numeric, g bool, h text, i int4, j int8, k bool)");
        int series = _catalog.Register(new SeriesDefinition("d", "t", ValueKind.Int64, Unit: "bar", Tenant: "acme"));
        await DeliverAsync(
            "t",
            [.. "abcdefgh".Select(c => new KeyValuePair<string, PostgresField>(c.ToString(), PostgresField.Value)), new("i", PostgresField.Status), new("j", PostgresField.Status), new("k", PostgresField.Quality)],
            new Reading(series, StatusCodes.Bad, 0, Noon.Ticks, 1));
        Assert.Equal("(1,1,1,1,1,1,t,1,-2147483648,2147483648,f)", await postgres.OneAsync<string>($"select t::text from {_schema}.t"));
    }

    [Fact]
    public async Task A_value_its_column_cannot_hold_is_poison()
    {
        await postgres.RunAsync($"create table {_schema}.t (v int2)");
        int number = _catalog.Register(new SeriesDefinition("d", "t"));
        int whole = _catalog.Register(new SeriesDefinition("d", "u", ValueKind.Int64));
        await using PostgresSink sink = await PreparedAsync("t", [new("v", PostgresField.Value)]);
        await using ISinkLane lane = await sink.OpenLaneAsync(new LaneIdentity("n", Guid.NewGuid(), 0), default);
        foreach (Reading bad in (Reading[])[Number(number, 3.7, 0), Number(number, double.NaN, 0), new Reading(whole, 0, 0, Noon.Ticks, 40_000)])
        {
            DeliveryOutcome outcome = await lane.DeliverAsync(Chunk(Number(number, 3, 0), bad), default);
            Assert.Equal((DeliveryVerdict.Rejected, 2), (outcome.Verdict, outcome.PoisonHint));
            Assert.Contains("column v", outcome.Reason, StringComparison.Ordinal);
        }
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(Chunk(Number(number, 3, 0)), default));
        Assert.Equal(3, await postgres.OneAsync<short>($"select v from {_schema}.t"));
    }

    [Fact]
    public async Task A_text_too_long_for_its_column_is_poison_at_its_row()
    {
        await postgres.RunAsync($"create table {_schema}.t (v varchar(3))");
        int series = _catalog.Register(new SeriesDefinition("d", "t"));
        await using PostgresSink sink = await PreparedAsync("t", [new("v", PostgresField.Value)]);
        await using ISinkLane lane = await sink.OpenLaneAsync(new LaneIdentity("n", Guid.NewGuid(), 0), default);
        DeliveryOutcome outcome = await lane.DeliverAsync(Chunk(Number(series, 1, 0), Number(series, 2, 0), Number(series, 12345, 0)), default);
        Assert.Equal((DeliveryVerdict.Rejected, 3), (outcome.Verdict, outcome.PoisonHint));
    }

    [Theory]
    [InlineData("create table {0}.t (v uuid)", PostgresField.Value, "column v: its type is uuid")]
    [InlineData("create table {0}.t (v text)", PostgresField.Time, "timestamptz, timestamp")]
    [InlineData("create table {0}.t (w float8)", PostgresField.Value, "no column v")]
    [InlineData("create table {0}.t (v float8, must int not null)", PostgresField.Value, "column must (int4) is NOT NULL")]
    [InlineData("create table {0}.other (v float8)", PostgresField.Value, "is not there")]
    public async Task A_mapping_that_does_not_fit_names_table_column_and_type(string create, PostgresField field, string expected)
    {
        await postgres.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, create, _schema));
        SinkException error = await Assert.ThrowsAsync<SinkException>(() => PreparedAsync("t", [new("v", field)]));
        Assert.Equal(DeliveryVerdict.Stop, error.Outcome.Verdict);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_schema}.t", error.Message, StringComparison.Ordinal);
    }

    private async Task DeliverAsync(string table, KeyValuePair<string, PostgresField>[] columns, params Reading[] readings)
    {
        await using PostgresSink sink = await PreparedAsync(table, columns);
        await using ISinkLane lane = await sink.OpenLaneAsync(new LaneIdentity("n", Guid.NewGuid(), 0), default);
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(Chunk(readings), default));
    }

    private async Task<PostgresSink> PreparedAsync(string table, KeyValuePair<string, PostgresField>[] columns)
    {
        PostgresSink sink = new(
            new PostgresOptions
            {
                ConnectionString = postgres.ConnectionString,
                Schema = _schema,
                Mapping = new PostgresMapping { Table = $"{_schema}.{table}", Columns = columns },
            },
            _catalog, NullLogger.Instance);
        try
        {
            await sink.PrepareAsync(default);
            return sink;
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    private static Reading Number(int series, double value, uint status) => new(series, status, 0, Noon.Ticks, BitConverter.DoubleToInt64Bits(value));

    private static DeliveryChunk Chunk(params Reading[] readings)
    {
        ReadingBatch batch = new BatchPool(readings.Length, 1).Rent();
        readings.CopyTo(batch.Slots);
        batch.Count = readings.Length;
        batch.Offset = 0;
        batch.NextOffset = 64 + (readings.Length * 32);
        DeliveryChunk chunk = new();
        chunk.Append(batch);
        return chunk;
    }
}
