using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;

namespace HyperIngest.Tests.Unit.Delivery;

public sealed class LaneAllocationTests
{
    // A sink that takes everything at once and on the lane's own thread, and reads the thread's count there.
    private sealed class CountingSink : ISink, ISinkLane
    {
        public string Name => "counting";

        public int MaxReadingsPerDelivery => 64;

        public JournalPosition? StoredCursor { get; private set; } = JournalPosition.Start;

        public int Deliveries { get; private set; }

        public long BytesBetween { get; private set; } = -1;

        private int _thread;
        private long _bytes;

        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken) => Task.FromResult<ISinkLane>(this);

        public ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
        {
            Deliveries++;
            // Deliveries 2000 to 3000 run through without a wait: all batches were offered before.
            if (Deliveries == 2000)
            {
                _thread = Environment.CurrentManagedThreadId;
                _bytes = GC.GetAllocatedBytesForCurrentThread();
            }
            if (Deliveries == 3000 && _thread == Environment.CurrentManagedThreadId) BytesBetween = GC.GetAllocatedBytesForCurrentThread() - _bytes;
            StoredCursor = chunk.End;
            return new(DeliveryOutcome.Accepted);
        }

        public ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken) => new(DeliveryOutcome.Accepted);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_delivery_allocates_nothing_in_the_lane()
    {
        CountingSink sink = new();
        await using LaneHarness harness = new(sink, options: LaneHarness.Quick with { MemoryBatches = 4096 });
        for (int i = 0; i < 3500; i++) Assert.True(harness.Write(64));
        harness.Lane.Start();
        await harness.DrainAsync();
        Assert.Equal(3500, sink.Deliveries);
        Assert.Equal(0, sink.BytesBetween);
    }

    [Fact]
    public async Task Waking_a_waiting_lane_allocates_nothing_on_the_shards_thread()
    {
        LaneSignal signal = new();
        int woken = 0;
        bool stop = false;
        Task waiter = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                await signal.WaitAsync();
                Interlocked.Increment(ref woken);
            }
        });
        for (int i = 0; i < 1000; i++) Rouse(signal, ref woken);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Rouse(signal, ref woken);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Volatile.Write(ref stop, true);
        signal.Set();
        await waiter;
    }

    private static void Rouse(LaneSignal signal, ref int woken)
    {
        int before = Volatile.Read(ref woken);
        signal.Set();
        SpinWait spin = default;
        while (Volatile.Read(ref woken) == before) spin.SpinOnce();
    }
}
