namespace HyperIngest.Bench.Scale;

/// <summary>What one node needed for so many devices.</summary>
public sealed record ScalePoint
{
    /// <summary>Devices.</summary>
    public required int Devices { get; init; }

    /// <summary>Sockets they were reached by.</summary>
    public required int Sockets { get; init; }

    /// <summary>Time measured, seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Polls answered in that time.</summary>
    public required long Polls { get; init; }

    /// <summary>Polls due in that time.</summary>
    public required long Due { get; init; }

    /// <summary>Polls that did not take place, from the start on.</summary>
    public required long Skipped { get; init; }

    /// <summary>How late polls were begun, ms: 99 of 100 were earlier. From the start on.</summary>
    public required double LatenessP99Ms { get; init; }

    /// <summary>The latest, ms.</summary>
    public required double LatenessMaxMs { get; init; }

    /// <summary>From a poll's answer in memory to its readings on the disk, ms: 99 of 100 were faster.</summary>
    public required double DurableP99Ms { get; init; }

    /// <summary>Cores the node kept busy.</summary>
    public required double CpuCores { get; init; }

    /// <summary>Resident memory before there were devices, MiB.</summary>
    public required double EmptyMb { get; init; }

    /// <summary>Most resident memory, MiB.</summary>
    public required double PeakMb { get; init; }

    /// <summary>Bytes allocated a poll.</summary>
    public required double AllocatedBytesPerPoll { get; init; }

    /// <summary>Processor time of a poll, µs.</summary>
    public double CpuMicrosecondsPerPoll => CpuCores * Seconds * 1e6 / Math.Max(1, Polls);

    /// <summary>Resident memory of a device, bytes.</summary>
    public double BytesPerDevice => (PeakMb - EmptyMb) * 1024 * 1024 / Devices;
}
