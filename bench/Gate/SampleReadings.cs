using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Bench.Gate;

/// <summary>Readings as polls make them: devices with 100 float64 tags each, a device's readings one behind the other, values of 24 bits or with decimals.</summary>
internal sealed class SampleReadings
{
    /// <summary>Tags of a device.</summary>
    public const int Tags = 100;

    public SampleReadings(int devices, bool decimals)
    {
        // A moment of no meaning: the same in every run, so that texts have the same length.
        long start = new DateTime(2026, 11, 21, 10, 30, 22, DateTimeKind.Utc).Ticks;
        Readings = new Reading[devices * Tags];
        for (int i = 0; i < Readings.Length; i++)
        {
            int device = i / Tags;
            int id = Catalog.Register(new SeriesDefinition($"device-{device:D4}", $"register.{i % Tags:D3}", ValueKind.Float64, "bar"));
            ulong integer = VerifiableSequence.ValueAt((ulong)id * 0x9E37_79B9_7F4A_7C15, 1, 24);
            double value = decimals ? integer / 1000.0 : integer;
            Readings[i] = new Reading(id, 0, 0, start + (device * 1_234_567L), BitConverter.DoubleToInt64Bits(value));
        }
    }

    public SeriesCatalog Catalog { get; } = new();

    public Reading[] Readings { get; }
}
