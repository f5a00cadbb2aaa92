using System.Text.Json;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Delivery;

public sealed class DeadLettersTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"hyperingest-letters-{Guid.NewGuid():N}");
    private readonly SeriesCatalog _catalog = new();
    private readonly MetricRegistry _metrics = new();

    public void Dispose()
    {
        _metrics.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Every_kind_of_value_and_time_is_a_line_of_JSON()
    {
        Assert.True(_catalog.Texts.TryIntern("a \"quoted\"\nline", out long text));
        (ValueKind Kind, long Bits, string Expected)[] cases =
        [
            (ValueKind.Float64, BitConverter.DoubleToInt64Bits(1.5), "1.5"),
            (ValueKind.Float64, BitConverter.DoubleToInt64Bits(double.NaN), "\"NaN\""),
            (ValueKind.Int64, long.MinValue, "-9223372036854775808"),
            (ValueKind.UInt64, -1, "18446744073709551615"),
            (ValueKind.Bool, 1, "true"),
            (ValueKind.Text, 999, "null"),
        ];
        using (DeadLetters letters = Open(1 << 20))
        {
            foreach ((ValueKind kind, long bits, _) in cases)
            {
                int id = _catalog.Register(new SeriesDefinition("d", $"t{_catalog.Count}", kind));
                letters.Write(new Reading(id, StatusCodes.BadTimeout, long.MaxValue, 1, bits), new LaneIdentity("n", Guid.Empty, 2), "pg", new JournalPosition(7, 3), "why");
            }
            int note = _catalog.Register(new SeriesDefinition("d", "note", ValueKind.Text));
            letters.Write(new Reading(note, 0, 0, DateTime.MaxValue.Ticks, text), default, "pg", default, "why");
            letters.Write(new Reading(1 << 30, 0, -1, -1, 0), default, "pg", default, "unknown series");
        }
        JsonElement[] lines = [.. Lines().Select(l => JsonDocument.Parse(l).RootElement)];
        for (int i = 0; i < cases.Length; i++) Assert.Equal(cases[i].Expected, lines[i].GetProperty("value").GetRawText());
        Assert.Equal("a \"quoted\"\nline", lines[cases.Length].GetProperty("value").GetString());
        Assert.Equal("BadTimeout", lines[0].GetProperty("statusName").GetString());
        Assert.Equal("7+3", lines[0].GetProperty("position").GetString());
        Assert.Equal(long.MaxValue, lines[0].GetProperty("sourceTime").GetInt64());
        Assert.False(lines[^1].TryGetProperty("device", out _));
    }

    [Fact]
    public void Past_the_folders_limit_the_oldest_file_goes_and_is_counted()
    {
        int id = _catalog.Register(new SeriesDefinition("d", "t"));
        using (DeadLetters letters = Open(16 << 10))
        {
            for (int i = 0; i < 200; i++) letters.Write(new Reading(id, 0, 0, i, i), default, "pg", new JournalPosition(i, 0), new string('x', 100));
        }
        string[] lines = Lines();
        Assert.InRange(Directory.GetFiles(_folder).Sum(f => new FileInfo(f).Length), 1, 16 << 10);
        Assert.EndsWith("199", JsonDocument.Parse(lines[^1]).RootElement.GetProperty("position").GetString(), StringComparison.Ordinal);
        Assert.Equal(200 - lines.Length, Count("hyperingest_dead_letters_deleted_total"));
        Assert.True(Count("hyperingest_dead_letter_files_deleted_total") > 0);
    }

    private DeadLetters Open(long maxBytes) =>
        new(_folder, new DeadLetterOptions { MaxBytes = maxBytes }, _catalog, _metrics, NullLogger.Instance);

    private string[] Lines() =>
        [.. Directory.GetFiles(_folder, DeadLetters.FilePattern).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)];

    private long Count(string name) => _metrics.Counter(name, "").Value;
}
