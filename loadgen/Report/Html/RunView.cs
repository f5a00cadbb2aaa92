using HyperIngest.LoadGen.Report.Html.Charts;

namespace HyperIngest.LoadGen.Report.Html;

/// <summary>A run on the page: its name there, its marks on the time axis, and figures that are told in several places.</summary>
internal sealed class RunView
{
    /// <summary>The run on a page of its own, or as <paramref name="letter"/> beside another.</summary>
    public RunView(LoadRun run, string letter, TimeScale time)
    {
        Run = run;
        Letter = letter;
        Id = letter.Length > 0 ? letter.ToLowerInvariant() : "run";
        Marks = new TimeMarks(Id, run, time);
    }

    /// <summary>The run.</summary>
    public LoadRun Run { get; }

    /// <summary>A or B; empty on a page of its own.</summary>
    public string Letter { get; }

    /// <summary>The same, for ids in the page.</summary>
    public string Id { get; }

    /// <summary>Letter and name; empty on a page of its own.</summary>
    public string Heading => Letter.Length > 0 ? $"{Letter} \u00B7 {Run.Name}" : "";

    /// <summary>Its stages and faults.</summary>
    public TimeMarks Marks { get; }

    /// <summary>Share of the scheduled readings whose polls did not take place; no number when none was scheduled.</summary>
    public double NotOfferedShare => (double)Run.Offered.NotOffered / Run.Offered.Scheduled;

    /// <summary>Readings a second that were due, over the whole time.</summary>
    public double ScheduledPerS => Run.Offered.Scheduled / Run.Report.Seconds;

    /// <summary>Most that was due in any step, a second.</summary>
    public double MostScheduledPerS => Run.Samples.Count > 0 ? Run.Samples.Max(s => s.ScheduledPerS) : ScheduledPerS;

    /// <summary>Time the collector held the process, ms.</summary>
    public double PausedMs => Run.Pauses.Sum(p => p.Ms);

    /// <summary>Latency from the intended time that <paramref name="share"/> of the readings did not exceed, ms; no number without readings.</summary>
    public double LatencyMs(double share) => Run.Latency.FirstOrDefault(p => p.Share >= share)?.Ms ?? (Run.Latency.Count > 0 ? Run.Latency[^1].Ms : double.NaN);

    /// <summary>The end of its time axis: all samples, stages and faults lie before it.</summary>
    public static double Length(LoadRun run) => Math.Max(run.Report.Seconds, run.Samples.Count > 0 ? run.Samples[^1].At : 0);
}
