using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>One file of a shard's journal, named by the logical offset of its first byte.</summary>
internal sealed class Segment
{
    private const string Extension = ".seg";

    // Enough digits for any long, so that names sort as offsets do.
    private const int NameDigits = 19;

    // Logical end of its records. Written by the shard's thread (release, after the record's bytes) or once at open; read by anyone (acquire).
    private long _end;

    public Segment(string folder, long start)
    {
        Start = start;
        _end = start;
        Path = System.IO.Path.Combine(folder, start.ToString($"D{NameDigits}", CultureInfo.InvariantCulture) + Extension);
    }

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

    /// <summary>A handle of a reader's own.</summary>
    public SafeFileHandle OpenRead() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
