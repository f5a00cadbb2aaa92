using HyperIngest.LoadGen.Devices.Faults;

namespace HyperIngest.LoadGen.Report;

/// <summary>A load run as it is kept: what was asked, what happened second by second, and the verdict. Written once at the run's end as JSON; the HTML report is made of it alone.</summary>
public sealed record LoadRun
{
    /// <summary>Version of this shape; a reader refuses another.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The profile's name.</summary>
    public required string Name { get; init; }

    /// <summary>The exact command line that repeats the run, quoted for a shell.</summary>
    public required string Command { get; init; }

    /// <summary>The program's version.</summary>
    public required string ProgramVersion { get; init; }

    /// <summary>Begin of the measured time, UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>The profile file's text, references to secrets unresolved.</summary>
    public required string ProfileText { get; init; }

    /// <summary>The plant file's text; null when the profile has the plant in it.</summary>
    public string? PlantText { get; init; }

    /// <summary>Counts, rates, latency, machine and promises of the whole measured time.</summary>
    public required LoadReport Report { get; init; }

    /// <summary>What was due, and what became of it.</summary>
    public required OfferedReport Offered { get; init; }

    /// <summary>What the generator reaches by itself against a null sink; null when it was not measured.</summary>
    public GeneratorCeiling? Generator { get; init; }

    /// <summary>The measured time in steps of equal length, in order.</summary>
    public required IReadOnlyList<LoadSample> Samples { get; init; }

    /// <summary>The profile's stages on the time axis.</summary>
    public required IReadOnlyList<LoadStage> Stages { get; init; }

    /// <summary>Faults that were in force, on the time axis.</summary>
    public required IReadOnlyList<FaultMark> Faults { get; init; }

    /// <summary>The whole distribution of latency from the intended time, ascending: which share of the readings took at most so long. Each bucket of the histogram that holds anything is one point.</summary>
    public required IReadOnlyList<LatencyPoint> Latency { get; init; }

    /// <summary>Most relative error of a latency, such as 0.008: the histogram's bucket width.</summary>
    public required double LatencyError { get; init; }

    /// <summary>Garbage collector pauses in the measured time.</summary>
    public required IReadOnlyList<GcPause> Pauses { get; init; }
}

/// <summary>Open loop: what was due by the profile, whatever the product did.</summary>
/// <param name="Scheduled">Readings that were due in the measured time.</param>
/// <param name="Offered">Of those, readings of polls that took place.</param>
/// <param name="NotOffered">Of those, readings of polls that did not: the device was busy, unreachable or backing off.</param>
/// <param name="Failed">Of the offered, readings whose poll was begun and had no good answer.</param>
public sealed record OfferedReport(long Scheduled, long Offered, long NotOffered, long Failed);

/// <summary>What the generator reaches without the product.</summary>
/// <param name="Of">How it was measured, in a few words.</param>
/// <param name="ReadingsPerS">Readings a second.</param>
public sealed record GeneratorCeiling(string Of, double ReadingsPerS);

/// <summary>One step of the measured time.</summary>
public sealed record LoadSample
{
    /// <summary>End of the step, in seconds since the begin of the measured time.</summary>
    public required double At { get; init; }

    /// <summary>Readings a second that were due.</summary>
    public required double ScheduledPerS { get; init; }

    /// <summary>Readings a second of polls that took place.</summary>
    public required double OfferedPerS { get; init; }

    /// <summary>Readings a second that reached the end of the route.</summary>
    public required double DeliveredPerS { get; init; }

    /// <summary>Latency, from the intended time, of the readings that reached the end of the route in this step; null when none did.</summary>
    public LatencyReport? LatencyMs { get; init; }

    /// <summary>Cores this process kept busy.</summary>
    public required double CpuCores { get; init; }

    /// <summary>Cores the simulator kept busy.</summary>
    public required double SimulatorCpuCores { get; init; }

    /// <summary>Resident memory of this process, MiB.</summary>
    public required double RssMb { get; init; }

    /// <summary>Time this process stood still for the garbage collector, ms in this step.</summary>
    public required double GcPauseMs { get; init; }

    /// <summary>How full the fullest shard ring is, 0 to 1.</summary>
    public required double RingFill { get; init; }

    /// <summary>Bytes in the journal's files.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Readings in the journal that the sink has not taken; 0 without a sink.</summary>
    public required long LaneReadings { get; init; }

    /// <summary>Faults that devices' clients saw in this step: requests that timed out, were refused or answered wrongly.</summary>
    public required long Faults { get; init; }
}

/// <summary>A stage of a profile.</summary>
/// <param name="Name">Such as <c>ramp to 600,000/s</c>.</param>
/// <param name="From">Seconds since the begin of the measured time.</param>
/// <param name="To">The end, likewise.</param>
public sealed record LoadStage(string Name, double From, double To);

/// <summary>A fault on the time axis.</summary>
/// <param name="Fault">What it was.</param>
/// <param name="From">Seconds since the begin of the measured time.</param>
/// <param name="To">The end, likewise.</param>
/// <param name="Hits">Requests it hit.</param>
public sealed record FaultMark(FaultSpec Fault, double From, double To, long Hits);

/// <summary>A point of a cumulative distribution.</summary>
/// <param name="Share">Of the readings, 0 to 1.</param>
/// <param name="Ms">They took at most so long.</param>
public sealed record LatencyPoint(double Share, double Ms);

/// <summary>A pause for the garbage collector.</summary>
/// <param name="At">Seconds since the begin of the measured time.</param>
/// <param name="Ms">How long.</param>
/// <param name="Generation">0, 1 or 2.</param>
public sealed record GcPause(double At, double Ms, int Generation);
