using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.Kafka;

/// <summary>One shard's readings of the open run: gathered here so that a hundred records of one reading each are one claim on the ring, and one mark. The consuming thread's.</summary>
internal sealed class ShardStage
{
    // 128 KiB a shard: large enough that a mark's slot and a claim cost nothing a reading, small enough to stay in the cache between decoding and the ring.
    private const int UsualGroup = 4096;

    private readonly ShardInlet _inlet;
    private readonly int _group;
    private Reading[] _readings;
    private int _count;
    private int _sent;

    // Offset of the first record staged, and of the one after the last.
    private long _first;
    private long _next;

    // End of the last claim of any run.
    private long _published;

    public ShardStage(ShardInlet inlet)
    {
        _inlet = inlet;
        _group = Math.Min(inlet.MaxMarked, UsualGroup);
        _readings = new Reading[_group];
    }

    /// <summary>Nothing waits to be published.</summary>
    public bool IsEmpty => _sent == _count;

    /// <summary>The durable sequence the shard must reach before what the run published of it is safe; 0 for nothing published.</summary>
    public long Need { get; private set; }

    /// <summary>Whether a record of so many readings goes in without anything being published before.</summary>
    public bool Fits(int readings) => _count + readings <= _group || IsEmpty;

    /// <summary>Puts a record's readings in; it must fit.</summary>
    public void Add(ReadOnlySpan<Reading> readings, long offset)
    {
        if (IsEmpty)
        {
            _count = _sent = 0;
            _first = offset;
        }
        // A record larger than a group is alone in here. The buffer keeps its size: such records seldom come once.
        if (_count + readings.Length > _readings.Length) Array.Resize(ref _readings, readings.Length);
        readings.CopyTo(_readings.AsSpan(_count));
        _count += readings.Length;
        _next = offset + 1;
    }

    /// <summary>Publishes what is in here, in groups that each land in the journal with their mark or not at all.</summary>
    /// <param name="partition">Whose records they are.</param>
    /// <param name="heedHold">Also wait where the shard's sinks hold the intake.</param>
    /// <returns>False when the ring has no room for all of it: what is left stays, to be tried again.</returns>
    public bool TryPublish(KafkaPartition partition, bool heedHold)
    {
        while (_sent < _count)
        {
            int readings = Math.Min(_count - _sent, _group);
            bool isLast = _sent + readings == _count;
            // Only a record that is alone in here is cut; until its last piece is in, it has not been taken.
            long next = isLast ? _next : _first;
            if (heedHold && _inlet.Free <= readings) return false;
            if (!_inlet.TryClaimMarked(new SourceMark(partition.Source, partition.Number, next), readings, out MarkedClaim claim)) return false;
            claim.Readings.Fill(_readings.AsSpan(_sent, readings));
            _inlet.Publish(claim);
            Need = _published = claim.End;
            _sent += readings;
            if (isLast) partition.Took(_inlet.Shard, next);
        }
        return true;
    }

    /// <summary>The run has records whose readings were published before, maybe a moment ago: they are safe when all that is.</summary>
    public void PassOver() => Need = _published;

    /// <summary>Begins a new run: throws out what is not published, and what the last one needed.</summary>
    public void Clear()
    {
        _count = _sent = 0;
        Need = 0;
    }
}
