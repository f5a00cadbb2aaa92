using HyperIngest.Core.Delivery;
using HyperIngest.Core.Sharding;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Kafka;

/// <summary>What all consumers of a source share, one after the other.</summary>
internal sealed class KafkaSourceParts
{
    // Written by the consuming thread (release), read by metrics (acquire).
    private bool _isPaused;

    public required KafkaSourceOptions Options { get; init; }

    public required Intake Intake { get; init; }

    public required DeadLetters Letters { get; init; }

    public required KafkaRecordDecoder Decoder { get; init; }

    public required KafkaAssignment Assignment { get; init; }

    public required KafkaHealth Health { get; init; }

    public required KafkaSourceMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>How far the source is to end.</summary>
    public KafkaSourceStop Stop { get; } = new();

    /// <summary>Whether the partitions are paused. Any thread may read it.</summary>
    public bool IsPaused
    {
        get => Volatile.Read(ref _isPaused);
        set => Volatile.Write(ref _isPaused, value);
    }
}

/// <summary>How far a source is to end: written by whoever stops it, read by its consuming thread.</summary>
internal sealed class KafkaSourceStop : IDisposable
{
    private readonly ManualResetEventSlim _asked = new();
    private volatile bool _givenUp;
    private volatile bool _ended;

    /// <summary>Nothing more is to be consumed.</summary>
    public bool Asked => _asked.IsSet;

    /// <summary>What waits for room in a ring is not to be published any more: it is read again after the next start.</summary>
    public bool GivenUp => _givenUp;

    /// <summary>What is not durable by now is not waited for any more.</summary>
    public bool Ended => _ended;

    public void Ask() => _asked.Set();

    public void GiveUp() => _givenUp = true;

    public void End()
    {
        _ended = true;
        GiveUp();
        Ask();
    }

    /// <summary>Waits until asked to stop, or <paramref name="limit"/>.</summary>
    public void Wait(TimeSpan limit) => _asked.Wait(limit);

    public void Dispose() => _asked.Dispose();
}
