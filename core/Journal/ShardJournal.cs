using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Journal;

/// <summary>
/// One shard's log: records appended by the shard's thread, made durable by the sync thread, read by lanes and queries. Offsets are logical bytes over all segments;
/// they only grow.
/// </summary>
public sealed class ShardJournal : IDisposable
{
    /// <summary>
    /// How far offsets jump after a start that follows no clean end: a sink's cursor may lie in records that a power cut took from the journal after the sink had
    /// them, and new records must never get those offsets. 64 GiB is more than can be unsynced on any machine, and 2^63 holds 134 million such starts.
    /// </summary>
    internal const long RestartJump = 1L << 36;

    private readonly string _folder;
    private readonly JournalStamp _stamp;
    private readonly bool _writable;
    private readonly JournalOptions _options;
    private readonly ReadingJournal _journal;

    // The segments by offset. Changed under _listing (the shard's thread adds, retention removes); readers copy under it.
    private readonly Lock _listing = new();
    private readonly List<Segment> _segments;

    // Those of them that are written or not yet synced, oldest first. Under _listing; the shard's thread adds, whoever holds _syncing removes.
    private readonly List<Segment> _open = [];
    private readonly Dictionary<string, JournalPosition> _cursors = new(StringComparer.Ordinal);

    // Shard's thread only, after open: where the last record with readings ended, and the last record at all; the marks that are in the journal, and the batch that each new segment's
    // are written from.
    private Segment? _active;
    private long _previousEnd;
    private long _recordsEnd;
    private readonly MarkTable _marks;
    private ReadingBatch? _markBatch;

    // Not changed after open; read by sources.
    private readonly MarkTable _recoveredMarks = new();

    // Start of the oldest segment that recovery would need for the marks; none while there are no marks. Written by the shard's thread (release); retention reads it (acquire).
    private long _marksFrom = long.MaxValue;

    // Written by the shard's thread (release); read by anyone (acquire).
    private long _readingsEnd;

    // Written by the shard's thread (release, after the record's bytes); read by anyone (acquire).
    private long _endOffset;

    // Written under _syncing; read by anyone.
    private readonly Lock _syncing = new();
    private long _durableOffset;

    private ShardJournal(ReadingJournal journal, string folder, int shard, bool writable, List<Segment> segments, long end, long recordsEnd, long previousEnd, MarkTable marks)
    {
        _journal = journal;
        _options = journal.Options;
        _stamp = new JournalStamp(journal.Stamp, shard);
        _writable = writable;
        _folder = folder;
        Shard = shard;
        _segments = segments;
        _endOffset = _durableOffset = _readingsEnd = RecoveredEndOffset = end;
        _recordsEnd = recordsEnd;
        _previousEnd = RecoveredRecordsEnd = previousEnd;
        _marks = marks;
        _recoveredMarks.AddOlder(marks);
    }

    /// <summary>The shard's number.</summary>
    public int Shard { get; }

    /// <summary>Offset of the oldest record held; <see cref="EndOffset"/> when there is none.</summary>
    public long StartOffset
    {
        get
        {
            lock (_listing) return _segments.Count > 0 ? _segments[0].Start : EndOffset;
        }
    }

    /// <summary>Where the next record begins.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>A sink whose cursor is here has everything: what the journal has behind it, up to <see cref="EndOffset"/>, are marks.</summary>
    public long ReadingsEnd => Volatile.Read(ref _readingsEnd);

    /// <summary>All before it has been forced to the disk (with <see cref="FsyncPolicy.Never"/>: handed to the operating system).</summary>
    public long DurableOffset => Volatile.Read(ref _durableOffset);

    /// <summary><see cref="EndOffset"/> as it was when the journal was opened.</summary>
    public long RecoveredEndOffset { get; }

    /// <summary>
    /// Where the last record with readings ended when the journal was opened. After an unclean end, or where marks stand behind it, it is less than <see cref="RecoveredEndOffset"/>: no
    /// reading stands between the two.
    /// </summary>
    public long RecoveredRecordsEnd { get; }

    /// <summary>Bytes of its segments.</summary>
    public long Bytes
    {
        get
        {
            lock (_listing) return _segments.Sum(s => s.End - s.Start);
        }
    }

    internal JournalStamp Stamp => _stamp;

    /// <summary>What the catalog must have for the records there were when the journal was opened.</summary>
    internal uint CatalogBytesNeeded { get; private init; }

    /// <summary>
    /// Where a source stood in a partition when the journal was opened for appending: the position of the last <see cref="SourceMark"/> in it; -1 when there is none. Any thread.
    /// </summary>
    public long RecoveredMark(ulong source, int partition) => _recoveredMarks.PositionOf(source, partition);

