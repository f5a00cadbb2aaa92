using System.Runtime.InteropServices;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// A batch of one shard's readings in one pooled, pinned buffer: room for the journal's record header, then the readings, then the source marks. The shard fills it,
/// the journal writes the buffer as it stands, and the lanes read it from memory; the last of them to let go returns it to the pool.
/// </summary>
/// <remarks>
/// Ownership is a reference count. The shard holds one from <see cref="BatchPool.Rent"/>; whoever is handed the batch for longer than a call takes
/// <see cref="Retain"/> before the hand-over and gives <see cref="Release"/> once. Readings are written by the shard alone, before the
/// batch is handed over (the queues it passes through give the barrier), and are read-only from then on.
/// </remarks>
public sealed class ReadingBatch
{
    /// <summary>Bytes kept free in front of the readings for the journal's record header.</summary>
    public const int HeaderRoomBytes = 64;

    /// <summary>Most marks in it: the record's header counts them in a byte.</summary>
    public const int MaxMarks = byte.MaxValue;

    private readonly byte[] _buffer;
    private readonly BatchPool _pool;

    // The marks as they come in; behind the readings they go only when the number of those is final. Made at the first mark, so that it costs nothing where no source has any.
    private SourceMark[]? _marks;

    // Holders. Changed by any of them with Interlocked; the one that brings it to 0 returns the batch.
    private int _references;

    internal ReadingBatch(BatchPool pool, int capacity)
    {
        _pool = pool;
        Capacity = capacity;
        _buffer = GC.AllocateUninitializedArray<byte>(HeaderRoomBytes + ((capacity + MaxMarks) * Reading.SizeInBytes), pinned: true);
    }

    /// <summary>Most readings it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Readings in it. Written by its filler (the shard, or a journal reader) before it is handed over.</summary>
    public int Count { get; set; }

    /// <summary>Marks in it.</summary>
    public int MarkCount { get; private set; }

    /// <summary>The marks that the shard put in, at most one a partition; those of a record that was read stand in the buffer alone.</summary>
    public ReadOnlySpan<SourceMark> Marks => _marks.AsSpan(0, MarkCount);

    /// <summary>Where the journal put it: offset of the record. Written by the journal on append or read.</summary>
    public long Offset { get; set; }

    /// <summary>Where the record after it begins. Written by the journal on append or read.</summary>
    public long NextOffset { get; set; }

    /// <summary>Where the record with readings before it ended: no reading stands between there and <see cref="Offset"/>. Written by the journal on append.</summary>
    internal long PreviousEnd { get; set; }

    /// <summary>The shard it belongs to.</summary>
    public int Shard { get; set; }

    /// <summary>The position of its first reading.</summary>
    public JournalPosition Position => new(Offset, 0);

    /// <summary>The readings, read-only.</summary>
    public ReadOnlySpan<Reading> Readings => Slots[..Count];

    /// <summary>All slots, for the filler.</summary>
    public Span<Reading> Slots => MemoryMarshal.Cast<byte, Reading>(_buffer.AsSpan(HeaderRoomBytes, Capacity * Reading.SizeInBytes));

    /// <summary>The header's room, for the journal.</summary>
    public Span<byte> HeaderRoom => _buffer.AsSpan(0, HeaderRoomBytes);

    /// <summary>Header, readings and marks as one run of bytes: the record as it stands in the journal.</summary>
    public Memory<byte> Record => _buffer.AsMemory(0, HeaderRoomBytes + ((Count + MarkCount) * Reading.SizeInBytes));

    /// <summary>The whole buffer, for a journal reader to read a record into.</summary>
    public Memory<byte> Buffer => _buffer;

    /// <summary>Filler only: puts a mark in, in place of an earlier one of its partition; false when <see cref="MaxMarks"/> others are in it.</summary>
    internal bool TryMark(in SourceMark mark)
    {
        Span<SourceMark> marks = _marks ??= new SourceMark[MaxMarks];
        // From the end: a source goes on where it was.
        for (int i = MarkCount - 1; i >= 0; i--)
        {
            if (!marks[i].IsOfSamePartition(in mark)) continue;
            marks[i] = mark.Journalled();
            return true;
        }
        if (MarkCount == MaxMarks) return false;
        marks[MarkCount++] = mark.Journalled();
        return true;
    }

    /// <summary>Filler only: takes the marks out.</summary>
    internal void ClearMarks() => MarkCount = 0;

    /// <summary>For the journal, which may try to write a batch more than once: copies the marks behind the readings.</summary>
    internal void PlaceMarks() => MemoryMarshal.AsBytes(Marks).CopyTo(_buffer.AsSpan(HeaderRoomBytes + (Count * Reading.SizeInBytes)));

    /// <summary>Adds a holder.</summary>
    public void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1) throw new InvalidOperationException("A batch that is back in its pool was retained.");
    }

    /// <summary>Takes a holder away; the last one returns the batch to its pool.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0) _pool.Return(this);
        else if (left < 0) throw new InvalidOperationException("A batch was released more often than retained.");
    }

    internal void Rented()
    {
        Count = MarkCount = 0;
        Offset = NextOffset = -1;
        PreviousEnd = long.MaxValue;
        Volatile.Write(ref _references, 1);
    }
}
