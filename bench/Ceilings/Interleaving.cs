namespace HyperIngest.Bench.Ceilings;

/// <summary>Runs a stage's contenders in turn, so that each round shows all of them on the same machine in the same minute.</summary>
internal static class Interleaving
{
    // Enough for a median that one disturbed round does not move.
    private const int LeastRounds = 5;

    // More rounds say no more; longer slices do.
    private const int MostRounds = 15;

    // The runtime compiles a method's last tier 100 ms after calls quieted down; these rounds count for nothing.
    private static readonly TimeSpan WarmUpSlice = TimeSpan.FromMilliseconds(150);
    private const int WarmUpRounds = 3;

    /// <summary>Measures a stage for about <paramref name="seconds"/>, at least five rounds.</summary>
    public static StageReport Measure(CeilingStage stage, double seconds)
    {
        IReadOnlyList<IContender> contenders = stage.Contenders;
        TimeSpan warmUp = WarmUpSlice < stage.ShortestSlice ? stage.ShortestSlice : WarmUpSlice;
        // A short run is a look, not a measurement: its warm-up is cut to match.
        if (warmUp.TotalSeconds > seconds / 4) warmUp = stage.ShortestSlice;
        for (int round = 0; round < WarmUpRounds; round++)
        {
            foreach (IContender contender in contenders) contender.Run(warmUp);
        }
        double room = seconds / contenders.Count / stage.ShortestSlice.TotalSeconds;
        int rounds = (int)Math.Clamp(room, LeastRounds, MostRounds);
        TimeSpan slice = TimeSpan.FromSeconds(Math.Max(seconds / contenders.Count / rounds, stage.ShortestSlice.TotalSeconds));
        List<ContenderSample>[] samples = [.. contenders.Select(_ => new List<ContenderSample>(rounds))];
        for (int round = 0; round < rounds; round++)
        {
            // Another contender first in each round: whoever follows the same neighbour every time inherits its caches.
            for (int i = 0; i < contenders.Count; i++)
            {
                int turn = (round + i) % contenders.Count;
                samples[turn].Add(contenders[turn].Run(slice));
            }
        }
        return new StageReport(stage, [.. contenders.Select((c, i) => new ContenderFigure(c.Name, samples[i]))]);
    }
}