    /// <summary>Record bytes at and behind <paramref name="offset"/>; offsets that no record ever had do not count, nor do marks behind the last reading.</summary>
    public long BytesFrom(long offset)
    {
        // Without a jump in between the offsets themselves say it.
        long end = ReadingsEnd;
        if (offset >= RecoveredEndOffset || offset >= end) return Math.Max(0, end - offset);
        long bytes = 0;
        lock (_listing)
        {
            foreach (Segment segment in _segments) bytes += Math.Max(0, segment.End - Math.Max(segment.Start, offset));
        }
        return bytes;
    }

    /// <summary>Bytes of the catalog that are to be had.</summary>
    internal long CatalogBytes => _journal.CatalogBytes;

    /// <summary>Opens the shard's folder for appending: cuts a torn tail and reports it.</summary>
    internal static ShardJournal Open(ReadingJournal journal, string folder, int shard, ReadingBatch scratch, Action<RecoveryCut> onCut)
    {
        Directory.CreateDirectory(folder);
        List<Segment> segments = Segment.List(folder);
        bool fresh = segments.Count == 0;
        // A segment begun and never written to says nothing.
        while (segments.Count > 0 && segments[^1].End == segments[^1].Start) Discard(segments);
        EndMark mark = EndMark.Read(folder);
        long recordsEnd = mark.RecordsEnd;
        JournalStamp stamp = new(journal.Stamp, shard);
        JournalRecord? last = null;
        MarkTable marks = new();
        long marksFrom = long.MaxValue;
        if (segments.Count > 0)
        {
            Segment newest = segments[^1];
            long found = newest.End;
            SegmentContents contents = Recover(newest, stamp, scratch, marks);
            last = contents.Last;
            recordsEnd = last?.End ?? newest.Start;
            if (recordsEnd < found) Cut(newest, recordsEnd);
            newest.End = recordsEnd;
            // A journal that was closed in order also says what should be there and is not.
            long expected = Math.Max(found, mark.Clean ? mark.RecordsEnd : 0);
            if (recordsEnd < expected) onCut(new RecoveryCut(shard, newest.Path, recordsEnd, expected, contents.Latest));
            if (recordsEnd == newest.Start) Discard(segments);
            marksFrom = RecoverOlderMarks(segments, newest, contents.HasAllMarks, stamp, scratch, marks);
        }
        long end = mark.Next;
        if (!(fresh && mark == default) && !(mark.Clean && mark.RecordsEnd == recordsEnd))
        {
            end = (Math.Max(recordsEnd, mark.Next) / RestartJump * RestartJump) + (2 * RestartJump);
        }
        // From here on the journal is open, and whatever happens, no offset before this one is given again.
        new EndMark(Clean: false, end, recordsEnd).Write(folder);
        // A record of marks says itself where the readings before it ended.
        long readingsEnd = last is { Count: 0 } marksOnly ? marksOnly.PreviousEnd : recordsEnd;
        return new ShardJournal(journal, folder, shard, writable: true, segments, end, recordsEnd, readingsEnd, marks)
        {
            CatalogBytesNeeded = last?.CatalogBytes ?? 0,
            _marksFrom = marks.Count > 0 ? marksFrom : long.MaxValue,
        };
    }

