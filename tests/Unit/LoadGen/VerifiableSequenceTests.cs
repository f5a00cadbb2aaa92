using System.Globalization;
using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class VerifiableSequenceTests
{
    public static TheoryData<int> Widths => [16, 24, 32, 53, 64];

    public static TheoryData<ModbusType> Types =>
    [
        ModbusType.Int16, ModbusType.UInt16, ModbusType.Int32, ModbusType.UInt32, ModbusType.Int64, ModbusType.UInt64, ModbusType.Float32, ModbusType.Float64,
    ];

    [Fact]
    public void Every_16_bit_number_has_a_value_of_its_own()
    {
        foreach (ulong key in (ulong[])[0, 1, ulong.MaxValue, SeriesKey.Of("press-1", "torque.1")])
        {
            bool[] seen = new bool[65536];
            for (ulong n = 0; n < 65536; n++)
            {
                ulong value = VerifiableSequence.ValueAt(key, n, 16);
                Assert.True(value < 65536);
                Assert.False(seen[value], $"key {key}: value {value} appears twice");
                seen[value] = true;
                Assert.Equal(n, VerifiableSequence.Recover(key, value, 16));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Recover_undoes_value_for_any_key_and_number(int width)
    {
        Random random = new(width);
        ulong mask = ulong.MaxValue >> (64 - width);
        for (int i = 0; i < 100_000; i++)
        {
            ulong key = (ulong)random.NextInt64(long.MinValue, long.MaxValue), n = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask;
            ulong value = VerifiableSequence.ValueAt(key, n, width);
            Assert.True(value <= mask);
            Assert.Equal(n, VerifiableSequence.Recover(key, value, width));
        }
    }

    [Theory]
    [InlineData(0xD6E8_FEB8_6659_FD93)]
    [InlineData(0xA076_1D64_78BD_642F)]
    [InlineData(1UL)]
    [InlineData(ulong.MaxValue)]
    public void Inverse_times_number_is_one(ulong odd) => Assert.Equal(1UL, odd * VerifiableSequence.InverseOf(odd));

    // Of values taken from another series, about N in 2^width should pass for one of N answers. 4 times that (and a few) is far outside chance for these seeds.
    [Theory]
    [MemberData(nameof(Widths))]
    public void A_value_of_another_series_decodes_to_nonsense(int width)
    {
        const int answered = 100, tries = 2_000;
        int plausible = 0;
        for (int series = 0; series < tries; series++)
        {
            ulong mine = SeriesKey.Of($"press-{series}", "temperature.1"), other = SeriesKey.Of($"press-{series + 1}", "temperature.1");
            for (ulong n = 0; n < answered; n++)
            {
                if (VerifiableSequence.Recover(mine, VerifiableSequence.ValueAt(other, n, width), width) < answered) plausible++;
            }
        }
        double expected = (double)answered * answered * tries / Math.Pow(2, width);
        Assert.True(plausible <= (4 * expected) + 3, $"{plausible} of {answered * tries} passed, {expected:0.0} expected");
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void One_flipped_bit_moves_the_number_far_away(int width)
    {
        int near = 0;
        Random random = new(7);
        for (int i = 0; i < 10_000; i++)
        {
            ulong key = (ulong)random.NextInt64();
            ulong flipped = VerifiableSequence.ValueAt(key, 50, width) ^ (1UL << random.Next(width));
            ulong n = VerifiableSequence.Recover(key, flipped, width);
            Assert.NotEqual(50UL, n);
            if (n < 100) near++;
        }
        Assert.True(near <= (4 * 10_000 * 100 / Math.Pow(2, width)) + 3, $"{near} of 10,000 landed below 100");
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Stored_values_decode_in_every_kind_that_holds_them(ModbusType type)
    {
        int width = SequenceType.WidthOf(type);
        Random random = new(3);
        for (int i = 0; i < 10_000; i++)
        {
            ulong value = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & (ulong.MaxValue >> (64 - width));
            long integer = type switch
            {
                ModbusType.Int16 => (short)value,
                ModbusType.Int32 => (int)value,
                _ => (long)value,
            };
            bool signed = type is ModbusType.Int16 or ModbusType.Int32 or ModbusType.Int64;
            if (signed || width < 64) AssertDecodes(type, ValueKind.Int64, integer, value);
            if (!signed || integer >= 0) AssertDecodes(type, ValueKind.UInt64, integer, value);
            if (width < 64) AssertDecodes(type, ValueKind.Float64, BitConverter.DoubleToInt64Bits(integer), value);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Values_the_type_cannot_send_are_refused(ModbusType type)
    {
        double beyond = type switch
        {
            ModbusType.Int16 => 32768,
            ModbusType.UInt16 => 65536,
            ModbusType.Int32 => 2147483648,
            ModbusType.UInt32 => 4294967296,
            ModbusType.Float32 => 16777216,
            ModbusType.Float64 => 9007199254740992,
            ModbusType.Int64 => 9223372036854775808.0,
            _ => 18446744073709551616.0,
        };
        foreach (double wrong in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.5, -0.0, 1e300, -1e300, beyond])
        {
            Assert.False(
                SequenceType.TryDecode(type, ValueKind.Float64, BitConverter.DoubleToInt64Bits(wrong), out _), wrong.ToString(CultureInfo.InvariantCulture));
        }
        if (type is not (ModbusType.Int16 or ModbusType.Int32 or ModbusType.Int64)) Assert.False(SequenceType.TryDecode(type, ValueKind.Int64, -1, out _));
        Assert.False(SequenceType.TryDecode(type, ValueKind.Text, 0, out _));
        Assert.False(SequenceType.TryDecode(ModbusType.Bool, ValueKind.Bool, 1, out _));
    }

    [Fact]
    public void Keys_of_neighbours_share_no_half()
    {
        HashSet<uint> low = [], high = [];
        for (int d = 0; d < 100; d++)
        {
            for (int t = 0; t < 100; t++)
            {
                ulong key = SeriesKey.Of($"press-{d:000}", $"temperature.{t:000}");
                low.Add((uint)key);
                high.Add((uint)(key >> 32));
            }
        }
        Assert.InRange(low.Count, 9_990, 10_000);
        Assert.InRange(high.Count, 9_990, 10_000);
    }

    [Fact]
    public void Keys_stay_what_they_were_in_the_first_release() =>
        Assert.Equal(SeriesKeyOfRelease1, SeriesKey.Of("press-0001", "temperature.001"));

    // A verifier must read what an older simulator wrote.
    private const ulong SeriesKeyOfRelease1 = 11_997_668_372_933_302_094;

    private static void AssertDecodes(ModbusType type, ValueKind kind, long bits, ulong expected)
    {
        Assert.True(SequenceType.TryDecode(type, kind, bits, out ulong value), $"{type} {kind} 0x{bits:X}");
        Assert.Equal(expected, value);
    }
}
