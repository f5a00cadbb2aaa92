using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public sealed class DeviceRunsTests
{
    [Fact]
    public void Each_device_gets_its_readings_in_arrival_order_and_their_places()
    {
        Random random = new(1);
        SeriesCatalog catalog = new();
        for (int device = 0; device < 40; device++)
        {
            for (int tag = 0; tag < 5; tag++) catalog.Register(new SeriesDefinition($"device {device}", $"tag {tag}"));
        }
        DeviceRuns runs = new(catalog);
        for (int round = 0; round < 20; round++)
        {
            Reading[] readings = new Reading[random.Next(0, 3000)];
            for (int i = 0; i < readings.Length; i++) readings[i] = new Reading(random.Next(catalog.Count), 0, 0, i, random.Next());
            runs.Group(readings);
            (string Device, Reading[] Readings)[] expected = [.. readings.GroupBy(r => catalog.DeviceOf(r.SeriesId)).Select(g => (g.Key, g.ToArray()))];
            Assert.Equal(expected.Length, runs.Count);
            for (int run = 0; run < runs.Count; run++)
            {
                Assert.Equal(expected[run].Device, runs.DeviceAt(run));
                Assert.Equal(expected[run].Readings, runs.ReadingsAt(run).ToArray());
                Assert.Equal(expected[run].Readings, runs.IndexesAt(run).ToArray().Select(i => readings[i]));
            }
        }
    }

    [Fact]
    public void Grouping_allocates_nothing_once_it_has_grown()
    {
        SeriesCatalog catalog = new();
        Reading[] readings = new Reading[1000];
        for (int i = 0; i < readings.Length; i++) readings[i] = new Reading(catalog.Register(new SeriesDefinition($"d{i % 300}", $"t{i}")), 0, 0, i, i);
        DeviceRuns runs = new(catalog);
        runs.Group(readings);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) runs.Group(readings);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
