using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Journal;

/// <summary>What a shard's folder holds when it is opened.</summary>
internal sealed record RecoveredShard
{
    /// <summary>
    /// How far offsets jump after a start that follows no clean end: a sink's cursor may lie in records that a power cut took from the journal after the sink had
    /// them, and new records must never get those offsets. 64 GiB is more than can be unsynced on any machine, and 2^63 holds 134 million such starts.
    /// </summary>
    public const long RestartJump = 1L << 36;

    /// <summary>The segments, oldest first.</summary>
    public required List<Segment> Segments { get; init; }

    /// <summary>Where the next record begins.</summary>
    public required long End { get; init; }

    /// <summary>Where the last record ends; less than <see cref="End"/> where offsets jump.</summary>
    public required long RecordsEnd { get; init; }

    /// <summary>Where the last record with readings ends.</summary>
    public required long ReadingsEnd { get; init; }

    /// <summary>The last mark of every partition.</summary>
    public MarkTable Marks { get; init; } = new();

    /// <summary>Start of the oldest segment that the marks are from; <see cref="long.MaxValue"/> when there is none.</summary>
    public long MarksFrom { get; init; } = long.MaxValue;

    /// <summary>What the catalog must have for the records.</summary>
    public uint CatalogBytes { get; init; }

    /// <summary>For appending: cuts a torn tail and reports it.</summary>
    public static RecoveredShard Recover(string folder, JournalStamp stamp, ReadingBatch scratch, Action<RecoveryCut> onCut)
    {
        Directory.CreateDirectory(folder);
        Segment.DeleteUnfinished(folder);
        List<Segment> segments = Segment.List(folder);
        bool fresh = segments.Count == 0;
        // A segment begun and never written to says nothing.
        while (segments.Count > 0 && segments[^1].End == segments[^1].Start) Discard(segments);
        EndMark mark = EndMark.Read(folder);
        long recordsEnd = mark.RecordsEnd;
        JournalRecord? last = null;
        MarkTable marks = new();
        long marksFrom = long.MaxValue;
        if (segments.Count > 0)
        {
            Segment newest = segments[^1];
            long found = newest.End;
            SegmentContents contents = Scan(newest, stamp, scratch, marks);
            last = contents.Last;
            recordsEnd = last?.End ?? newest.Start;
            if (recordsEnd < found) Cut(newest, recordsEnd);
            newest.End = recordsEnd;
            // A journal that was closed in order also says what should be there and is not.
            long expected = Math.Max(found, mark.Clean ? mark.RecordsEnd : 0);
            if (recordsEnd < expected)
            {
                // The first record of a segment torn: what it is younger than stands in the ones before.
                long latest = contents.Latest;
                for (int i = segments.Count - 2; i >= 0 && latest == 0; i--) latest = Scan(segments[i], stamp, scratch, new MarkTable()).Latest;
                onCut(new RecoveryCut(stamp.Shard, newest.Path, recordsEnd, expected, latest));
            }
            if (recordsEnd == newest.Start) Discard(segments);
            marksFrom = ScanOlder(segments, newest, contents.HasAllMarks, stamp, scratch, marks);
        }
        foreach (Segment segment in segments) segment.TryMeasureHoles();
        long end = mark.Next;
        if (!(fresh && mark == default) && !(mark.Clean && mark.RecordsEnd == recordsEnd))
        {
            end = (Math.Max(recordsEnd, mark.Next) / RestartJump * RestartJump) + (2 * RestartJump);
        }
        // From here on the journal is open, and whatever happens, no offset before this one is given again.
        new EndMark(Clean: false, end, recordsEnd).Write(folder);
        return new RecoveredShard
        {
            Segments = segments,
            End = end,
            RecordsEnd = recordsEnd,
            // A record of marks says itself where the readings before it ended.
            ReadingsEnd = last is { Count: 0 } marksOnly ? marksOnly.PreviousEnd : recordsEnd,
            Marks = marks,
            MarksFrom = marks.Count > 0 ? marksFrom : long.MaxValue,
            CatalogBytes = last?.CatalogBytes ?? 0,
        };
    }

    /// <summary>To read only, as the folder stands now; another process may be writing it.</summary>
    public static RecoveredShard AsItStands(string folder)
    {
        List<Segment> segments = Directory.Exists(folder) ? Segment.List(folder) : [];
        long end = segments.Count > 0 ? segments[^1].End : 0;
        foreach (Segment segment in segments) segment.TryMeasureHoles();
        return new RecoveredShard { Segments = segments, End = end, RecordsEnd = end, ReadingsEnd = end };
    }

    private static void Discard(List<Segment> segments)
    {
        File.Delete(segments[^1].Path);
        segments.RemoveAt(segments.Count - 1);
    }

    private static SegmentContents Scan(Segment segment, JournalStamp stamp, ReadingBatch scratch, MarkTable marks)
    {
        using var file = segment.OpenRead();
        return SegmentScan.Recover(file, segment, stamp, scratch, marks);
    }

    // Where the newest segment does not begin with all marks, because its begin is torn or damaged, the ones before it have them. Gives the start of the oldest segment that was needed.
    private static long ScanOlder(List<Segment> segments, Segment newest, bool hasAll, JournalStamp stamp, ReadingBatch scratch, MarkTable marks)
    {
        long from = newest.Start;
        for (int i = segments.Count - 1; i >= 0 && !hasAll; i--)
        {
            if (ReferenceEquals(segments[i], newest)) continue;
            MarkTable older = new();
            hasAll = Scan(segments[i], stamp, scratch, older).HasAllMarks;
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
}
