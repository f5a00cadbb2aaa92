using System.Globalization;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>kill -9 of the node, and its start on the same journal.</summary>
internal sealed class KillNode : IChaosFault
{
    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("kill-node", TimeSpan.Zero, TimeSpan.Zero);

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        await stage.NodeTurn.WaitAsync(CancellationToken.None);
        try
        {
            long readings = (await stage.Node.LookAsync())?.Readings ?? 0;
            TimeSpan start;
            try
            {
                stage.Kills.Add(await stage.Node.KillAsync());
            }
            finally
            {
                start = await stage.Node.StartAsync();
            }
            return string.Create(CultureInfo.InvariantCulture, $"killed after {readings:N0} readings of this life; ready again after {start.TotalSeconds:F1} s");
        }
        finally
        {
            stage.NodeTurn.Release();
        }
    }
}
