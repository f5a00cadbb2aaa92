using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// Consecutive readings of one shard on their way into a sink: parts of one or more batches, in order. Made once a lane and used again for every delivery; it
/// holds the batches (<see cref="ReadingBatch.Retain"/>) until <see cref="Clear"/>.
/// </summary>
public sealed class DeliveryChunk
{
    private readonly List<Part> _parts = new(16);

    private readonly record struct Part(ReadingBatch Batch, int First, int Count);

    /// <summary>Readings in all parts.</summary>
    public int Count { get; private set; }

    /// <summary>Parts; each lies in one batch.</summary>
    public int PartCount => _parts.Count;

    /// <summary>Position of the first reading.</summary>
    public JournalPosition Start =>
        _parts.Count == 0 ? default : new JournalPosition(_parts[0].Batch.Offset, _parts[0].Batch.IndexOf(_parts[0].First));

    /// <summary>The cursor once all of it is delivered: the position right after the last reading.</summary>
    public JournalPosition End
    {
        get
        {
            if (_parts.Count == 0) return default;
            Part last = _parts[^1];
            int taken = last.First + last.Count;
            return taken == last.Batch.Count ? new JournalPosition(last.Batch.NextOffset, 0) : new JournalPosition(last.Batch.Offset, last.Batch.IndexOf(taken));
        }
    }

    /// <summary>The readings of one part.</summary>
    public ReadOnlySpan<Reading> PartAt(int part) => _parts[part].Batch.Readings.Slice(_parts[part].First, _parts[part].Count);

    /// <summary>The reading at <paramref name="index"/>, 0 to <see cref="Count"/>-1, over all parts; for dead letters and errors.</summary>
    public Reading ReadingAt(int index)
    {
        foreach (Part part in _parts)
        {
            if (index < part.Count) return part.Batch.Readings[part.First + index];
            index -= part.Count;
        }
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The chunk has {Count} readings.");
    }

    /// <summary>The position of the reading at <paramref name="index"/>, 0 to <see cref="Count"/>-1, over all parts.</summary>
    public JournalPosition PositionAt(int index)
    {
        foreach (Part part in _parts)
        {
            if (index < part.Count) return new JournalPosition(part.Batch.Offset, part.Batch.IndexOf(part.First + index));
            index -= part.Count;
        }
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The chunk has {Count} readings.");
    }

    /// <summary>Appends the batch's readings from <paramref name="first"/> on; the chunk takes a hold of its own on the batch.</summary>
    public void Append(ReadingBatch batch, int first = 0) => Append(batch, first, batch.Count - first);

    /// <summary>Fills <paramref name="target"/>, which is cleared first, with <paramref name="count"/> readings from <paramref name="first"/> on.</summary>
    public void SliceInto(DeliveryChunk target, int first, int count)
    {
        target.Clear();
        foreach (Part part in _parts)
        {
            if (count == 0) return;
            if (first >= part.Count)
            {
                first -= part.Count;
                continue;
            }
            int taken = Math.Min(count, part.Count - first);
            target.Append(part.Batch, part.First + first, taken);
            count -= taken;
            first = 0;
        }
        if (count > 0) throw new ArgumentOutOfRangeException(nameof(count), count, $"The chunk has only {Count} readings.");
    }

    /// <summary>Lets go of all batches.</summary>
    public void Clear()
    {
        foreach (Part part in _parts) part.Batch.Release();
        _parts.Clear();
        Count = 0;
    }

    /// <summary>Appends <paramref name="count"/> of the batch's readings from <paramref name="first"/> on; the chunk takes a hold of its own on the batch.</summary>
    public void Append(ReadingBatch batch, int first, int count)
    {
        if (count <= 0) return;
        batch.Retain();
        _parts.Add(new Part(batch, first, count));
        Count += count;
    }
}
