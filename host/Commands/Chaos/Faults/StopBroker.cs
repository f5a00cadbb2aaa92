using System.Globalization;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>The broker goes down, stays away for a while, and comes back with all it had.</summary>
internal sealed class StopBroker(KafkaChaosSink sink) : IChaosFault
{
    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("stop-broker", TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8));

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        await sink.Turn.WaitAsync(CancellationToken.None);
        try
        {
            await sink.Broker.StopListeningAsync();
            try
            {
                await stage.UntilAsync(seen => seen.Lanes.Any(l => l.Sink == sink.Name && l is { Healthy: false, LastError: not null }), $"a lane into {sink.Name} says that its broker is away");
                await Task.Delay(fault.Lasts, hurry).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            finally
            {
                sink.Broker.StartListening();
            }
        }
        finally
        {
            sink.Turn.Release();
        }
        TimeSpan behind = await stage.UntilAsync(seen => seen.HasCaughtUp(sink.Name), $"the lanes into {sink.Name} have caught up");
        return string.Create(CultureInfo.InvariantCulture, $"away until it was noticed and {fault.Lasts.TotalSeconds:F1} s more; caught up {behind.TotalSeconds:F1} s after its return");
    }
}
