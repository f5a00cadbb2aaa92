using System.Globalization;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.LoadGen.Profiles;

/// <summary>What a load run must keep to pass. Where nothing is given the four counts must be 0, and next to nothing of what was due may be missing: a run cannot pass by offering less.</summary>
public sealed record LoadThresholds
{
    /// <summary>Share of the scheduled readings that may be missing where nothing else is said.</summary>
    public const double DefaultShare = 0.001;

    /// <summary>Most latency of half the readings, ms; null for any.</summary>
    public double? P50Ms { get; init; }

    /// <summary>Most latency of 99 %, ms; null for any.</summary>
    public double? P99Ms { get; init; }

    /// <summary>Most latency of 99.9 %, ms; null for any.</summary>
    public double? P999Ms { get; init; }

    /// <summary>Most latency of all, ms; null for any.</summary>
    public double? MaxMs { get; init; }

    /// <summary>Most readings lost; default 0.</summary>
    public long Lost { get; init; }

    /// <summary>Most readings duplicated; default 0.</summary>
    public long Duplicated { get; init; }

    /// <summary>Most readings out of order; default 0.</summary>
    public long Reordered { get; init; }

    /// <summary>Most readings altered; default 0.</summary>
    public long Altered { get; init; }

    /// <summary>Least readings a second that reach the end of the route; null for any.</summary>
    public double? MinRate { get; init; }

    /// <summary>Most of the scheduled readings that were not offered, a share; default 0.001.</summary>
    public double MaxNotOffered { get; init; } = DefaultShare;

    /// <summary>Most of the offered readings that got no good answer, a share; null for 0.001, or with faults for any.</summary>
    public double? MaxFailed { get; init; }

    /// <summary>Most resident memory, MiB; null for any.</summary>
    public double? RssMb { get; init; }

    /// <summary>Most cores kept busy by the product, the simulator's not included; null for any.</summary>
    public double? CpuCores { get; init; }

    /// <summary>Most bytes allocated a reading; null for any.</summary>
    public double? AllocBytes { get; init; }

    /// <summary>The promises, and whether the run kept them.</summary>
    /// <param name="outcome">What the run showed.</param>
    public IEnumerable<PromiseReport> Judge(LoadOutcome outcome)
    {
        LoadReport report = outcome.Report;
        OfferedReport offered = outcome.Offered;
        yield return AtLeast("seconds run", Math.Floor(outcome.PlannedSeconds * 1000) / 1000, report.Seconds);
        yield return AtMost("lost", Lost, report.Lost);
        yield return AtMost("duplicated", Duplicated, report.Duplicated);
        yield return AtMost("reordered", Reordered, report.Reordered);
        yield return AtMost("altered", Altered, report.Altered);
        // A verifier that found nothing to look at has proved nothing.
        yield return AtLeast("verified readings", Math.Max(1, outcome.Journalled), outcome.Verified);
        yield return AtMost("not offered, share", MaxNotOffered, ShareOf(offered.NotOffered, offered.Scheduled));
        if (MaxFailed is { } failed || (!outcome.HasFaults && (failed = DefaultShare) > 0)) yield return AtMost("failed, share", failed, ShareOf(offered.Failed, offered.Offered));
        if (MinRate is { } rate) yield return AtLeast("readings/s delivered", rate, report.ReadingsPerS);
        // Nothing delivered has no latency, and keeps no promise about it.
        double Latency(double ms) => report.Readings > 0 ? ms : double.MaxValue;
        if (P50Ms is { } p50) yield return AtMost("latency p50 ms", p50, Latency(report.LatencyMs.P50));
        if (P99Ms is { } p99) yield return AtMost("latency p99 ms", p99, Latency(report.LatencyMs.P99));
        if (P999Ms is { } p999) yield return AtMost("latency p99.9 ms", p999, Latency(report.LatencyMs.P999));
        if (MaxMs is { } max) yield return AtMost("latency max ms", max, Latency(report.LatencyMs.Max));
        if (RssMb is { } rss) yield return AtMost("resident MiB", rss, report.RssMb);
        if (CpuCores is { } cores) yield return AtMost("cores", cores, report.CpuCores);
        if (AllocBytes is { } bytes) yield return AtMost("allocated bytes a reading", bytes, report.AllocatedBytesPerReading);
    }

    // Nothing scheduled is nothing offered.
    private static double ShareOf(long part, long whole) => whole == 0 ? 1 : part / (double)whole;

    // Shares want more digits than other promises have.
    private static PromiseReport AtMost(string name, double limit, double actual) => new(name, Bound("<=", limit), Rounded(actual), actual <= limit);

    private static PromiseReport AtLeast(string name, double limit, double actual) => new(name, Bound(">=", limit), Rounded(actual), actual >= limit);

    private static double Rounded(double value) => Math.Abs(value) < 1e9 ? Math.Round(value, 6) : value;

    private static string Bound(string sign, double limit) => string.Create(CultureInfo.InvariantCulture, $"{sign} {limit:0.######}");
}

/// <summary>What thresholds are held against.</summary>
/// <param name="Report">Counts, rates, latency and resources.</param>
/// <param name="Offered">What was due, and what became of it.</param>
/// <param name="PlannedSeconds">Length of the profile.</param>
/// <param name="Journalled">Good readings of verifiable series in the journal at the end.</param>
/// <param name="Verified">Of those, found by the verifier.</param>
/// <param name="HasFaults">Whether the profile has devices misbehave.</param>
public sealed record LoadOutcome(LoadReport Report, OfferedReport Offered, double PlannedSeconds, long Journalled, long Verified, bool HasFaults);
