using System.Diagnostics;

namespace HyperIngest.Tests.Unit.Journal;

/// <summary>Waits for what another thread brings about.</summary>
internal static class Waiting
{
    // Far beyond what any of these conditions takes on a loaded machine; reached only when the claim is false.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static void Until(Func<bool> condition, string claim)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Longest, $"not within {Longest.TotalSeconds} s: {claim}");
            Thread.Sleep(1);
        }
    }
}
