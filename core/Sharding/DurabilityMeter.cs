using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// Measures, for every reading of a shard, the time from the device's response to the fsync that made it durable. The shard notes runs of equal
/// gateway time as it seals a batch; the journal's sync thread settles them when an fsync has passed them.
/// </summary>
internal sealed class DurabilityMeter
{
    // Written by whoever measures, read by the sync thread: a window to record in as well, or none.
    private MeasuredWindow? _window;

    // Runs the ring between the two threads may hold: at one run a response and 30,000 responses/s, two seconds without an fsync.
    private const int PendingRuns = 1 << 16;

    private readonly SpscRing<Arrival> _pending = new(PendingRuns);
    private readonly LatencyHistogram _latency;

    // One consumer of the ring at a time: the sync thread, and at the end whoever drains the pipeline.
    private readonly Lock _settling = new();

    // Written by the shard's thread alone; metrics read it.
    private long _unmeasured;

    private readonly record struct Arrival(long GatewayTime, long RecordEnd, long Count);

    public DurabilityMeter(LatencyHistogram latency) => _latency = latency;

    /// <summary>Readings not measured because the disk held up more runs than the ring keeps.</summary>
    public long Unmeasured => Volatile.Read(ref _unmeasured);

    /// <summary>Also records in <paramref name="window"/> from now on; null ends that.</summary>
    public void Measure(MeasuredWindow? window) => Volatile.Write(ref _window, window);

    /// <summary>Shard's thread: notes the readings of an appended batch.</summary>
    public void Appended(ReadingBatch batch)
    {
        ReadOnlySpan<Reading> readings = batch.Readings;
        for (int i = 0; i < readings.Length;)
        {
            long time = readings[i].GatewayTime;
            int first = i;
            do i++;
            while (i < readings.Length && readings[i].GatewayTime == time);
            Note(new Arrival(time, batch.NextOffset, i - first));
        }
    }

    /// <summary>Sync thread, or the drain beside it: records all runs that lie before <paramref name="durableOffset"/>, as of now.</summary>
    public void Durable(long durableOffset)
    {
        lock (_settling) Settle(durableOffset);
    }

    private void Settle(long durableOffset)
    {
        long now = DateTime.UtcNow.Ticks;
        MeasuredWindow? window = Volatile.Read(ref _window);
        while (_pending.Peek() is { IsEmpty: false } runs)
        {
            int settled = 0;
            foreach (ref readonly Arrival run in runs)
            {
                if (run.RecordEnd > durableOffset) break;
                _latency.Record(now - run.GatewayTime, run.Count);
                window?.Record(run.GatewayTime, now, run.Count);
                settled++;
            }
            _pending.Release(settled);
            if (settled < runs.Length) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Note(in Arrival arrival)
    {
        if (_pending.TryClaim(1, out RingClaim<Arrival> claim))
        {
            claim[0] = arrival;
            _pending.Publish(claim);
        }
        else
        {
            Volatile.Write(ref _unmeasured, _unmeasured + arrival.Count);
        }
    }
}
