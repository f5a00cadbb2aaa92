using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

/// <summary>Readings of every kind, with what is hard about them.</summary>
internal static class RecordSamples
{
    public const long Now = 638_993_178_221_234_567;
    public const long LastTick = 3_155_378_975_999_999_999;

    public static readonly double[] Doubles =
    [
        0, -0.0, 1, -1, 21.5, 0.1, 0.25, -273.15, 1234.56789, 1e-5, 1e15, 1e16, 9007199254740993, 123456789012345680, 1e22, 1e23, 5e-324, double.MaxValue, double.MinValue, double.Epsilon,
        2.2250738585072014E-308, 0.30000000000000004, 1.0 / 3, 100.00001, 99999999.99, 21.370000839233398, Math.PI, -Math.E, 1e9, 1e-4, 0.00012, 4503599627370497.5,
        double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    public static readonly long[] Integers = [0, 1, -1, 9, 10, -10, int.MaxValue, int.MinValue, 1L << 53, (1L << 53) + 1, long.MaxValue, long.MinValue];

    public static readonly ulong[] Unsigned = [0, 1, 65535, uint.MaxValue, 1UL << 63, ulong.MaxValue];

    public static readonly string[] Texts =
        ["", "running", "say \"stop\"", "back\\slash", "tab\tnewline\nreturn\rback\bfeed\f", "\u0000\u0001\u001F\u007F", "Grüße", "温度", "😀 emoji", "\u2028\u2029", "</script>", new string('x', 4096)];

    public static readonly uint[] Statuses =
        [0, StatusCodes.GoodClamped, StatusCodes.Uncertain, StatusCodes.UncertainEngineeringUnitsExceeded, StatusCodes.Bad, StatusCodes.BadTimeout, 1, 0x3FFF_FFFF, 0xC000_0000, uint.MaxValue];

    public static readonly string[] Devices = ["press-017", "d", "line \"7\"", "Förderer/1", "a\\b", new string('n', 200)];

    public static readonly string[] Units = ["", "bar", "°C", "\"", "m³/h"];

    /// <summary>A series of every kind in each of the devices, with the attributes varied.</summary>
    public static SeriesCatalog Catalog()
    {
        SeriesCatalog catalog = new();
        int i = 0;
        foreach (string device in Devices)
        {
            foreach (ValueKind kind in Enum.GetValues<ValueKind>())
            {
                for (int n = 0; n < 3; n++, i++)
                {
                    catalog.Register(new SeriesDefinition(
                        device, $"{kind}.{n}", kind, Units[i % Units.Length], i % 3 == 0 ? $"plant/{device}" : "", device.Length % 2 == 0 ? "acme" : "", (Classification)(i % 4)));
                }
            }
        }
        foreach (string text in Texts) Assert.True(catalog.Texts.TryIntern(text, out _));
        return catalog;
    }

    /// <summary>Value bits that fit a kind: hard ones and random ones.</summary>
    public static long Bits(SeriesCatalog catalog, ValueKind kind, Random random) => kind switch
    {
        ValueKind.Float64 => BitConverter.DoubleToInt64Bits(AnyDouble(random)),
        ValueKind.Int64 => random.Next(2) == 0 ? Integers[random.Next(Integers.Length)] : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        ValueKind.UInt64 => (long)(random.Next(2) == 0 ? Unsigned[random.Next(Unsigned.Length)] : (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)),
        ValueKind.Bool => random.Next(2),
        _ => random.Next(catalog.Texts.Count),
    };

    private static double AnyDouble(Random random) => random.Next(5) switch
    {
        0 => Doubles[random.Next(Doubles.Length)],
        1 => Math.Round(random.NextDouble() * 1000, random.Next(7)),
        2 => (float)(random.NextDouble() * 1000),
        3 => random.Next(-1_000_000, 1_000_000),
        _ => Finite(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
    };

    // JSON has one NaN.
    private static double Finite(double value) => double.IsNaN(value) ? double.NaN : value;

    public static uint Status(Random random) => random.Next(3) switch
    {
        0 => 0,
        1 => Statuses[random.Next(Statuses.Length)],
        _ => (uint)random.NextInt64(1L << 32),
    };

    public static long Time(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => LastTick,
        2 => random.NextInt64(LastTick + 1),
        3 => Now,
        _ => Now + random.NextInt64(-20_000_000, 20_000_000),
    };

    /// <summary>A reading with everything varied.</summary>
    public static Reading Any(SeriesCatalog catalog, int series, Random random) =>
        new(series, Status(random), random.Next(2) == 0 ? 0 : Time(random), Time(random), Bits(catalog, catalog.KindOf(series), random));

    /// <summary>Asserts that what was decoded stands for what was written, by name and bit for bit.</summary>
    public static void AssertSame(SeriesCatalog written, ReadOnlySpan<Reading> expected, SeriesCatalog read, DecodedReadings actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.Equal(0, actual.TextsRefused);
        for (int i = 0; i < expected.Length; i++)
        {
            Reading want = expected[i];
            Reading got = actual.Readings[i];
            Assert.Equal(written[want.SeriesId], read[got.SeriesId]);
            Assert.Equal(written.DeviceOf(want.SeriesId), actual.Device);
            Assert.Equal((want.Status, want.SourceTime, want.GatewayTime), (got.Status, got.SourceTime, got.GatewayTime));
            if (written.KindOf(want.SeriesId) == ValueKind.Text) Assert.Equal(written.Texts[want.ValueBits], read.Texts[got.ValueBits]);
            else Assert.Equal(want.ValueBits, got.ValueBits);
        }
    }
}
