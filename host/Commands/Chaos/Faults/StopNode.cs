using System.Globalization;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>SIGTERM to the node, which must drain and end with code 0, and its start on the same journal.</summary>
internal sealed class StopNode : IChaosFault
{
    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("stop-node", TimeSpan.Zero, TimeSpan.Zero);

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        await stage.NodeTurn.WaitAsync(CancellationToken.None);
        try
        {
            TimeSpan drain, start;
            try
            {
                drain = await stage.Node.DrainAsync();
            }
            finally
            {
                start = await stage.Node.StartAsync();
            }
            return string.Create(CultureInfo.InvariantCulture, $"ended with code 0 after {drain.TotalSeconds:F1} s; ready again after {start.TotalSeconds:F1} s");
        }
        finally
        {
            stage.NodeTurn.Release();
        }
    }
}
