using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Tests.Unit.Sharding;

public sealed class DurabilityMeterTests
{
    [Fact]
    public void Readings_are_recorded_when_a_sync_has_passed_their_record_and_not_before()
    {
        LatencyHistogram latency = new();
        DurabilityMeter meter = new(latency);
        meter.Appended(Batch(1000, 1, 1, 2));
        meter.Appended(Batch(2000, 3));
        meter.Durable(999);
        Assert.Equal(0, latency.Total);
        meter.Durable(1000);
        Assert.Equal(3, latency.Total);
        meter.Durable(5000);
        Assert.Equal(4, latency.Total);
    }

    // The journal's sync thread goes on while a drain syncs once more.
    [Fact]
    public async Task Two_threads_that_have_synced_count_every_reading_once()
    {
        const int rounds = 100;
        const int runs = 5_000;
        LatencyHistogram latency = new();
        DurabilityMeter meter = new(latency);
        // Both begin to settle a round at the same moment.
        using Barrier together = new(2);
        void Settle(bool appends)
        {
            for (long round = 1; round <= rounds; round++)
            {
                if (appends) meter.Appended(Batch(round, [.. Enumerable.Range(0, runs).Select(i => (long)i)]));
                together.SignalAndWait();
                meter.Durable(round);
                together.SignalAndWait();
            }
        }
        await Task.WhenAll(Task.Factory.StartNew(() => Settle(true), TaskCreationOptions.LongRunning), Task.Factory.StartNew(() => Settle(false), TaskCreationOptions.LongRunning))
            .WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, meter.Unmeasured);
        Assert.Equal(rounds * runs, latency.Total);
    }

    private static ReadingBatch Batch(long nextOffset, params long[] gatewayTimes)
    {
        ReadingBatch batch = new BatchPool(Math.Max(64, gatewayTimes.Length), 1).Rent();
        foreach (long time in gatewayTimes) batch.Slots[batch.Count++] = new Reading(0, 0, 0, time, 0);
        batch.NextOffset = nextOffset;
        return batch;
    }
}
