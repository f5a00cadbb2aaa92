using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class CatalogReadingsTests
{
    private static readonly long Start = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc).Ticks;

    [Fact]
    public void Series_registered_later_are_found_and_others_are_unknown()
    {
        Plant plant = TestPlants.Of(1, new PlantTagOptions { Name = "t{n}", Count = 2, Type = ModbusType.UInt32 });
        Verifier verifier = new(plant, new ServedCounts([[2, 1]]));
        SeriesCatalog catalog = new();
        CatalogReadings readings = new(catalog, verifier, inArrivalOrder: true);
        int first = catalog.Register(new SeriesDefinition("dev-1", "t1", ValueKind.UInt64));
        readings.Take([At(first, "t1", 0)]);
        int other = catalog.Register(new SeriesDefinition("dev-9", "t1", ValueKind.UInt64)), second = catalog.Register(new SeriesDefinition("dev-1", "t2", ValueKind.UInt64));
        readings.Take([At(second, "t2", 0), At(first, "t1", 1), At(other, "t1", 0), At(1234, "t1", 0)]);
        VerifyReport report = verifier.Conclude();
        Assert.Equal((3, 0, 2, 0), (report.Received, report.Lost, report.Unknown, report.Altered));
    }

    [Fact]
    public void Taking_readings_in_allocates_nothing()
    {
        const int polls = 2000;
        Plant plant = TestPlants.Of(1, new PlantTagOptions { Name = "t{n}", Count = 2, Type = ModbusType.UInt32 });
        Verifier verifier = new(plant, new ServedCounts([[polls, 0]]));
        SeriesCatalog catalog = new();
        int id = catalog.Register(new SeriesDefinition("dev-1", "t1", ValueKind.UInt64));
        CatalogReadings readings = new(catalog, verifier, inArrivalOrder: true);
        Reading[] all = [.. Enumerable.Range(0, polls).Select(n => At(id, "t1", n))];
        readings.Take(all.AsSpan(0, polls / 2));
        long before = GC.GetAllocatedBytesForCurrentThread();
        readings.Take(all.AsSpan(polls / 2));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(verifier.Conclude().IsClean);
    }

    private static Reading At(int id, string tag, int n) =>
        new(id, 0, 0, Start + (n * TimeSpan.TicksPerSecond), (long)VerifiableSequence.ValueAt(SeriesKey.Of("dev-1", tag), (ulong)n, 32));
}
