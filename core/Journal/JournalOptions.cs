using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>When appended records are forced to the disk.</summary>
public enum FsyncPolicy
{
    /// <summary>Every <see cref="JournalOptions.FsyncInterval"/>, for all records appended since.</summary>
    Interval,

    /// <summary>After every batch; the slowest and the safest.</summary>
    EveryBatch,

    /// <summary>Never by us; the operating system does when it likes. A power cut may lose what it had not yet written; a process crash loses nothing.</summary>
    Never,
}

/// <summary>What happens when the journal has reached <see cref="JournalRetention.LimitBytes"/> and a sink still needs what is in it.</summary>
public enum JournalFullPolicy
{
    /// <summary>Intake stops (readiness false) until a sink has caught up.</summary>
    StopIntake,

    /// <summary>
    /// Readings go by class: logs first, then events, then telemetry, the oldest of a class first, counted, and reported with their time range. Alarms never go: when they are what
    /// the journal is full of, intake stops.
    /// </summary>
    DropByClass,
}

/// <summary>Where and how the journal is kept.</summary>
public sealed record JournalOptions
{
    /// <summary>The folder; made when missing. One process at a time: it holds a lock file.</summary>
    public required string Path { get; init; }

    /// <summary>When records are forced to the disk; default every interval.</summary>
    public FsyncPolicy Fsync { get; init; } = FsyncPolicy.Interval;

    /// <summary>How often with <see cref="FsyncPolicy.Interval"/>, 1 ms to 60 s; default 100 ms.</summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Size a segment file is preallocated to, 1 MiB to 1 GiB; default 64 MiB: about 3 s at 600,000 readings/s, so that retention cuts finely and files stay few.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>What is kept and what may go.</summary>
    public JournalRetention Retention { get; init; } = new();

    /// <summary>How a file is forced to the disk; tests have disks that fail.</summary>
    internal Action<SafeFileHandle> FlushToDisk { get; init; } = RandomAccess.FlushToDisk;

    /// <summary>How a file takes another's place at once; tests end in between.</summary>
    internal Action<string, string> ReplaceFile { get; init; } = static (from, to) => File.Move(from, to, overwrite: true);

    /// <summary>How a segment of so many bytes is made; tests have disks that are full.</summary>
    internal Func<string, long, SafeFileHandle> CreateSegment { get; init; } = static (path, bytes) =>
        File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, bytes);
}

/// <summary>What the journal keeps after every sink has taken it, and how large it may become before they have.</summary>
public sealed record JournalRetention
{
    /// <summary>Delivered segments older than this are deleted; default 24 h.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Delivered segments beyond this many bytes (over all shards) are deleted, oldest first; default 8 GiB.</summary>
    public long MaxBytes { get; init; } = 8L << 30;

    /// <summary>
    /// The journal's hard limit, delivered or not, over all shards, in bytes as they are stored. It is acted on at the next grouped fsync after it was crossed; a segment a shard (the one being
    /// written) always stays, and so does what sinks are just taking: a few segments a shard. Default 64 GiB.
    /// </summary>
    public long LimitBytes { get; init; } = 64L << 30;

    /// <summary>What happens at the hard limit; default: readings go by class.</summary>
    public JournalFullPolicy WhenFull { get; init; } = JournalFullPolicy.DropByClass;
}
