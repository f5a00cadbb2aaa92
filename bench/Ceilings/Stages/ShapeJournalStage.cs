using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Shaping;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>What a shard's thread does: ring, shaping, batch, journal, on one core, beside the copy and the write of the same bytes.</summary>
internal sealed class ShapeJournalStage : CeilingStage
{
    private readonly BenchFolder _folder;
    private readonly ShardAtWork _shard;
    private readonly CopyAndWrite _limit;

    /// <summary>The stage; it writes into a folder of its own under <paramref name="parent"/>.</summary>
    public ShapeJournalStage(string? parent)
    {
        _folder = new BenchFolder(parent);
        _shard = new ShardAtWork(_folder.In("journal"));
        _limit = new CopyAndWrite(_folder.Path);
        Contenders = [_shard, _limit, new StepContender("memcpy into the batch alone", _limit.Copy)];
    }

    /// <inheritdoc/>
    public override string Name => "shape-journal";

    /// <inheritdoc/>
    public override string Unit => "readings";

    /// <inheritdoc/>
    public override StageClock Clock => StageClock.Core;

    /// <inheritdoc/>
    public override string Includes =>
        $"a shard's thread as it is: draining its ring, scale and deadband of each of {ShardAtWork.Series:N0} series (every value has moved by more than its deadband, so that all are journalled), batches of "
        + $"{ShardAtWork.BatchReadings:N0}, checksums, the write into the operating system's cache. fsync: never by the product; what an fsync costs is the disk's, and a thread's of its own. Processor time of the shard's "
        + "thread; the thread that fills the ring and retention have the other core. The limit copies batches of the same bytes and writes them to preallocated files of the same size.";

    /// <inheritdoc/>
    public override IReadOnlyList<IContender> Contenders { get; }

    // Nothing a reading: a segment's name, handle and entry in a list, once in 2 million readings.
    private const double AllocatedAReading = 0.001;

    /// <inheritdoc/>
    public override IReadOnlyList<StageTarget> Targets { get; } = [new LeastRate(15), new AllocatedAtMost(AllocatedAReading)];

    /// <inheritdoc/>
    public override TimeSpan ShortestSlice => TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    protected override ValueTask EndAsync()
    {
        _shard.Dispose();
        _limit.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A shard that runs all the time and is fed during its slices.</summary>
    private sealed class ShardAtWork : IContender, IDisposable
    {
        public const int BatchReadings = 16_384;

        /// <summary>A hundred devices of the demo.</summary>
        public const int Series = 60_000;

        private const int ClaimReadings = 100;

        // Four segments: deleting old ones belongs to writing new ones, and the disk does not fill.
        private const long KeptBytes = 256L << 20;

        private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

        private readonly MetricRegistry _metrics = new();
        private readonly ReadingJournal _journal;
        private readonly Shard _shard;
        private readonly ShardInlet _inlet;
        private readonly Lock _reading = new();

        // Under _reading: what the shard's thread had done and taken when it had journalled its last batch.
        private ShardTotals _totals;
        private Exception? _failure;
        private int _value;

        public ShardAtWork(string folder)
        {
            JournalOptions options = new() { Path = folder, Fsync = FsyncPolicy.Never, Retention = new JournalRetention { MaxBytes = KeptBytes } };
            _journal = ReadingJournal.Open(options, 1, BatchReadings, _metrics, NullLogger.Instance);
            _journal.StartSyncing(static (_, _) => { });
            BatchOptions batches = new() { MaxReadings = BatchReadings };
            _shard = new Shard(0, new MpscRing<Reading>(1 << 18), new BatchPool(BatchReadings, 4), _journal.Shard(0), batches, Appended, Failed, NullLogger.Instance);
            _inlet = new ShardInlet(_shard);
            ShapingRule rule = new() { Scale = 0.1, Offset = -40, Deadband = 0.05 };
            _shard.Start(new Shaper(Enumerable.Range(0, Series).ToDictionary(id => id, _ => rule)));
        }

        public string Name => "ring > shape > batch > journal";

        public ContenderSample Run(TimeSpan slice)
        {
            using CancellationTokenSource stop = new(slice);
            ShardTotals before = Totals;
            Feed(stop.Token);
            ShardTotals after = WaitForMore(before);
            return new ContenderSample(after.Readings - before.Readings, after.CoreSeconds - before.CoreSeconds, after.AllocatedBytes - before.AllocatedBytes);
        }

        public void Dispose()
        {
            _shard.Drain(LongestDrain);
            _journal.Dispose();
            _metrics.Dispose();
        }

        private ShardTotals Totals
        {
            get
            {
                lock (_reading)
                {
                    return _failure is null ? _totals : throw new InvalidOperationException("The shard failed.", _failure);
                }
            }
        }

        // The least slice is a batch: one that came in while none was under way began and ended in it.
        private ShardTotals WaitForMore(ShardTotals before)
        {
            SpinWait wait = default;
            while (Totals.Readings == before.Readings) wait.SpinOnce();
            return Totals;
        }

        private void Feed(CancellationToken stop)
        {
            long now = DateTime.UtcNow.Ticks;
            int series = 0;
            SpinWait wait = default;
            while (!stop.IsCancellationRequested)
            {
                if (!_inlet.TryClaim(ClaimReadings, out RingClaim<Reading> claim))
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                    continue;
                }
                // Each time round every series has moved by 1, which is 0.1 when scaled and twice the deadband.
                long bits = BitConverter.DoubleToInt64Bits(_value);
                for (int i = 0; i < ClaimReadings; i++) claim[i] = new Reading(series + i, 0, 0, now, bits);
                _inlet.Publish(claim);
                series += ClaimReadings;
                if (series < Series) continue;
                series = 0;
                _value++;
                now = DateTime.UtcNow.Ticks;
            }
            // A round is finished, or the next would begin within this one's deadband.
            _value++;
        }

        private void Appended(ReadingBatch batch)
        {
            lock (_reading)
            {
                _totals = new ShardTotals(_totals.Readings + batch.Count, CoreTime.Seconds, GC.GetAllocatedBytesForCurrentThread());
            }
        }

        private void Failed(Exception failure)
        {
            lock (_reading) _failure = failure;
        }

        private readonly record struct ShardTotals(long Readings, double CoreSeconds, long AllocatedBytes);
    }

