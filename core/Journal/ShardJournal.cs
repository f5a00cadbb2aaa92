using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Journal;

/// <summary>
/// One shard's log: records appended by the shard's thread, made durable by the sync thread, read by lanes and queries. Offsets are logical bytes over all segments;
/// they only grow.
/// </summary>
public sealed class ShardJournal : IDisposable
{
    private readonly string _folder;
    private readonly JournalStamp _stamp;
    private readonly bool _writable;
    private readonly JournalOptions _options;
    private readonly ReadingJournal _journal;

    // Shard's thread only, after open: where the last record with readings ended, and the last record at all; the marks that are in the journal, and the batch that each new segment's
    // are written from.
    private long _previousEnd;
    private long _recordsEnd;
    private readonly MarkTable _marks;
    private ReadingBatch? _markBatch;

    // Not changed after open; read by sources.
    private readonly MarkTable _recoveredMarks = new();

    // Written by the shard's thread (release, after the record's bytes); read by anyone (acquire).
    private long _endOffset;

    // Written under _syncing; read by anyone.
    private readonly Lock _syncing = new();
    private long _durableOffset;

    private ShardJournal(ReadingJournal journal, string folder, JournalStamp stamp, bool writable, RecoveredShard recovered)
    {
        _journal = journal;
        _options = journal.Options;
        _stamp = stamp;
        _writable = writable;
        _folder = folder;
        Shard = stamp.Shard;
        Held = new ShardSegments(folder, journal.Options, recovered);
        _endOffset = _durableOffset = RecoveredEndOffset = recovered.End;
        _recordsEnd = recovered.RecordsEnd;
        _previousEnd = RecoveredRecordsEnd = recovered.ReadingsEnd;
        _marks = recovered.Marks;
        _recoveredMarks.AddOlder(_marks);
        CatalogBytesNeeded = recovered.CatalogBytes;
    }

    /// <summary>The shard's number.</summary>
    public int Shard { get; }

    /// <summary>Offset of the oldest record held; <see cref="EndOffset"/> when there is none.</summary>
    public long StartOffset => Held.Start ?? EndOffset;

    /// <summary>Where the next record begins.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>A sink whose cursor is here has everything: what the journal has behind it, up to <see cref="EndOffset"/>, are marks.</summary>
    public long ReadingsEnd => Held.ReadingsEnd;

    /// <summary>All before it has been forced to the disk (with <see cref="FsyncPolicy.Never"/>: handed to the operating system).</summary>
    public long DurableOffset => Volatile.Read(ref _durableOffset);

    /// <summary><see cref="EndOffset"/> as it was when the journal was opened.</summary>
    public long RecoveredEndOffset { get; }

    /// <summary>
    /// Where the last record with readings ended when the journal was opened. After an unclean end, or where marks stand behind it, it is less than <see cref="RecoveredEndOffset"/>: no
    /// reading stands between the two.
    /// </summary>
    public long RecoveredRecordsEnd { get; }

    /// <summary>Bytes of its segments as they are stored: what retention has thinned out of them does not count.</summary>
    public long Bytes => Held.StoredBytes;

    /// <summary>Its segments, and who still needs them.</summary>
    internal ShardSegments Held { get; }

    internal JournalStamp Stamp => _stamp;

    /// <summary>What the catalog must have for the records there were when the journal was opened.</summary>
    internal uint CatalogBytesNeeded { get; }

    /// <summary>
    /// Where a source stood in a partition when the journal was opened for appending: the position of the last <see cref="SourceMark"/> in it; -1 when there is none. Any thread.
    /// </summary>
    public long RecoveredMark(ulong source, int partition) => _recoveredMarks.PositionOf(source, partition);

    /// <summary>
    /// Record bytes at and behind <paramref name="offset"/>; offsets that no record ever had do not count, nor do marks behind the last reading. They are logical: what retention has
    /// thinned out of segments that are still there counts, so that a sink's lag is how far it has to go and not what it will find.
    /// </summary>
    public long BytesFrom(long offset)
    {
        // Without a jump in between the offsets themselves say it.
        long end = ReadingsEnd;
        return offset >= RecoveredEndOffset || offset >= end ? Math.Max(0, end - offset) : Held.BytesFrom(offset);
    }

    /// <summary>Whether every sink has everything that was appended.</summary>
    // Cursors may stand before a jump that no record stands in.
    internal bool AllDelivered => Held.AllCursors(c => c.Offset >= ReadingsEnd || (c.Offset >= RecoveredRecordsEnd && ReadingsEnd <= RecoveredEndOffset));

