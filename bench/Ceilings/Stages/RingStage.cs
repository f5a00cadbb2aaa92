using HyperIngest.Core.Readings;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>A ring between threads, beside the copies that it cannot do without.</summary>
internal sealed class RingStage : CeilingStage
{
    private const string Channels = "System.Threading.Channels";
    private const string BetweenThreads = "memcpy between two threads";
    private const string OneThread = "memcpy, one thread";

    private readonly int _producers;

    private RingStage(string name, int producers, double leastMillions, IContender ring)
    {
        Name = name;
        _producers = producers;
        Contenders =
        [
            ring,
            new TwoThreads<HalvesWay>(BetweenThreads, 1, () => new HalvesWay(new HalvesWay.Buffer())),
            new CopyOnOneThread(),
            new TwoThreads<ChannelWay>(Channels, producers, () => ChannelWay.Open(producers)),
        ];
        Targets = [new LeastRate(leastMillions), new LeastRatio(5, Channels), new AllocatedAtMost(0)];
    }

    /// <summary>The single-producer ring.</summary>
    public static RingStage Spsc() => new("ring-spsc", 1, 200, new TwoThreads<RingWay<SpscAccess>>("SpscRing", 1, () => new RingWay<SpscAccess>(new SpscAccess(TwoThreads.Capacity))));

    /// <summary>The many-producer ring, with two of them.</summary>
    public static RingStage Mpsc() => new("ring-mpsc", 2, 50, new TwoThreads<RingWay<MpscAccess>>("MpscRing", 2, () => new RingWay<MpscAccess>(new MpscAccess(TwoThreads.Capacity))));

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Unit => "readings";

    /// <inheritdoc/>
    public override StageClock Clock => StageClock.Wall;

    /// <inheritdoc/>
    public override string Includes =>
        $"{(_producers == 1 ? "one producer thread" : $"{_producers} producer threads")}, one consumer thread, {TwoThreads.Capacity:N0} slots of 32 bytes; claims of {TwoThreads.ClaimReadings}: a claim, the copy of its "
        + "readings in, its publication, the copy out into a batch of 16,384, its release. The memcpy limits do the same two copies of the same bytes: handed over a half of the buffer at a time, "
        + $"and on one thread. Channels take and give one reading at a time. No work is done on a reading.{(_producers > 1 ? " The memcpy between threads has one producer." : "")}";

    /// <inheritdoc/>
    public override IReadOnlyList<IContender> Contenders { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StageTarget> Targets { get; }

    /// <inheritdoc/>
    public override TimeSpan ShortestSlice => TimeSpan.FromMilliseconds(20);

    /// <summary>Both copies on one thread: a block of 64 into a buffer as large as the ring, and out of it into a batch.</summary>
    private sealed class CopyOnOneThread : IContender
    {
        private readonly Reading[] _block = new Reading[TwoThreads.ClaimReadings];
        private readonly Reading[] _slots = GC.AllocateArray<Reading>(TwoThreads.Capacity, pinned: true);
        private readonly Reading[] _batch = new Reading[TwoThreads.BatchReadings];
        private int _at;

        public string Name => OneThread;

        public ContenderSample Run(TimeSpan slice) => CoreTime.Measure(slice, Step);

        private long Step()
        {
            Span<Reading> batch = _slots.AsSpan(_at, TwoThreads.BatchReadings);
            for (int i = 0; i < batch.Length; i += TwoThreads.ClaimReadings) _block.CopyTo(batch[i..]);
            batch.CopyTo(_batch);
            _at = (_at + TwoThreads.BatchReadings) % TwoThreads.Capacity;
            return TwoThreads.BatchReadings;
        }
    }
}
