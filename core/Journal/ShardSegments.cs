namespace HyperIngest.Core.Journal;

/// <summary>
/// The segments of a shard, and who still needs them: sinks by their cursors, lanes by what they have in hand, recovery by its marks. The shard's thread adds segments, the sync thread closes them,
/// retention thins and deletes them, readers look them up.
/// </summary>
internal sealed class ShardSegments
{
    private readonly string _folder;
    private readonly JournalOptions _options;

    // The segments by offset. Changed under _listing (the shard's thread adds, retention removes); readers copy under it.
    private readonly Lock _listing = new();
    private readonly List<Segment> _segments;

    // Those of them that are written or not yet synced, oldest first. Under _listing; the shard's thread adds, whoever syncs removes.
    private readonly List<Segment> _open = [];

    // Under _listing; whoever delivers writes.
    private readonly Dictionary<string, JournalPosition> _cursors = new(StringComparer.Ordinal);

    // What lanes have in hand. Under _listing; lanes add, once each.
    private readonly List<LaneHold> _holds = [];

    // Written by the shard's thread (release); retention reads it (acquire).
    private long _marksFrom;

    // Written by the shard's thread (release); read by anyone (acquire).
    private long _readingsEnd;

    public ShardSegments(string folder, JournalOptions options, RecoveredShard recovered)
    {
        _folder = folder;
        _options = options;
        _segments = recovered.Segments;
        _marksFrom = recovered.MarksFrom;
        _readingsEnd = recovered.End;
    }

    /// <summary>The segment that records go to; null before the first. The shard's thread's.</summary>
    public Segment? Active { get; private set; }

    /// <summary>Start of the oldest segment that recovery would need for the marks; <see cref="long.MaxValue"/> while there are no marks.</summary>
    public long MarksFrom
    {
        get => Volatile.Read(ref _marksFrom);
        set => Volatile.Write(ref _marksFrom, value);
    }

    /// <summary>A sink whose cursor is here has everything: what is behind it are marks.</summary>
    public long ReadingsEnd
    {
        get => Volatile.Read(ref _readingsEnd);
        set => Volatile.Write(ref _readingsEnd, value);
    }

    /// <summary>Offset of the oldest record held; null when there is no segment.</summary>
    public long? Start
    {
        get
        {
            lock (_listing) return _segments.Count > 0 ? _segments[0].Start : null;
        }
    }

    /// <summary>Bytes as they are stored: what retention has thinned out does not count.</summary>
    public long StoredBytes
    {
        get
        {
            lock (_listing) return _segments.Sum(s => s.StoredBytes);
        }
    }

    /// <summary>Record bytes at and behind <paramref name="offset"/>, those too that retention has thinned out.</summary>
    public long BytesFrom(long offset)
    {
        long bytes = 0;
        lock (_listing)
        {
            foreach (Segment segment in _segments) bytes += Math.Max(0, segment.End - Math.Max(segment.Start, offset));
        }
        return bytes;
    }

    /// <summary>The segments, oldest first, as they are now.</summary>
    public Segment[] All()
    {
        lock (_listing) return [.. _segments];
    }

    /// <summary>The segment that holds <paramref name="offset"/>, or the first one after it; null when there is none.</summary>
    public Segment? At(long offset)
    {
        lock (_listing)
        {
            Segment? holding = null;
            foreach (Segment segment in _segments)
            {
                if (segment.Start > offset) return holding is not null && offset < holding.End ? holding : segment;
                holding = segment;
            }
            return holding is not null && (offset < holding.End || ReferenceEquals(holding, Active)) ? holding : null;
        }
    }

    /// <summary>Tells retention how far a sink is; a sink that has never said so holds nothing.</summary>
    public void SetCursor(string sink, JournalPosition cursor)
    {
        lock (_listing) _cursors[sink] = cursor;
    }

    /// <summary>Whether every sink's cursor is one that <paramref name="isThere"/>.</summary>
    public bool AllCursors(Predicate<JournalPosition> isThere)
    {
        lock (_listing)
        {
            foreach (JournalPosition cursor in _cursors.Values)
            {
                if (!isThere(cursor)) return false;
            }
            return true;
        }
    }