    /// <summary>Bytes of the catalog that are to be had.</summary>
    internal long CatalogBytes => _journal.CatalogBytes;

    /// <summary>Opens the shard's folder for appending: cuts a torn tail and reports it.</summary>
    internal static ShardJournal Open(ReadingJournal journal, string folder, int shard, ReadingBatch scratch, Action<RecoveryCut> onCut)
    {
        JournalStamp stamp = new(journal.Stamp, shard);
        return new ShardJournal(journal, folder, stamp, writable: true, RecoveredShard.Recover(folder, stamp, scratch, onCut));
    }

    /// <summary>A shard's folder to read only, as it stands now; another process may be writing it.</summary>
    internal static ShardJournal OpenRead(ReadingJournal journal, string folder, int shard) =>
        new(journal, folder, new JournalStamp(journal.Stamp, shard), writable: false, RecoveredShard.AsItStands(folder));

    /// <summary>
    /// Shard's thread only: appends the batch, readings and marks, as one record with one write, and sets its offsets. Allocates nothing but when a segment begins or a mark is the
    /// first of its partition.
    /// </summary>
    /// <exception cref="ArgumentException">The batch has neither readings nor marks.</exception>
    /// <exception cref="InvalidOperationException">The journal is open to read only, or closed.</exception>
    public AppendOutcome Append(ReadingBatch batch)
    {
        if (batch.Count == 0 && batch.MarkCount == 0) throw new ArgumentException("An empty batch makes no record.", nameof(batch));
        if (_journal.Refusal is { } refusal) return AppendOutcome.Refused(refusal);
        long offset;
        int bytes = batch.Record.Length;
        try
        {
            _journal.PersistCatalog();
            Segment segment = Held.Active is { } active && active.End + bytes - active.Start <= _options.SegmentBytes ? active : Begin(bytes);
            // Behind the marks that a new segment begins with.
            offset = _endOffset;
            batch.Shard = Shard;
            JournalRecord.Write(batch, offset, _previousEnd, _journal.CatalogBytes, _stamp);
            RandomAccess.Write(segment.Handle!, batch.Record.Span, offset - segment.Start);
            // Before the record shows: nobody may have a reading that is not durable.
            if (_options.Fsync == FsyncPolicy.EveryBatch && !TryForce(segment, out AppendOutcome refused)) return refused;
            segment.LastWritten = DateTime.UtcNow.Ticks;
            segment.End = offset + bytes;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // A full disk, a read-only remount. What was written of the record lies behind the end and is written over by the next try.
            _journal.CountRefusal();
            return AppendOutcome.Refused(_journal.Failure ?? $"{_folder}: {failed.Message}");
        }
        batch.Offset = offset;
        batch.NextOffset = _recordsEnd = offset + bytes;
        batch.PreviousEnd = _previousEnd;
        if (batch.MarkCount > 0) Took(batch.Marks);
        // Release: the record's bytes come before the end that shows them.
        Volatile.Write(ref _endOffset, offset + bytes);
        if (batch.Count > 0)
        {
            _previousEnd = offset + bytes;
            Held.ReadingsEnd = offset + bytes;
        }
        _journal.CountAppended(batch.Count, bytes);
        if (_options.Fsync == FsyncPolicy.EveryBatch)
        {
            lock (_syncing)
            {
                Held.CloseBefore(offset + bytes);
                Volatile.Write(ref _durableOffset, offset + bytes);
            }
        }
        return AppendOutcome.Done;
    }

    /// <summary>Forces what has been appended to the disk. Any thread; one at a time.</summary>
    /// <returns>The new <see cref="DurableOffset"/>.</returns>
    /// <exception cref="IOException">The disk failed; what was not yet durable may be lost, and the journal takes nothing more.</exception>
    public long Sync()
    {
        lock (_syncing)
        {
            if (_journal.Failure is { } failure) throw new IOException(failure);
            long end = EndOffset;
            if (end == _durableOffset) return end;
            try
            {
                if (_options.Fsync != FsyncPolicy.Never)
                {
                    for (int i = 0; Held.OpenAt(i) is { } segment; i++) _options.FlushToDisk(segment.Handle!);
                }
                Held.CloseBefore(end);
            }
            catch (IOException failed)
            {
                _journal.Fail(FailureOf(failed));
                throw;
            }
            Volatile.Write(ref _durableOffset, end);
            return end;
        }
    }