    /// <summary>A shard's folder to read only, as it stands now; another process may be writing it.</summary>
    internal static ShardJournal OpenRead(ReadingJournal journal, string folder, int shard)
    {
        List<Segment> segments = Directory.Exists(folder) ? Segment.List(folder) : [];
        long end = segments.Count > 0 ? segments[^1].End : 0;
        return new ShardJournal(journal, folder, shard, writable: false, segments, end, end, end, new MarkTable());
    }

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
            Segment segment = _active is { } active && active.End + bytes - active.Start <= _options.SegmentBytes ? active : Begin(bytes);
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
            Volatile.Write(ref _readingsEnd, offset + bytes);
        }
        _journal.CountAppended(batch.Count, bytes);
        if (_options.Fsync == FsyncPolicy.EveryBatch)
        {
            lock (_syncing)
            {
                FinishBefore(offset + bytes);
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
                    for (int i = 0; OpenAt(i) is { } segment; i++) _options.FlushToDisk(segment.Handle!);
                }
                FinishBefore(end);
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
    public void SetCursor(string sink, JournalPosition cursor)
    {
        lock (_listing) _cursors[sink] = cursor;
    }

    /// <summary>Syncs and closes; <see cref="ReadingJournal.Dispose"/> calls it. What an earlier fsync lost is not synced again.</summary>
    /// <exception cref="IOException">The disk failed; the files are closed all the same.</exception>
    public void Dispose()
    {
        lock (_syncing)
        {
            try
            {
                // Not with FsyncPolicy.Never's eyes: a clean end is one that is on the disk.
                for (int i = 0; _journal.Failure is null && OpenAt(i) is { } segment; i++) _options.FlushToDisk(segment.Handle!);
                if (_journal.Failure is null) Volatile.Write(ref _durableOffset, EndOffset);
            }
            catch (IOException failed)
            {
                _journal.Fail(FailureOf(failed));
                throw;
            }
            finally
            {
                _active = null;
                while (OpenAt(0) is { } segment) Finish(segment);
            }
        }
    }

    internal void CountGap(LostRange lost) => _journal.CountGap(Shard, lost);

    internal void MarkClean() => new EndMark(Clean: true, EndOffset, _recordsEnd).Write(_folder);

    /// <summary>The segment that holds <paramref name="offset"/>, or the first one after it; null when there is none.</summary>
    internal Segment? SegmentAt(long offset)
    {
        lock (_listing)
        {
            Segment? holding = null;
            foreach (Segment segment in _segments)
            {
                if (segment.Start > offset) return holding is not null && offset < holding.End ? holding : segment;
                holding = segment;
            }
            return holding is not null && (offset < holding.End || ReferenceEquals(holding, _active)) ? holding : null;
        }
    }

    /// <summary>The segments, oldest first, as they are now.</summary>
    internal Segment[] Segments()
    {
        lock (_listing) return [.. _segments];
    }

    /// <summary>The oldest segment that is no longer written, and whether every sink is past it; null when there is none.</summary>
    internal (Segment Segment, bool Delivered)? Oldest()
    {
        lock (_listing)
        {
            if (_segments.Count == 0 || ReferenceEquals(_segments[0], _active) || _segments[0].Handle is not null) return null;
            Segment oldest = _segments[0];
            // Until a segment has begun behind it, it is the one place that says how far the sources were.
            if (oldest.Start >= Volatile.Read(ref _marksFrom)) return null;
            long needed = Math.Min(oldest.End, ReadingsEnd);
            return (oldest, _cursors.Values.All(c => c.Offset >= needed));
        }
    }

    /// <summary>Whether every sink has everything that was appended.</summary>
    internal bool AllDelivered
    {
        get
        {
            lock (_listing)
            {
                // Cursors may stand before a jump that no record stands in.
                foreach (JournalPosition cursor in _cursors.Values)
                {
                    if (cursor.Offset < ReadingsEnd && (cursor.Offset < RecoveredRecordsEnd || ReadingsEnd > RecoveredEndOffset)) return false;
                }
                return true;
            }
        }
    }

    // The file first: one that cannot be deleted stays in the list, is counted, and is tried again. A reader that finds the file gone goes on with the next.
    internal void Delete(Segment oldest)
    {
        File.Delete(oldest.Path);
        lock (_listing) _segments.Remove(oldest);
    }

    private static void Discard(List<Segment> segments)
    {
        File.Delete(segments[^1].Path);
        segments.RemoveAt(segments.Count - 1);
    }

    private static SegmentContents Recover(Segment segment, JournalStamp stamp, ReadingBatch scratch, MarkTable marks)
    {
        using var file = segment.OpenRead();
        return SegmentScan.Recover(file, segment, stamp, scratch, marks);
    }

    // Where the newest segment does not begin with all marks, because its begin is torn or damaged, the ones before it have them. Gives the start of the oldest segment that was needed.
    private static long RecoverOlderMarks(List<Segment> segments, Segment newest, bool hasAll, JournalStamp stamp, ReadingBatch scratch, MarkTable marks)
    {
        long from = newest.Start;
        for (int i = segments.Count - 1; i >= 0 && !hasAll; i--)
        {
            if (ReferenceEquals(segments[i], newest)) continue;
            MarkTable older = new();
            hasAll = Recover(segments[i], stamp, scratch, older).HasAllMarks;
            marks.AddOlder(older);
            from = segments[i].Start;
        }
        return from;
    }

    private static void Cut(Segment segment, long end)
    {
        using var file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(file, end - segment.Start);
        RandomAccess.FlushToDisk(file);
    }

    private void Took(ReadOnlySpan<SourceMark> marks)
    {
        if (_marks.Count == 0) Volatile.Write(ref _marksFrom, _active!.Start);
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
        lock (_listing)
        {
            _segments.Add(segment);
            _open.Add(segment);
        }
        _active = segment;
        if (_marks.Count > 0)
        {
            _journal.CountAppended(0, (int)(segment.End - segment.Start));
            _recordsEnd = segment.End;
            Volatile.Write(ref _endOffset, segment.End);
            Volatile.Write(ref _marksFrom, segment.Start);
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

    private Segment? OpenAt(int index)
    {
        lock (_listing) return index < _open.Count ? _open[index] : null;
    }

    // Under _syncing: closes the segments that get no more records; the shard begins a segment only when it is done with the one before.
    private void FinishBefore(long end)
    {
        while (true)
        {
            Segment segment;
            lock (_listing)
            {
                if (_open.Count < 2 || _open[0].End > end) return;
                segment = _open[0];
            }
            Finish(segment);
        }
    }

    // Under _syncing: gives back the preallocated rest of a segment that gets no more records.
    private void Finish(Segment segment)
    {
        try
        {
            RandomAccess.SetLength(segment.Handle!, segment.End - segment.Start);
        }
        finally
        {
            segment.Handle!.Dispose();
            segment.Handle = null;
            lock (_listing) _open.Remove(segment);
        }
    }
}
