using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;

namespace HyperIngest.Core;

/// <summary>How a pipeline is built: the shards, their batches, the journal and the delivery.</summary>
public sealed record PipelineOptions
{
    /// <summary>The node's name, in cursors and metrics; default the machine's name.</summary>
    public string Node { get; init; } = Environment.MachineName;

    /// <summary>Shards, 1 to 64; each has a ring, a thread, a journal and a lane a sink. Default 1 for each two cores, at least 1: a shard's thread is idle most of the time at 600,000 readings/s.</summary>
    public int Shards { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Slots of a shard's ring, a power of two; default 262,144 (8 MiB): 0.4 s at 600,000 readings/s, longer than a slow fsync holds up the shard.</summary>
    public int RingCapacity { get; init; } = 1 << 18;

    /// <summary>When a batch is sealed.</summary>
    public BatchOptions Batch { get; init; } = new();

    /// <summary>The journal.</summary>
    public required JournalOptions Journal { get; init; }

    /// <summary>Retry, breaker and dead letters.</summary>
    public DeliveryOptions Delivery { get; init; } = new();
}

/// <summary>When a batch is sealed: at whichever limit it meets first.</summary>
public sealed record BatchOptions
{
    /// <summary>Readings, 64 to 1,048,576; default 16,384 (512 KiB): large enough that a write costs the disk and not the call.</summary>
    public int MaxReadings { get; init; } = 16_384;

    /// <summary>Bytes, at least 4 KiB; default 1 MiB. With 32-byte readings the smaller of the two limits rules.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>Age of the oldest reading in it, 1 ms to 10 s; default 20 ms. With the fsync interval it bounds what a kill can take from a polled device.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMilliseconds(20);
}