    /// <summary>A reader whose next record is the one at <paramref name="from"/>, or the first there is after it.</summary>
    public JournalReader OpenReader(JournalPosition from) => new(this, from);

    /// <summary>Tells retention how far a sink is; a sink that has never said so holds nothing.</summary>
    public void SetCursor(string sink, JournalPosition cursor) => Held.SetCursor(sink, cursor);

    /// <summary>Syncs and closes; <see cref="ReadingJournal.Dispose"/> calls it. What an earlier fsync lost is not synced again.</summary>
    /// <exception cref="IOException">The disk failed; the files are closed all the same.</exception>
    public void Dispose()
    {
        lock (_syncing)
        {
            try
            {
                // Not with FsyncPolicy.Never's eyes: a clean end is one that is on the disk.
                for (int i = 0; _journal.Failure is null && Held.OpenAt(i) is { } segment; i++) _options.FlushToDisk(segment.Handle!);
                if (_journal.Failure is null) Volatile.Write(ref _durableOffset, EndOffset);
            }
            catch (IOException failed)
            {
                _journal.Fail(FailureOf(failed));
                throw;
            }
            finally
            {
                Held.CloseAll();
            }
        }
    }

    internal void CountGap(LostRange lost) => _journal.CountGap(Shard, lost);

    internal void MarkClean() => new EndMark(Clean: true, EndOffset, _recordsEnd).Write(_folder);

    private void Took(ReadOnlySpan<SourceMark> marks)
    {
        if (_marks.Count == 0) Held.MarksFrom = Held.Active!.Start;
        _marks.Set(marks);
    }

    // A segment begins with the last mark of every partition, so that recovery needs no older one.
    private long WriteMarks(Segment segment)
    {
        long at = segment.Start;
        if (_marks.Count == 0) return at;
        _markBatch ??= new BatchPool(1, 1).Rent();
        _markBatch.ClearMarks();
        foreach (SourceMark mark in _marks.All())
        {
            if (_markBatch.TryMark(in mark)) continue;
            at = WriteMarkBatch(segment, at);
            _markBatch.TryMark(in mark);
        }
        at = WriteMarkBatch(segment, at);
        // Before the segment is listed: the one before it, which has the marks too, may be deleted from then on.
        if (_options.Fsync == FsyncPolicy.Never) return at;
        try
        {
            _options.FlushToDisk(segment.Handle!);
        }
        catch (IOException failed)
        {
            _journal.Fail(FailureOf(failed));
            throw;
        }
        return at;
    }

    private long WriteMarkBatch(Segment segment, long at)
    {
        JournalRecord.Write(_markBatch!, at, _previousEnd, _journal.CatalogBytes, _stamp);
        ReadOnlySpan<byte> record = _markBatch!.Record.Span;
        RandomAccess.Write(segment.Handle!, record, at - segment.Start);
        _markBatch.ClearMarks();
        return at + record.Length;
    }

    private Segment Begin(int bytes)
    {
        if (!_writable) throw new InvalidOperationException($"{_folder}: the journal was opened to read only.");
        if (_journal.IsDisposed) throw new InvalidOperationException($"{_folder}: the journal is closed.");
        Segment segment = new(_folder, _endOffset);
        // Preallocated, so that a full disk shows here and not in the middle of a record, and an fsync has no new extents to note.
        segment.Handle = _options.CreateSegment(segment.Path, Math.Max(_options.SegmentBytes, _marks.RecordBytes + bytes));
        try
        {
            segment.End = WriteMarks(segment);
            DirectorySync.Flush(_folder);
        }
        catch
        {
            segment.Handle.Dispose();
            throw;
        }
        Held.Add(segment);
        if (_marks.Count > 0)
        {
            _journal.CountAppended(0, (int)(segment.End - segment.Start));
            _recordsEnd = segment.End;
            Volatile.Write(ref _endOffset, segment.End);
            Held.MarksFrom = segment.Start;
        }
        _journal.RequestRetention();
        return segment;
    }

    private bool TryForce(Segment segment, out AppendOutcome refused)
    {
        refused = default;
        try
        {
            _options.FlushToDisk(segment.Handle!);
            return true;
        }
        catch (IOException failed)
        {
            string reason = FailureOf(failed);
            _journal.Fail(reason);
            _journal.CountRefusal();
            refused = AppendOutcome.Refused(reason);
            return false;
        }
    }

    private string FailureOf(IOException failed) => $"{_folder}: fsync failed: {failed.Message}; restart when the disk is sound";
}
