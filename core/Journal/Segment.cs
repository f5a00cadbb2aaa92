using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>One file of a shard's journal, named by the logical offset of its first byte.</summary>
internal sealed class Segment
{
    private const string Extension = ".seg";
    private const string ThinnedExtension = ".thin";

    // Enough digits for any long, so that names sort as offsets do.
    private const int NameDigits = 19;

    // Logical end of its records. Written by the shard's thread (release, after the record's bytes) or once at open; read by anyone (acquire).
    private long _end;

    // Written by retention or once at open; read by anyone.
    private long _holeBytes;

    public Segment(string folder, long start)
    {
        Start = start;
        _end = start;
        Path = System.IO.Path.Combine(folder, start.ToString($"D{NameDigits}", CultureInfo.InvariantCulture) + Extension);
    }

    /// <summary>Held by a reader while it enters, and by retention while it changes or deletes the file: whoever comes second sees what the first has done.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Readers of this process that stand in it; under <see cref="Gate"/>.</summary>
    public int Readers { get; set; }

    /// <summary>Logical offset of its first byte.</summary>
    public long Start { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Logical offset behind its last record.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Bytes of it that are holes, because retention has thinned it.</summary>
    public long HoleBytes
    {
        get => Volatile.Read(ref _holeBytes);
        set => Volatile.Write(ref _holeBytes, value);
    }

    /// <summary>Bytes it takes of the disk, as long as it is not preallocated.</summary>
    public long StoredBytes => End - Start - HoleBytes;

    /// <summary>Where the file is written that is to take its place, thinned.</summary>
    public string ThinnedPath => System.IO.Path.ChangeExtension(Path, ThinnedExtension);

    /// <summary>What is in it, once retention has had to know; retention's alone.</summary>
    public SegmentCensus? Census { get; set; }

    /// <summary>Open while the segment is written or not yet synced; null for one that is only read.</summary>
    public SafeFileHandle? Handle { get; set; }

    /// <summary>When its last record was written, UTC ticks.</summary>
    public long LastWritten { get; set; }

    /// <summary>All segments of a folder, by offset. Their ends are their files' lengths, which the last one's may overstate.</summary>
    public static List<Segment> List(string folder)
    {
        List<Segment> found = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            string name = System.IO.Path.GetFileNameWithoutExtension(path);
            if (name.Length != NameDigits || !long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long start)) continue;
            FileInfo file = new(path);
            found.Add(new Segment(folder, start) { End = start + file.Length, LastWritten = file.LastWriteTimeUtc.Ticks });
        }
        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    /// <summary>Deletes what a thinning left behind that was ended before its file took a segment's place: the segment is as it was.</summary>
    public static void DeleteUnfinished(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*" + ThinnedExtension)) File.Delete(path);
    }

    /// <summary>Looks at the file for holes, when it is there.</summary>
    public void TryMeasureHoles()
    {
        try
        {
            using SafeFileHandle file = OpenRead();
            HoleBytes = End - Start - SparseFile.StoredBytes(file, RandomAccess.GetLength(file));
        }
        catch (FileNotFoundException)
        {
            // Opened to read beside a process whose retention was quicker: nothing of it is stored.
            HoleBytes = End - Start;
        }
    }

    /// <summary>A handle of a reader's own.</summary>
    public SafeFileHandle OpenRead() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