    /// <summary>The same bytes copied into a batch and written to a preallocated file, with nothing looked at.</summary>
    private sealed class CopyAndWrite(string folder) : IContender, IDisposable
    {
        private const int SegmentBatches = 128;
        private const int KeptFiles = 4;
        private const int RecordBytes = ReadingBatch.HeaderRoomBytes + (ShardAtWork.BatchReadings * Reading.SizeInBytes);

        private readonly byte[] _ring = GC.AllocateArray<byte>(1 << 23, pinned: true);
        private readonly byte[] _batch = GC.AllocateArray<byte>(RecordBytes, pinned: true);
        private readonly Queue<string> _files = new();
        private SafeFileHandle? _file;
        private int _written;
        private int _at;

        public string Name => "memcpy into the batch and write";

        public ContenderSample Run(TimeSpan slice)
        {
            // The file is made within the figure, as the shard's segments are; its handle and name are this loop's own allocations.
            ContenderSample sample = CoreTime.Measure(slice, CopyThenWrite);
            return sample with { AllocatedBytes = ContenderSample.NotMeasured };
        }

        public long Copy()
        {
            int bytes = ShardAtWork.BatchReadings * Reading.SizeInBytes;
            _ring.AsSpan(_at, bytes).CopyTo(_batch.AsSpan(ReadingBatch.HeaderRoomBytes));
            _at = (_at + bytes) % _ring.Length;
            return ShardAtWork.BatchReadings;
        }

        public void Dispose() => _file?.Dispose();

        private long CopyThenWrite()
        {
            long readings = Copy();
            if (_file is null || _written == SegmentBatches) Begin();
            RandomAccess.Write(_file!, _batch, (long)_written * RecordBytes);
            _written++;
            return readings;
        }

        private void Begin()
        {
            _file?.Dispose();
            if (_files.Count == KeptFiles) File.Delete(_files.Dequeue());
            string path = Path.Combine(folder, $"bare-{Guid.NewGuid():N}");
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, (long)SegmentBatches * RecordBytes);
            _files.Enqueue(path);
            _written = 0;
        }
    }
}
