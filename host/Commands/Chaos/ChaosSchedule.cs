namespace HyperIngest.Host.Commands.Chaos;

/// <summary>Draws the faults of a run: in rounds that have every kind once, in another order each round, so that a short run misses few of them and a long one none.</summary>
internal static class ChaosSchedule
{
    // Time for polls, connections and lanes to come up before the first fault.
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);

    // From one fault to the next: shorter than most faults take to be mended, so that they meet each other, and now and then long enough that all is well in between.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The faults that begin within <paramref name="length"/>, by time. The same arguments give the same faults.</summary>
    public static IReadOnlyList<ScheduledFault> Draw(int seed, TimeSpan length, IReadOnlyList<FaultKind> kinds)
    {
        if (kinds.Count == 0) throw new ArgumentException("A schedule needs at least one kind of fault.", nameof(kinds));
        Random random = new(seed);
        List<ScheduledFault> faults = [];
        FaultKind[] round = [.. kinds];
        TimeSpan at = Warmup + Between(random, ShortestPause, LongestPause);
        for (int i = 0; at < length; i++)
        {
            if (i % round.Length == 0) random.Shuffle(round);
            FaultKind kind = round[i % round.Length];
            faults.Add(new ScheduledFault(at, kind.Name, Between(random, kind.Shortest, kind.Longest), random.Next()));
            at += Between(random, ShortestPause, LongestPause);
        }
        return faults;
    }

    // Whole milliseconds: what a person can read and type.
    private static TimeSpan Between(Random random, TimeSpan shortest, TimeSpan longest) =>
        TimeSpan.FromMilliseconds(random.NextInt64((long)shortest.TotalMilliseconds, (long)longest.TotalMilliseconds + 1));
}
