using HyperIngest.Core;
using HyperIngest.Host.Configuration;

namespace HyperIngest.Tests.Unit.Configuration;

public class ScalarTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("250us", 2_500)]
    [InlineData("100ms", 1_000_000)]
    [InlineData("1.5s", 15_000_000)]
    [InlineData("2m", 1_200_000_000)]
    [InlineData("24h", 864_000_000_000)]
    [InlineData("7d", 6_048_000_000_000)]
    public void Durations_are_read(string text, long ticks)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value));
        Assert.Equal(ticks, value.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1e3s")]
    [InlineData("99999999999999999999999999999d")]
    [InlineData("999999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData("100ms")]
    [InlineData("90s")]
    [InlineData("1d")]
    [InlineData("36h")]
    [InlineData("0")]
    [InlineData("1us")]
    public void Durations_are_written_as_they_are_read(string text)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value));
        Assert.Equal(text, Duration.Format(value));
    }

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("2TiB", 2L << 40)]
    [InlineData("64kB", 64_000)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("12B", 12)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1MiB")]
    [InlineData("1mib")]
    [InlineData("99999999TiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("intervall", "interval")]
    [InlineData("inetrval", "interval")]
    [InlineData("INTERVAL", "interval")]
    [InlineData("hst", "host")]
    public void The_nearest_name_is_found(string name, string expected) => Assert.Equal(expected, Nearest.To(name, ["host", "interval", "port", "unit"]));

    [Theory]
    [InlineData("temperature")]
    [InlineData("x")]
    [InlineData("")]
    public void Far_fetched_names_are_not_suggested(string name) => Assert.Null(Nearest.To(name, ["host", "interval", "port", "unit"]));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ab", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Edit_distance_counts_swaps_of_neighbours_as_one(string a, string b, int expected) => Assert.Equal(expected, Nearest.Distance(a, b));
}
