using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Kafka;
using HyperIngest.Sinks.Kafka;

namespace HyperIngest.Tests.Unit.Kafka;

public class RouteRunsTests
{
    [Fact]
    public void Readings_of_many_devices_and_topics_are_runs_in_arrival_order()
    {
        const int devices = 300;
        SeriesCatalog catalog = new();
        for (int i = 0; i < devices; i++)
        {
            catalog.Register(new SeriesDefinition($"d{i}", "count", ValueKind.Int64));
            catalog.Register(new SeriesDefinition($"d{i}", "alarm", ValueKind.Int64, Classification: Classification.Alarm));
        }
        Dictionary<Classification, LaneTopic> topics = [];
        KafkaRoutes routes = new(catalog, KafkaPartitioner.Murmur2, (_, classification) =>
        {
            if (!topics.TryGetValue(classification, out LaneTopic? topic)) topics.Add(classification, topic = new LaneTopic(new KafkaTopic($"{classification}", 0), 0, null) { Partitions = 7 });
            return topic;
        });
        RouteRuns runs = new(routes);
        BatchPool pool = new(4096, 4);
        // The second chunk is smaller and of other devices: nothing of the first may stay.
        foreach ((int first, int count) in ((int, int)[])[(0, 4000), (100, 37), (0, 4096)])
        {
            ReadingBatch batch = pool.Rent();
            for (int i = 0; i < count; i++) batch.Slots[i] = new Reading((first + (i * 7)) % (2 * devices), 0, 0, 1, i);
            batch.Count = count;
            DeliveryChunk chunk = new();
            chunk.Append(batch);
            batch.Release();
            routes.Find(chunk);
            runs.Sort(chunk);
            int seen = 0;
            for (int run = 0; run < runs.Count; run++)
            {
                ReadOnlySpan<Reading> readings = runs.Readings(runs.StartOf(run), runs.LengthOf(run));
                long last = -1;
                for (int i = 0; i < readings.Length; i++, seen++)
                {
                    Assert.Equal(runs.RouteOf(run), routes.Of(readings[i].SeriesId));
                    Assert.Equal(readings[i].ValueBits, runs.IndexOf(runs.StartOf(run) + i));
                    Assert.True(readings[i].ValueBits > last);
                    last = readings[i].ValueBits;
                }
            }
            Assert.Equal(count, seen);
            chunk.Clear();
        }
    }
}
