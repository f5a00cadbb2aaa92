using System.Globalization;
using System.Text.RegularExpressions;
using HyperIngest.LoadGen.Report.Html;
using HyperIngest.LoadGen.Report.Html.Charts;
using HyperIngest.LoadGen.Report.Html.Sections;

namespace HyperIngest.Tests.Unit.Report;

public sealed class HtmlChartTests
{
    [Fact]
    public void A_spike_of_one_point_in_a_hundred_thousand_is_drawn_at_its_height()
    {
        for (int spike = 0; spike < 100_000; spike += 9_973)
        {
            string path = PathData.Line(Enumerable.Range(0, 100_000).Select(i => (i / 99_999.0, i == spike ? 0.9 : i == spike + 1 ? 0.02 : 0.5)));
            double[] heights = [.. Points(path).Select(p => p.Y)];
            Assert.Contains(100, heights);
            Assert.Contains(980, heights);
        }
    }

    [Fact]
    public void A_line_of_any_number_of_points_has_at_most_four_a_column()
    {
        Random random = new(5);
        string path = PathData.Line(Enumerable.Range(0, 100_000).Select(i => (i / 99_999.0, random.NextDouble())));
        Assert.InRange(Points(path).Count, PathData.Width, 4 * PathData.Width);
    }

    [Fact]
    public void Few_points_are_all_drawn() =>
        Assert.Equal("M0 1000L250 500H500V0", PathData.Line([(0, 0), (0.25, 0.5), (0.5, 0.5), (0.5, 1)]));

    [Fact]
    public void A_gap_is_not_drawn_over() =>
        Assert.Equal("M0 500H100M300 500H400", PathData.Line([(0, 0.5), (0.1, 0.5), (0.1, double.NaN), (0.3, double.NaN), (0.3, 0.5), (0.4, 0.5)]));

    [Fact]
    public void An_area_goes_back_to_the_bottom_at_a_gap() =>
        Assert.Equal("M0 1000V500H100V1000M300 1000V500H400V1000", PathData.Area([(0, 0.5), (0.1, 0.5), (0.1, double.NaN), (0.3, double.NaN), (0.3, 0.5), (0.4, 0.5)]));

    [Fact]
    public void Of_pauses_in_one_column_the_longest_is_drawn() =>
        Assert.Equal("M0.5 200V1000M500.5 900V1000", PathData.Stems([(0.0001, 0.3), (0.0002, 0.8), (0.0003, 0.1), (0.5, 0.1)]));

    [Theory]
    [InlineData(0, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(double.NaN, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(7, "0 2 4 6 8")]
    [InlineData(10, "0 2 4 6 8 10")]
    [InlineData(780_000, "0 200k 400k 600k 800k")]
    [InlineData(1_240_000, "0 500k 1M 1.5M")]
    public void A_linear_axis_begins_at_zero_and_has_round_ticks(double largest, string ticks) =>
        Assert.Equal(ticks, Labels(new LinearScale(largest, Quantity.Short)));

    [Fact]
    public void An_axis_of_bytes_is_round_in_its_unit() => Assert.Equal("0 500MiB 1,000MiB 1,500MiB", Labels(LinearScale.Bytes(1_300.0 * (1 << 20))));

    [Theory]
    [InlineData(0.9, 41_000, "1ms 10ms 100ms 1s 10s")]
    [InlineData(2.5, 90, "2ms 5ms 10ms 20ms 50ms 100ms")]
    [InlineData(5, 5, "5ms 10ms")]
    public void A_logarithmic_axis_holds_all_and_is_labelled_at_powers_of_ten(double least, double most, string ticks)
    {
        LogScale scale = new(least, most, Quantity.Ms);
        Assert.Equal(ticks, Labels(scale));
        Assert.InRange(scale.Place(least), 0, 0.5);
        Assert.InRange(scale.Place(most), scale.Place(least), 1);
    }

    [Theory]
    [InlineData(8, "0s 1s 2s 3s 4s 5s 6s 7s 8s")]
    [InlineData(600, "0min 2min 4min 6min 8min 10min")]
    [InlineData(3_600, "0min 10min 20min 30min 40min 50min 60min")]
    [InlineData(86_400, "0h 3h 6h 9h 12h 15h 18h 21h 24h")]
    [InlineData(5_000_000, "0h 192h 384h 576h 768h 960h 1152h 1344h")]
    public void A_time_axis_has_ticks_as_people_count(double seconds, string ticks) => Assert.Equal(ticks, Labels(new TimeScale(seconds)));

    [Fact]
    public void Every_further_nine_of_a_percentile_takes_as_much_room()
    {
        PercentileScale scale = new(1_000_000);
        Assert.Equal("50% 90% 99% 99.9% 99.99% 99.999% 99.9999%", Labels(scale));
        Assert.Equal(1 / 6.0, scale.Place(0.9), 9);
        Assert.Equal(2 / 6.0, scale.Place(0.99), 9);
        Assert.Equal(1, scale.Place(1));
    }

    [Theory]
    [InlineData(0.0042, "0.0042ms")]
    [InlineData(12.34, "12.3ms")]
    [InlineData(1_250, "1.25s")]
    [InlineData(133_000, "2min13s")]
    [InlineData(7_260_000, "2h1min")]
    [InlineData(double.NaN, "\u2013")]
    public void A_latency_is_told_in_the_unit_that_fits(double ms, string text) => Assert.Equal(text, Plain(Quantity.Ms(ms)));

    [Fact]
    public void A_difference_of_texts_shows_what_changed_and_what_is_around_it()
    {
        string[] lines = [.. Enumerable.Range(0, 20).Select(i => $"line {i}")];
        string a = string.Join('\n', lines), b = string.Join("\r\n", lines.Select(l => l == "line 9" ? "line nine" : l).Append("line 20"));
        Assert.Equal(
            [
                " \u2026 7 lines that are the same", " line 7", " line 8", "-line 9", "+line nine", " line 10", " line 11", " \u2026 6 lines that are the same", " line 18", " line 19", "+line 20",
            ],
            LineDiff.Of(a, b)!.Select(l => (l.Side switch { LineDiff.Side.A => "-", LineDiff.Side.B => "+", _ => " " }) + l.Text));
    }

    [Fact]
    public void Texts_too_long_to_compare_are_not_compared() =>
        Assert.Null(LineDiff.Of(string.Join('\n', Enumerable.Range(0, 5_000)), string.Join('\n', Enumerable.Range(5_000, 5_000))));

    private static string Labels(Scale scale) => string.Join(' ', scale.Ticks.Where(t => t.Label.Length > 0).Select(t => Plain(t.Label)));

    private static string Plain(string text) => text.Replace("\u00A0", "", StringComparison.Ordinal);

    private static List<(double X, double Y)> Points(string path)
    {
        List<(double X, double Y)> points = [];
        (double x, double y) = (0, 0);
        foreach (Match part in Regex.Matches(path, "([MLHV])([0-9.]+)(?: ([0-9.]+))?"))
        {
            double first = double.Parse(part.Groups[2].Value, CultureInfo.InvariantCulture);
            if (part.Groups[1].Value == "V") y = first;
            else x = first;
            if (part.Groups[3].Success) y = double.Parse(part.Groups[3].Value, CultureInfo.InvariantCulture);
            points.Add((x, y));
        }
        return points;
    }
}
