using HyperIngest.Core;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Host.Query;

namespace HyperIngest.Tests.Unit.Host;

public class QueryTests
{
    private static readonly DateTime Start = new(2026, 1, 31, 8, 0, 0, DateTimeKind.Utc);
    private readonly SeriesCatalog _catalog = new();
    private readonly BatchPool _pool = new(4, 8);

    public QueryTests()
    {
        foreach (string device in (string[])["press-1", "press-2", "boiler"])
        {
            _catalog.Register(new SeriesDefinition(device, "temp", Unit: "degC"));
            _catalog.Register(new SeriesDefinition(device, "count", ValueKind.Int64));
        }
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "abc", true)]
    [InlineData("press-*", "press-17", true)]
    [InlineData("press-?", "press-17", false)]
    [InlineData("press-??", "press-17", true)]
    [InlineData("*-17", "press-17", true)]
    [InlineData("p*s-1*", "press-17", true)]
    [InlineData("p*x", "press-17", false)]
    [InlineData("Press-17", "press-17", false)]
    [InlineData("", "a", false)]
    [InlineData("a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("a.b[c", "a.b[c", true)]
    public void Globs_match(string pattern, string name, bool expected) => Assert.Equal(expected, new Glob(pattern).Matches(name));

    [Theory]
    [InlineData("now", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("-5m", "2026-01-31T11:55:00.0000000Z")]
    [InlineData("-1.5h", "2026-01-31T10:30:00.0000000Z")]
    [InlineData("2026-01-30", "2026-01-30T00:00:00.0000000Z")]
    [InlineData("2026-01-30T08:15", "2026-01-30T08:15:00.0000000Z")]
    [InlineData("2026-01-30 08:15:30", "2026-01-30T08:15:30.0000000Z")]
    [InlineData("2026-01-30T08:15:30.25Z", "2026-01-30T08:15:30.2500000Z")]
    [InlineData("2026-01-30T08:15:30+02:00", "2026-01-30T06:15:30.0000000Z")]
    public void Times_are_read(string text, string expected)
    {
        Assert.True(TimePoint.TryParse(text, new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc), out DateTime utc));
        Assert.Equal(expected, utc.ToString("O"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("-5")]
    [InlineData("5m")]
    [InlineData("31/01/2026")]
    [InlineData("2026-13-01")]
    [InlineData("-99999999d")]
    public void What_is_no_time_is_refused(string text) => Assert.False(TimePoint.TryParse(text, Start, out _));

    [Fact]
    public void Shards_are_merged_by_time_and_filtered_by_name()
    {
        string text = Run(
            new JournalQuery([new Glob("press-*")], [new Glob("temp")], 0, long.MaxValue, long.MaxValue, false), QueryFormat.Csv,
            Shard((0, 0, 20), (1, 1, 5), (0, 2, 21.5), (0, 4, 22)),
            Shard((2, 1, 30), (4, 1, 99), (2, 3, 31)));
        Assert.Equal(
            """
            time,source_time,device,tag,value,unit,status
            2026-01-31T08:00:00.0000000Z,,press-1,temp,20,degC,Good
            2026-01-31T08:00:01.0000000Z,,press-2,temp,30,degC,Good
            2026-01-31T08:00:02.0000000Z,,press-1,temp,21.5,degC,Good
            2026-01-31T08:00:03.0000000Z,,press-2,temp,31,degC,Good
            2026-01-31T08:00:04.0000000Z,,press-1,temp,22,degC,Good

            """, text);
    }

    [Fact]
    public void From_is_included_and_to_is_not() =>
        Assert.Equal(["21", "22"], Values(new JournalQuery([], [], At(1), At(3), long.MaxValue, false), Shard((0, 0, 20), (0, 1, 21), (0, 2, 22), (0, 3, 23))));

    [Fact]
    public void A_limit_ends_the_stream() =>
        Assert.Equal(["20", "21"], Values(new JournalQuery([], [], 0, long.MaxValue, 2, false), Shard((0, 0, 20), (0, 1, 21), (0, 2, 22))));

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(5000)]
    public void Newest_first_keeps_the_last(int limit) =>
        Assert.Equal(
            Enumerable.Range(0, 3000).Reverse().Take(limit).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Values(new JournalQuery([], [], 0, long.MaxValue, limit, true), Shard([.. Enumerable.Range(0, 3000).Select(i => (0, (double)i, (double)i))])));

    [Fact]
    public void A_shard_is_not_read_far_past_the_end()
    {
        FakeShard shard = Shard([.. Enumerable.Range(0, 400).Select(i => (0, (double)i, 1.0))]);
        Values(new JournalQuery([], [], 0, At(10), long.MaxValue, false), shard);
        Assert.InRange(shard.BatchesRead, 3, 8);
    }

    [Fact]
    public void Json_lines_have_names_values_and_status()
    {
        string text = Run(new JournalQuery([], [], 0, long.MaxValue, long.MaxValue, false), QueryFormat.JsonLines, Shard((0, 0, 1.5)));
        Assert.Equal("""{"time":"2026-01-31T08:00:00.0000000Z","device":"press-1","tag":"temp","value":1.5,"unit":"degC","status":"Good"}""" + "\n", text);
    }

    [Fact]
    public void Values_of_every_kind_are_written_exactly()
    {
        SeriesCatalog catalog = new();
        int real = catalog.Register(new SeriesDefinition("d", "real"));
        int big = catalog.Register(new SeriesDefinition("d", "big", ValueKind.Int64));
        int huge = catalog.Register(new SeriesDefinition("d", "huge", ValueKind.UInt64));
        int flag = catalog.Register(new SeriesDefinition("d", "flag", ValueKind.Bool));
        int text = catalog.Register(new SeriesDefinition("d", "text", ValueKind.Text));
        catalog.Texts.TryIntern("a \"b\", c\u001b", out long handle);
        using StringWriter output = new();
        SeriesFilter all = new(catalog, [], []);
        ReadingWriter json = new(output, catalog, QueryFormat.JsonLines, all);
        ReadingWriter csv = new(output, catalog, QueryFormat.Csv, all);
        json.Write(new Reading(real, StatusCodes.Bad, 0, At(0), BitConverter.DoubleToInt64Bits(double.NaN)));
        json.Write(new Reading(big, 0, At(1), At(0), long.MaxValue));
        json.Write(new Reading(huge, 0, 0, At(0), -1));
        json.Write(new Reading(flag, 0, 0, At(0), 1));
        csv.Write(new Reading(text, 0x8123_0000, 0, At(0), handle));
        string[] lines = output.ToString().Split('\n');
        Assert.Contains("\"value\":null,\"status\":\"Bad\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"source_time\":\"2026-01-31T08:00:01.0000000Z\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"value\":\"9223372036854775807\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"value\":\"18446744073709551615\"", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"value\":true", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(",d,text,\"a \"\"b\"\", c\u001b\",,0x81230000", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_shows_no_control_characters()
    {
        SeriesCatalog catalog = new();
        int text = catalog.Register(new SeriesDefinition("d", "text", ValueKind.Text));
        catalog.Texts.TryIntern("a\u001b[2J\nb", out long handle);
        using StringWriter output = new();
        new ReadingWriter(output, catalog, QueryFormat.Table, new SeriesFilter(catalog, [], [])).Write(new Reading(text, 0, 0, At(0), handle));
        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Equal(1, output.ToString().Count(c => c == '\n'));
    }

    [Fact]
    public void All_batches_go_back_to_their_pool()
    {
        Values(new JournalQuery([], [], 0, long.MaxValue, 1, false), Shard((0, 0, 20), (0, 1, 21)), Shard((2, 0, 1)));
        Assert.Equal(0, _pool.Rented);
    }

    private static long At(double seconds) => Start.AddSeconds(seconds).Ticks;

    private static FakeShard Shard(params (int Series, double Second, double Value)[] readings) => new(
        [.. readings.Select(r => new Reading(r.Series, 0, 0, At(r.Second), r.Series % 2 == 0 ? BitConverter.DoubleToInt64Bits(r.Value) : (long)r.Value))]);

    private string Run(JournalQuery query, QueryFormat format, params FakeShard[] shards)
    {
        using StringWriter output = new();
        query.Run(_catalog, shards, _pool, output, format);
        Assert.All(shards, s => Assert.True(s.Disposed));
        return output.ToString();
    }

    private IEnumerable<string> Values(JournalQuery query, params FakeShard[] shards) =>
        Run(query, QueryFormat.Csv, shards).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[4]);

    private sealed class FakeShard(Reading[] readings) : IStoredShard
    {
        private int _next;

        public int BatchesRead { get; private set; }

        public bool Disposed { get; private set; }

        public bool TryRead(ReadingBatch batch)
        {
            if (_next == readings.Length) return false;
            Reading[] record = [.. readings.Skip(_next).Take(batch.Capacity)];
            record.CopyTo(batch.Slots);
            batch.Count = record.Length;
            _next += record.Length;
            BatchesRead++;
            return true;
        }

        public void Dispose() => Disposed = true;
    }
}
