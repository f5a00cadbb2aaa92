using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Journal;

/// <summary>The last mark of every partition of every source: what a segment begins with, and what recovery collects. For one thread at a time.</summary>
internal sealed class MarkTable
{
    private readonly Dictionary<Upstream, long> _positions = [];

    private readonly record struct Upstream(ulong Source, int Partition);

    public int Count => _positions.Count;

    /// <summary>Bytes of the records that <see cref="ShardJournal"/> begins a segment with; 0 when there is no mark.</summary>
    public long RecordBytes
    {
        get
        {
            int records = (Count + ReadingBatch.MaxMarks - 1) / ReadingBatch.MaxMarks;
            return ((long)records * JournalRecord.HeaderBytes) + ((long)Count * SourceMark.SizeInBytes);
        }
    }

    /// <summary>Takes marks over, in place of earlier ones of their partitions. Allocates only for a partition that is new.</summary>
    public void Set(ReadOnlySpan<SourceMark> marks)
    {
        foreach (ref readonly SourceMark mark in marks) _positions[new Upstream(mark.Source, mark.Partition)] = mark.Position;
    }

    /// <summary>Takes over what an older part of the journal says of partitions that are not known yet.</summary>
    public void AddOlder(MarkTable older)
    {
        foreach ((Upstream upstream, long position) in older._positions) _positions.TryAdd(upstream, position);
    }

    /// <summary>The position; -1 when the partition has no mark.</summary>
    public long PositionOf(ulong source, int partition) => _positions.GetValueOrDefault(new Upstream(source, partition), -1);

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<SourceMark> All()
    {
        foreach ((Upstream upstream, long position) in _positions) yield return new SourceMark(upstream.Source, upstream.Partition, position);
    }
}
