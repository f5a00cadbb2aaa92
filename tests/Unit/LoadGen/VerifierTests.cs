using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

/// <summary>Each claim holds for a source in arrival order; those about what is there and what is not hold for shuffled rows too.</summary>
public sealed class VerifierTests
{
    private const int Polls = 50;
    private static readonly Plant TwoDevices = TestPlants.Of(2, TestPlants.OneOfEach());
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly record struct Row(int Series, ValueKind Kind, long Bits, uint Status, long Ticks);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Everything_there_is_clean(bool arrivalOrder)
    {
        VerifyReport report = Verify(Rows(), arrivalOrder);
        Assert.True(report.IsClean);
        Assert.Equal(2 * 8 * Polls, report.Served);
        Assert.Equal(2 * 8 * Polls, report.Received);
        Assert.Empty(report.Examples);
    }

    [Fact]
    public void Shuffled_rows_with_right_times_are_clean_for_a_table() => Assert.True(Verify(Shuffled(Rows(), 5), arrivalOrder: false).IsClean);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lost_in_the_middle_at_the_tail_and_whole_series_are_counted(bool arrivalOrder)
    {
        List<Row> rows = Rows();
        rows.RemoveAll(r => r.Series == 3 && PollOf(r) is >= 10 and < 17);
        rows.RemoveAll(r => r.Series == 5 && PollOf(r) >= Polls - 4);
        rows.RemoveAll(r => r.Series == 9);
        rows.RemoveAll(r => r.Series == 1 && PollOf(r) == 0);
        Verifier verifier = NewVerifier();
        VerifyReport report = Verify(arrivalOrder ? rows : Shuffled(rows, 1), arrivalOrder, verifier);
        Assert.Equal((7 + 4 + Polls + 1, 0, 0, 0), Four(report));
        Assert.Equal(4, verifier.Gaps.Count);
        SeriesGap middle = verifier.Gaps.Single(g => g.Device == 0 && g.Tag == 3);
        Assert.Equal((10, 7, Start.AddSeconds(9), Start.AddSeconds(17)), (middle.FirstN, middle.Count, middle.Before, middle.After));
        SeriesGap whole = verifier.Gaps.Single(g => g.Device == 1 && g.Tag == 1);
        Assert.Equal((0, Polls, null, null), (whole.FirstN, whole.Count, whole.Before, whole.After));
        Assert.Contains(report.Examples, e => e.ToString() == "lost: dev-1/UInt32 n=10..16 after 2026-03-01T12:00:09.00000Z");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Duplicates_are_counted_each(bool arrivalOrder)
    {
        List<Row> rows = Rows();
        rows.AddRange(rows.Where(r => r.Series == 2).Take(3).ToList());
        rows.Add(rows[0]);
        rows.Add(rows[0]);
        VerifyReport report = Verify(arrivalOrder ? rows : Shuffled(rows, 2), arrivalOrder);
        Assert.Equal((0, 5, 0, 0), Four(report));
        Assert.Equal((2 * 8 * Polls) + 5, report.Received);
    }

    [Fact]
    public void A_row_that_arrives_after_a_later_one_is_reordered()
    {
        List<Row> rows = Rows();
        Swap(rows, 4, 20, 21);
        Swap(rows, 6, 30, 35);
        VerifyReport report = Verify(rows, arrivalOrder: true);

        // The first swap puts one row behind a later one; the second puts five behind.
        Assert.Equal((0, 0, 1 + 5, 0), Four(report));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Numbers_and_times_that_disagree_are_reordered(bool arrivalOrder)
    {
        List<Row> rows = Rows();
        int i = rows.FindIndex(r => r.Series == 4 && PollOf(r) == 20), k = rows.FindIndex(r => r.Series == 4 && PollOf(r) == 21);
        (rows[i], rows[k]) = (rows[i] with { Ticks = rows[k].Ticks }, rows[k] with { Ticks = rows[i].Ticks });
        Assert.Equal((0, 0, 1, 0), Four(Verify(arrivalOrder ? rows : Shuffled(rows, 3), arrivalOrder)));
    }

    // Wide types: what a wrong value decodes to is out of range, so that it is called altered and what should be there lost.
    [Theory]
    [InlineData(ModbusType.UInt32)]
    [InlineData(ModbusType.Int32)]
    [InlineData(ModbusType.Float32)]
    [InlineData(ModbusType.Float64)]
    [InlineData(ModbusType.Int64)]
    [InlineData(ModbusType.UInt64)]
    public void An_altered_value_is_altered_and_its_true_one_lost(ModbusType type)
    {
        List<Row> rows = Rows();
        int series = TwoDevices.Devices[0].Template.IndexOf(type.ToString());
        int i = rows.FindIndex(r => r.Series == series && PollOf(r) == 25);
        rows[i] = rows[i] with { Bits = rows[i].Kind == ValueKind.Float64 ? BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(rows[i].Bits) + 1) : rows[i].Bits ^ 4 };
        foreach (bool arrivalOrder in (bool[])[true, false]) Assert.Equal((1, 0, 0, 1), Four(Verify(rows, arrivalOrder)));
    }

    [Fact]
    public void Any_altered_16_bit_value_is_found_out_one_way_or_another()
    {
        List<Row> rows = Rows();
        int series = TwoDevices.Devices[0].Template.IndexOf(nameof(ModbusType.UInt16));
        int i = rows.FindIndex(r => r.Series == series && PollOf(r) == 25);
        Row right = rows[i];
        int altered = 0;
        for (long value = 0; value < 65536; value += 13)
        {
            if (value == right.Bits) continue;
            rows[i] = right with { Bits = value };
            VerifyReport report = Verify(rows, arrivalOrder: true);
            Assert.Equal(1, report.Lost);
            Assert.Equal(1, report.Duplicated + report.Altered);
            altered += (int)report.Altered;
        }
        Assert.InRange(altered, 5000, 5042);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Readings_filed_under_the_wrong_series_are_found_out(bool arrivalOrder)
    {
        List<Row> rows = [.. Rows().Select(r => r.Series is 4 or 12 ? r with { Series = 16 - r.Series } : r)];
        VerifyReport report = Verify(rows, arrivalOrder);
        Assert.Equal((2 * Polls, 0, 0, 2 * Polls), Four(report));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_findings_at_once_are_told_apart(bool arrivalOrder)
    {
        List<Row> rows = Rows();
        int altered = rows.FindIndex(r => r.Series == 4 && PollOf(r) == 7);
        rows[altered] = rows[altered] with { Bits = rows[altered].Bits ^ 1 };
        rows.RemoveAll(r => r.Series == 0 && PollOf(r) is 3 or 4 && r.Series == 0);
        rows.Add(rows.First(r => r.Series == 11));
        rows.Add(new Row(-1, ValueKind.Float64, 0, 0, Start.Ticks));
        rows.Add(new Row(2, ValueKind.Float64, 0, StatusCodes.BadTimeout, Start.AddSeconds(1).Ticks));
        // The last value once more, because its device has gone.
        rows.Add(rows.First(r => r.Series == 8) with { Status = StatusCodes.UncertainNoCommunicationLastUsableValue });
        if (arrivalOrder) Swap(rows, 13, 20, 21);
        VerifyReport report = Verify(arrivalOrder ? rows : Shuffled(rows, 9), arrivalOrder);
        Assert.Equal((3, 1, arrivalOrder ? 1 : 0, 1), Four(report));
        Assert.Equal((1, 2), (report.Unknown, report.Bad));
        Assert.False(report.IsClean);
    }

    [Fact]
    public void Gaps_around_a_kill_are_unjournalled_and_others_lost()
    {
        List<Row> rows = Rows();
        rows.RemoveAll(r => r.Series < 8 && PollOf(r) is 20 or 21 && r.Series < 8);
        rows.RemoveAll(r => r.Series == 9 && PollOf(r) == 40);
        VerifyReport report = Verify(rows, arrivalOrder: true, kills: Start.AddSeconds(21.5));
        Assert.Equal((1, 0, 0, 0), Four(report));
        Assert.Equal(16, report.Unjournalled);
        Assert.Equal(TimeSpan.FromSeconds(2.5), report.UnjournalledReach);
    }

    [Fact]
    public void Sixteen_bit_numbers_are_followed_past_their_wrap()
    {
        const int polls = 200_000;
        Plant plant = TestPlants.Of(1, new PlantTagOptions { Name = "t", Type = ModbusType.UInt16 });
        ulong key = SeriesKey.Of("dev-1", "t");
        foreach (bool arrivalOrder in (bool[])[true, false])
        {
            Verifier verifier = new(plant, new ServedCounts([[polls]]));
            VerifierLane lane = verifier.OpenLane(arrivalOrder);
            for (uint n = 0; n < polls; n++)
            {
                if (n is 70_000 or 70_001 || n is >= 150_000 and < 170_000) continue;
                lane.Observe(0, ValueKind.UInt64, (long)VerifiableSequence.ValueAt(key, n, 16), 0, Start.AddMilliseconds(n).Ticks);
            }
            lane.Observe(0, ValueKind.UInt64, (long)VerifiableSequence.ValueAt(key, 199_000, 16), 0, Start.AddMilliseconds(199_000).Ticks);
            Assert.Equal((20_002, 1, 0, 0), Four(verifier.Conclude()));
        }
    }

    [Fact]
    public void Tags_read_at_different_rates_are_verified_each_on_its_own()
    {
        Plant plant = TestPlants.Of(1, TestPlants.OneOfEach());
        uint[] served = [5000, 1, 0, 7, 2, 3, 1, 1];
        Verifier verifier = new(plant, new ServedCounts([served]));
        VerifierLane lane = verifier.OpenLane(inArrivalOrder: true);
        foreach (Row row in RowsOf(plant, 0, served)) lane.Observe(row.Series, row.Kind, row.Bits, row.Status, row.Ticks);
        VerifyReport report = verifier.Conclude();
        Assert.True(report.IsClean);
        Assert.Equal(served.Sum(s => s), report.Received);
    }

    [Fact]
    public void Series_without_a_sequence_are_set_aside()
    {
        Plant plant = TestPlants.Of(1, new PlantTagOptions { Name = "s", Generator = new GeneratorOptions { Kind = GeneratorKind.Sine } });
        Verifier verifier = new(plant, new ServedCounts([[5]]));
        verifier.OpenLane(true).Observe(verifier.Find("dev-1", "s"), ValueKind.Float64, 1, 0, Start.Ticks);
        VerifyReport report = verifier.Conclude();
        Assert.Equal((0, 0, 1), (report.Served, report.Received, report.Unverified));
        Assert.Equal(-1, verifier.Find("dev-1", "other"));
        Assert.Equal(-1, verifier.Find("dev-2", "s"));
    }

    private static int PollOf(Row row) => (int)((row.Ticks - Start.Ticks) / TimeSpan.TicksPerSecond);

    private static (int Lost, int Duplicated, int Reordered, int Altered) Four(VerifyReport r) => ((int)r.Lost, (int)r.Duplicated, (int)r.Reordered, (int)r.Altered);

    private static Verifier NewVerifier() =>
        new(TwoDevices, new ServedCounts([.. Enumerable.Range(0, 2).Select(_ => Enumerable.Repeat((uint)Polls, 8).ToArray())]));

    private static VerifyReport Verify(List<Row> rows, bool arrivalOrder, Verifier? verifier = null, params DateTime[] kills)
    {
        verifier ??= NewVerifier();
        VerifierLane lane = verifier.OpenLane(arrivalOrder);
        foreach (Row row in rows) lane.Observe(row.Series, row.Kind, row.Bits, row.Status, row.Ticks);
        return verifier.Conclude(kills);
    }

    private static List<Row> Rows()
    {
        uint[] served = [.. Enumerable.Repeat((uint)Polls, 8)];
        return [.. RowsOf(TwoDevices, 0, served), .. RowsOf(TwoDevices, 1, served)];
    }

    // One device's rows poll by poll, as a collector would store them.
    private static IEnumerable<Row> RowsOf(Plant plant, int device, uint[] served)
    {
        PlantDevice of = plant.Devices[device];
        for (uint n = 0; n < served.Max(); n++)
        {
            for (int t = 0; t < served.Length; t++)
            {
                if (n >= served[t]) continue;
                PlantTag tag = of.Template.Tags[t];
                ulong value = VerifiableSequence.ValueAt(SeriesKey.Of(of.Name, tag.Name), n, SequenceType.WidthOf(tag.Type));
                (ValueKind kind, long bits) = tag.Type switch
                {
                    ModbusType.Int16 => (ValueKind.Int64, (short)value),
                    ModbusType.Int32 => (ValueKind.Int64, (int)value),
                    ModbusType.Int64 => (ValueKind.Int64, (long)value),
                    ModbusType.Float32 or ModbusType.Float64 => (ValueKind.Float64, BitConverter.DoubleToInt64Bits(value)),
                    _ => (ValueKind.UInt64, (long)value),
                };
                yield return new Row((device * served.Length) + t, kind, bits, 0, Start.AddSeconds(n).Ticks);
            }
        }
    }

    private static List<Row> Shuffled(List<Row> rows, int seed)
    {
        Row[] shuffled = [.. rows];
        new Random(seed).Shuffle(shuffled);
        return [.. shuffled];
    }

    private static void Swap(List<Row> rows, int series, int first, int second)
    {
        int i = rows.FindIndex(r => r.Series == series && PollOf(r) == first), k = rows.FindIndex(r => r.Series == series && PollOf(r) == second);
        (rows[i], rows[k]) = (rows[k], rows[i]);
    }
}
