using System.Diagnostics;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>What faults happen to: the node, the simulated plant, the sinks.</summary>
internal sealed class ChaosStage(ChaosNode node, SimulatorProcess simulator, Plant plant) : IDisposable
{
    // Far beyond what a busy machine takes to mend anything here.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly SemaphoreSlim _simulatorTurn = new(1);

    /// <summary>The node.</summary>
    public ChaosNode Node => node;

    /// <summary>The plant.</summary>
    public Plant Plant => plant;

    /// <summary>Moments after which a killed node was gone. Added to by the fault that has the node (<see cref="NodeTurn"/>).</summary>
    public List<DateTime> Kills { get; } = [];

    /// <summary>Held by the one fault that may start and stop the node.</summary>
    public SemaphoreSlim NodeTurn { get; } = new(1);

    /// <summary>Asks the simulator, which takes one command at a time.</summary>
    public async Task<T> AskSimulatorAsync<T>(Func<SimulatorProcess, Task<T>> ask)
    {
        await _simulatorTurn.WaitAsync();
        try
        {
            return await ask(simulator);
        }
        finally
        {
            _simulatorTurn.Release();
        }
    }

    /// <summary>
    /// Waits until the node shows that <paramref name="holds"/>. A node that is being restarted by another fault is asked again when it is back. Returns how long it took.
    /// </summary>
    /// <exception cref="ChaosException">It did not in a minute and a half.</exception>
    public async Task<TimeSpan> UntilAsync(Func<NodeSnapshot, bool> holds, string claim)
    {
        NodeSnapshot? last = null;
        return await UntilAsync(
            async () =>
            {
                if (await node.LookAsync() is not { } seen) return false;
                last = seen;
                return holds(seen);
            },
            claim,
            () => $"the node was last seen {last?.ToString() ?? "never"}");
    }

    /// <summary>Waits until the simulator shows that <paramref name="holds"/>.</summary>
    /// <exception cref="ChaosException">It did not in a minute and a half.</exception>
    public async Task<TimeSpan> UntilAsync(Func<SimulatorStats, bool> holds, string claim)
    {
        SimulatorStats? last = null;
        return await UntilAsync(async () => holds(last = await AskSimulatorAsync(s => s.StatsAsync(CancellationToken.None))), claim, () => $"the simulator was last seen {last}");
    }

    private static async Task<TimeSpan> UntilAsync(Func<Task<bool>> holds, string claim, Func<string> lastSeen)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new ChaosException($"not within {Patience.TotalSeconds:0} s: {claim}; {lastSeen()}");
            await Task.Delay(Pause);
        }
        return Stopwatch.GetElapsedTime(began);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NodeTurn.Dispose();
        _simulatorTurn.Dispose();
    }
}
