using HyperIngest.Core;
using HyperIngest.Host.Running;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>A sink new to a plant first takes over its series, while the journal takes the readings: what is measured begins when it has caught up.</summary>
internal static class SinkSettling
{
    // The lag is known to a second: below two, a sink keeps up.
    private const double MostLagSeconds = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Whether every lane has delivered and keeps up.</summary>
    public static bool KeepsUp(PipelineView view) => view.Status().Lanes.All(l => l.Delivered > 0 && l.LagSeconds < MostLagSeconds);

    /// <summary>Waits until <paramref name="settled"/>; after two minutes it says how far behind each lane is and waits no longer.</summary>
    public static async Task WaitAsync(Pipeline pipeline, PipelineView view, Func<bool> settled, DemoProgress progress, CancellationToken cancellationToken)
    {
        for (int second = 0; !settled(); second++)
        {
            if (second == 0) progress.Phase("settle: the sink takes over the series and catches up");
            if (second >= Limit.TotalSeconds)
            {
                progress.Phase($"the sink has not caught up in {Limit.TotalSeconds:0} s: {string.Join("; ", pipeline.Lanes.Select(l => $"lane {l.Status.Shard} {l.Status.State}, {l.Status.LagReadings:N0} readings behind {l.Status.Reason}"))}");
                return;
            }
            await progress.WatchAsync(view, TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}