    /// <summary>A record of what a lane has in hand, which retention is to leave alone.</summary>
    public LaneHold AddHold()
    {
        LaneHold hold = new();
        lock (_listing) _holds.Add(hold);
        return hold;
    }

    /// <summary>The oldest segment that is no longer written, and whether every sink is past it; null when there is none.</summary>
    public (Segment Segment, bool Delivered)? Oldest()
    {
        lock (_listing)
        {
            if (_segments.Count == 0 || ReferenceEquals(_segments[0], Active) || _segments[0].Handle is not null) return null;
            Segment oldest = _segments[0];
            // Until a segment has begun behind it, it is the one place that says how far the sources were.
            if (oldest.Start >= MarksFrom) return null;
            long needed = Math.Min(oldest.End, ReadingsEnd);
            return (oldest, _cursors.Values.All(c => c.Offset >= needed));
        }
    }

    /// <summary>Segments that get no more records and that some sink still needs, oldest first. The newest is never among them: what the journal's end is known by stands in it.</summary>
    public List<Segment> Undelivered()
    {
        lock (_listing)
        {
            List<Segment> closed = [];
            for (int i = 0; i < _segments.Count - 1; i++)
            {
                Segment segment = _segments[i];
                // Recovery needs the newest marks; a tail of nothing but marks is nobody's to deliver.
                if (segment.Start >= MarksFrom) break;
                long end = Math.Min(segment.End, ReadingsEnd);
                if (segment.Handle is null && _cursors.Values.Any(c => c.Offset < end)) closed.Add(segment);
            }
            return closed;
        }
    }

    /// <summary>Where in a segment the readings stand that some sink still needs: at this offset and behind it.</summary>
    public long DeliveredBefore(Segment segment)
    {
        long before = segment.End;
        lock (_listing)
        {
            foreach (JournalPosition cursor in _cursors.Values) before = Math.Min(before, cursor.Offset + JournalRecord.BytesOf(cursor.Index));
        }
        return Math.Max(before, segment.Start + JournalRecord.HeaderBytes);
    }

    /// <summary>Whether a reader stands in the segment or a lane has some of it in hand. Under its gate it stays so.</summary>
    public bool IsInUse(Segment segment)
    {
        if (segment.Readers > 0) return true;
        lock (_listing)
        {
            foreach (LaneHold hold in _holds)
            {
                if (hold.Covers(segment.Start, segment.End)) return true;
            }
            return false;
        }
    }

    /// <summary>Puts the thinned file in the segment's place. Under the segment's gate.</summary>
    public void Replace(Segment segment, long holeBytes)
    {
        _options.ReplaceFile(segment.ThinnedPath, segment.Path);
        segment.HoleBytes = holeBytes;
        DirectorySync.Flush(_folder);
    }

    /// <summary>Deletes a segment. The file first: one that cannot be deleted stays in the list, is counted, and is tried again. A reader that finds the file gone goes on with the next.</summary>
    public void Delete(Segment segment)
    {
        File.Delete(segment.Path);
        lock (_listing) _segments.Remove(segment);
    }

    /// <summary>Shard's thread only: a new segment, which records go to from now on.</summary>
    public void Add(Segment segment)
    {
        lock (_listing)
        {
            _segments.Add(segment);
            _open.Add(segment);
        }
        Active = segment;
    }

    /// <summary>One of the segments that are written or not yet synced, oldest first; null behind the last.</summary>
    public Segment? OpenAt(int index)
    {
        lock (_listing) return index < _open.Count ? _open[index] : null;
    }

    /// <summary>Whoever syncs only: closes the segments before <paramref name="end"/> that get no more records; the shard begins a segment only when it is done with the one before.</summary>
    public void CloseBefore(long end)
    {
        while (true)
        {
            Segment segment;
            lock (_listing)
            {
                if (_open.Count < 2 || _open[0].End > end) return;
                segment = _open[0];
            }
            Close(segment);
        }
    }

    /// <summary>Whoever syncs only, when nothing is appended any more: closes all.</summary>
    public void CloseAll()
    {
        Active = null;
        while (OpenAt(0) is { } segment) Close(segment);
    }

    // Gives back the preallocated rest.
    private void Close(Segment segment)
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
