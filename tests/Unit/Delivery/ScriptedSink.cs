using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;

namespace HyperIngest.Tests.Unit.Delivery;

/// <summary>A sink that keeps rows and a cursor like a database would, and fails as the test scripts it.</summary>
internal sealed class ScriptedSink(bool keepsCursor = true) : ISink
{
    private readonly Lock _lock = new();
    private readonly List<long> _rows = [];
    private readonly bool _keepsCursor = keepsCursor;
    private LaneIdentity? _owner;

    public string Name { get; init; } = "scripted";

    public int MaxReadingsPerDelivery { get; init; } = 1000;

    public TimeSpan Linger { get; init; }

    /// <summary>Called before each delivery with its number, from 0; null lets it pass.</summary>
    public Func<int, DeliveryChunk, DeliveryOutcome?>? Script { get; set; }

    /// <summary>Called after a delivery was stored; may throw, as when the acknowledgement is lost.</summary>
    public Action<int>? AfterCommit { get; set; }

    public Action<int>? OnOpen { get; set; }

    public Action<int>? OnPrepare { get; set; }

    /// <summary>Values that are never taken.</summary>
    public HashSet<long> Poison { get; init; } = [];

    /// <summary>Says where the poison is, as COPY does.</summary>
    public bool Hints { get; init; }

    /// <summary>Takes a delivery reading by reading, as a broker does: what is poison is refused, the rest stays.</summary>
    public bool Refuses { get; init; }

    public bool FailNextSkip { get; set; }

    public JournalPosition Cursor { get; set; }

    public int Deliveries { get; private set; }

    public int Opens { get; private set; }

    public int Prepares { get; private set; }

    public int Disposed { get; private set; }

    public List<int> Sizes { get; } = [];

    public long[] Rows
    {
        get
        {
            lock (_lock) return [.. _rows];
        }
    }

    public int RowCount
    {
        get
        {
            lock (_lock) return _rows.Count;
        }
    }

    public Task PrepareAsync(CancellationToken cancellationToken)
    {
        int number = Prepares++;
        OnPrepare?.Invoke(number);
        return Task.CompletedTask;
    }

    public Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken)
    {
        int number = Opens++;
        OnOpen?.Invoke(number);
        _owner ??= identity;
        if (identity != _owner) return Task.FromResult<ISinkLane>(new Connection(new ScriptedSink(_keepsCursor)));
        return Task.FromResult<ISinkLane>(new Connection(this));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Connection(ScriptedSink sink) : ISinkLane
    {
        private readonly List<RefusedReading> _refused = [];

        public JournalPosition? StoredCursor => sink._keepsCursor ? sink.Cursor : null;

        public IReadOnlyList<RefusedReading> Refused => _refused;

        public ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
        {
            int number = sink.Deliveries++;
            if (sink.Script?.Invoke(number, chunk) is { } scripted && scripted.Verdict != DeliveryVerdict.Accepted) return new(scripted);
            _refused.Clear();
            lock (sink._lock)
            {
                int index = 0;
                int before = sink._rows.Count;
                for (int part = 0; part < chunk.PartCount; part++)
                {
                    foreach (Reading reading in chunk.PartAt(part))
                    {
                        if (sink.Poison.Contains(reading.ValueBits))
                        {
                            if (sink.Refuses)
                            {
                                _refused.Add(new RefusedReading(index++, $"poison {reading.ValueBits}"));
                                continue;
                            }
                            sink._rows.RemoveRange(before, sink._rows.Count - before);
                            return new(sink.Hints ? DeliveryOutcome.Rejected($"poison {reading.ValueBits}", index) : DeliveryOutcome.Rejected("poison"));
                        }
                        sink._rows.Add(reading.ValueBits);
                        index++;
                    }
                }
                sink.Sizes.Add(chunk.Count);
                if (_refused.Count > 0) return new(DeliveryOutcome.AcceptedExcept("some are poison"));
                sink.Cursor = chunk.End;
            }
            sink.AfterCommit?.Invoke(number);
            return new(DeliveryOutcome.Accepted);
        }

        public ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken)
        {
            if (sink.FailNextSkip)
            {
                sink.FailNextSkip = false;
                throw new SinkException(DeliveryOutcome.Retry("gone while skipping"));
            }
            sink.Cursor = cursor;
            return new(DeliveryOutcome.Accepted);
        }

        public ValueTask DisposeAsync()
        {
            sink.Disposed++;
            return ValueTask.CompletedTask;
        }
    }
}
