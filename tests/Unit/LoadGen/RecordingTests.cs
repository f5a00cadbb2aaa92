using System.Globalization;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class RecordingTests
{
    private static readonly long Epoch = DateTime.UnixEpoch.Ticks;

    [Fact]
    public void A_recording_holds_a_row_until_the_next_and_starts_over()
    {
        Recording recording = Read("time,value\n10,1\n# a comment\n\n12.5, 2\n15,4\n");
        Assert.Equal((3, TimeSpan.FromSeconds(7.5).Ticks), (recording.Rows, recording.LengthTicks));
        Assert.Equal([1, 1, 2, 2, 4, 4, 1, 4], Values(recording, linear: false, 0, 2.4, 2.5, 4.9, 5, 7.4, 7.5, 7.5 + 5));
        Assert.Equal([4, 1], Values(recording, linear: false, -1, -7.5));
    }

    [Fact]
    public void Linear_goes_straight_from_row_to_row_and_back_to_the_first()
    {
        Recording recording = Read("0,0\n10,10\n20,40\n");
        Assert.Equal([0, 2.5, 10, 25, 40, 20, 0], Values(recording, linear: true, 0, 2.5, 10, 15, 20, 25, 30));
    }

    [Fact]
    public void Times_may_be_ISO_8601_in_any_zone()
    {
        Recording recording = Read("2026-01-31T08:00:00Z,1\n2026-01-31T10:00:01+02:00,2\n2026-01-31 08:00:03.5,3\n");
        Assert.Equal(TimeSpan.FromSeconds(6).Ticks, recording.LengthTicks);
        Assert.Equal([1, 2, 3], Values(recording, linear: false, 0.5, 1.5, 5.9));
    }

    [Fact]
    public void One_row_is_a_constant() => Assert.Equal([7, 7], Values(Read("0,7"), linear: true, 0, 1234.5));

    [Theory]
    [InlineData("", "r.csv:1:1: expected at least one row such as 0,21.5; found none")]
    [InlineData("time,value\n", "r.csv:2:1: expected at least one row")]
    [InlineData("1,2\n3\n", "r.csv:2:2: expected two columns, time and value, with a comma between, found '3'")]
    [InlineData("1,2\n2,x\n", "r.csv:2:3: expected a number, found 'x'")]
    [InlineData("1,2\n2,3,4\n", "r.csv:2:3: expected a number, found '3,4'")]
    [InlineData("1,NaN\n", "r.csv:1:3: expected a number, found 'NaN'")]
    [InlineData("soon,2\n", "r.csv:1:1: expected seconds such as 12.5, or an ISO 8601 time such as 2026-01-31T08:00:00Z, found 'soon'")]
    [InlineData("1,2\n2026-01-31T08:00:00Z,3\n", "r.csv:2:1: expected seconds such as 12.5, as in the rows before")]
    [InlineData("2026-01-31T08:00:00Z,3\n1,2\n", "r.csv:2:1: expected an ISO 8601 time, as in the rows before")]
    [InlineData("1738310400000,2\n", "r.csv:1:1: expected seconds")]
    [InlineData("1,2\n1,3\n", "r.csv:2:1: expected a time after that of the row before, found '1'")]
    public void A_file_that_is_wrong_is_told_of_with_line_and_column(string text, string says) =>
        Assert.StartsWith(says, Assert.Throws<InvalidDataException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lines_and_rows_are_limited()
    {
        Assert.Contains("at most 200 characters", Assert.Throws<InvalidDataException>(() => Read(new string('1', 201))).Message, StringComparison.Ordinal);
        Assert.Contains("at most 2000000 rows", Assert.Throws<InvalidDataException>(() => Recording.Read("r.csv", new Rows(Recording.MaxRows + 1))).Message, StringComparison.Ordinal);
        using TemporaryFile file = new();
        using (FileStream large = File.Create(file.Path)) large.SetLength(Recording.MaxBytes + 1);
        Assert.Contains("at most 64 MiB", Assert.Throws<InvalidDataException>(() => Recording.Load(file.Path)).Message, StringComparison.Ordinal);
    }

    private static Recording Read(string text) => Recording.Read("r.csv", new StringReader(text));

    private static double[] Values(Recording recording, bool linear, params double[] seconds) =>
        [.. seconds.Select(s => recording.ValueAt(Epoch + TimeSpan.FromSeconds(s).Ticks, linear))];

    private sealed class Rows(int count) : TextReader
    {
        private int _row;

        public override string? ReadLine() => _row == count ? null : string.Create(CultureInfo.InvariantCulture, $"{_row++},1");
    }
}
