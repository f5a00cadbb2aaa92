using System.Globalization;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>PostgreSQL crashes, or is shut down, stays away for a while, and comes back.</summary>
internal sealed class KillPostgres(PostgresChaosSink sink) : IChaosFault
{
    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("kill-postgres", TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8));

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        bool crash = new Random(fault.Seed).Next(2) == 0;
        string noticed;
        await sink.Turn.WaitAsync(CancellationToken.None);
        try
        {
            await (crash ? sink.Server.KillAsync() : sink.Server.StopAsync());
            try
            {
                await stage.UntilAsync(seen => seen.Lanes.Any(l => l.Sink == sink.Name && l is { Healthy: false, LastError: not null }), $"a lane into {sink.Name} says that its server is away");
                noticed = (await stage.Node.LookAsync())?.Metric("hyperingest_delivery_lag_bytes", $"sink=\"{sink.Name}\"") is { } lag
                    ? string.Create(CultureInfo.InvariantCulture, $"{lag:N0} bytes behind")
                    : "the node was down too";
                await Task.Delay(fault.Lasts, hurry).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            finally
            {
                await sink.Server.RestartAsync(CancellationToken.None);
            }
        }
        finally
        {
            sink.Turn.Release();
        }
        TimeSpan behind = await stage.UntilAsync(seen => seen.HasCaughtUp(sink.Name), $"the lanes into {sink.Name} have caught up");
        return string.Create(CultureInfo.InvariantCulture,
            $"{(crash ? "crashed" : "shut down")} for {fault.Lasts.TotalSeconds:F1} s, {noticed}; caught up {behind.TotalSeconds:F1} s after its return");
    }
}
