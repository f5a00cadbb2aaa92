using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public class SampleWriterTests
{
    private static readonly long Time = new DateTime(2026, 11, 21, 10, 30, 22, DateTimeKind.Utc).AddTicks(1234567).Ticks;

    private readonly SeriesCatalog _catalog = new();

    private int Series(ValueKind kind) => _catalog.Register(new SeriesDefinition("d", kind.ToString(), kind));

    private string Sample(in Reading reading) => Write(reading, sample: true);

    private string Value(in Reading reading) => Write(reading, sample: false);

    private string Write(in Reading reading, bool sample)
    {
        SampleWriter writer = new(_catalog);
        byte[] buffer = new byte[writer.MaxBytes(reading)];
        int written;
        Assert.True(sample ? writer.TryWriteSample(reading, buffer, out written) : writer.TryWriteValue(reading, buffer, out written));
        return Encoding.UTF8.GetString(buffer, 0, written);
    }

    [Fact]
    public void A_sample_has_value_time_and_quality()
    {
        int series = Series(ValueKind.Float64);
        Assert.Equal("""{"value":21.5,"timestamp":"2026-11-21T10:30:22.1234567Z","quality":"good"}""", Sample(new Reading(series, 0, 0, Time, BitConverter.DoubleToInt64Bits(21.5))));
        Assert.Equal("""{"value":"NaN","timestamp":"2026-11-21T10:30:22.1234567Z","quality":"bad"}""", Sample(new Reading(series, StatusCodes.BadTimeout, Time, Time + 5, BitConverter.DoubleToInt64Bits(double.NaN))));
        Assert.EndsWith("\"quality\":\"uncertain\"}", Sample(new Reading(series, StatusCodes.Uncertain, 0, Time, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_every_kind_stand_alone()
    {
        Assert.Equal("-7", Value(new Reading(Series(ValueKind.Int64), 0, 0, Time, -7)));
        Assert.Equal("18446744073709551615", Value(new Reading(Series(ValueKind.UInt64), 0, 0, Time, -1)));
        Assert.Equal("true", Value(new Reading(Series(ValueKind.Bool), 0, 0, Time, 1)));
        Assert.Equal("-Infinity", Value(new Reading(Series(ValueKind.Float64), 0, 0, Time, BitConverter.DoubleToInt64Bits(double.NegativeInfinity))));
        Assert.True(_catalog.Texts.TryIntern("a \"b\"\n泵", out long text));
        Assert.Equal("a \"b\"\n泵", Value(new Reading(Series(ValueKind.Text), 0, 0, Time, text)));
        Assert.StartsWith("""{"value":"a \"b\"\n泵",""", Sample(new Reading(Series(ValueKind.Text), 0, 0, Time, text)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_written_is_refused()
    {
        SampleWriter writer = new(_catalog);
        byte[] buffer = new byte[1000];
        foreach (Reading reading in (Reading[])[new(99, 0, 0, Time, 0), new(Series(ValueKind.Text), 0, 0, Time, 5), new(Series(ValueKind.Int64), 0, 0, -1, 0)])
        {
            Assert.Equal(0, writer.MaxBytes(reading));
            Assert.False(writer.TryWriteSample(reading, buffer, out _));
            Assert.False(writer.TryWriteValue(reading, buffer, out _));
            Assert.NotNull(Writable.WhyNot(_catalog, reading));
        }
        Assert.False(writer.TryWriteValue(new Reading(Series(ValueKind.Int64), 0, 0, Time, 0), buffer.AsSpan(0, 10), out _));
    }
}
