namespace HyperIngest.Core.Delivery;

/// <summary>How lanes treat a sink that does not take what they bring.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Waits between tries.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>When a lane stops trying at full pace.</summary>
    public BreakerOptions Breaker { get; init; } = new();

    /// <summary>Where poison readings go.</summary>
    public DeadLetterOptions DeadLetters { get; init; } = new();

    /// <summary>
    /// Batches a lane may have waiting in memory; default 32 (16 MiB of full ones). A lane further behind reads the journal's segments instead.
    /// </summary>
    public int MemoryBatches { get; init; } = 32;

    /// <summary>
    /// Journal bytes a lane may be behind before its shard's pollers wait for it; 0, the default, lets the journal take what a sink cannot. For sources
    /// that can wait and a journal that should stay small.
    /// </summary>
    public long HoldIntakeAtLagBytes { get; init; }
}

/// <summary>Exponential backoff: the wait doubles from <see cref="First"/> to <see cref="Longest"/>, each drawn at random from its upper half.</summary>
public sealed record RetryOptions
{
    /// <summary>The first wait; default 100 ms.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest; default 30 s.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>The circuit breaker of a sink: after failures in a row it opens, and one lane at a time probes.</summary>
public sealed record BreakerOptions
{
    /// <summary>Failures in a row that open it; default 5.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>How long it stays open before one probe; default 5 s.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Dead letters: JSON lines with the reading, its names, the sink and the reason.</summary>
public sealed record DeadLetterOptions
{
    /// <summary>The folder; null for <c>dead-letters</c> in the journal's folder.</summary>
    public string? Path { get; init; }

    /// <summary>Bytes the folder may hold; past it the oldest file goes, counted. Default 256 MiB.</summary>
    public long MaxBytes { get; init; } = 256L << 20;
}
