using System.Diagnostics;

namespace HyperIngest.Tests;

/// <summary>Waits for a condition; the limit only ends a test that would fail.</summary>
internal static class Eventually
{
    // Far beyond what any condition takes on a loaded machine.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Waits until <paramref name="condition"/> holds; <paramref name="claim"/> says what, if it never does.</summary>
    public static Task IsTrue(Func<bool> condition, string claim) => IsTrue(() => Task.FromResult(condition()), claim);

    /// <summary>The same for a condition that is asked elsewhere: a database, a node's status.</summary>
    public static async Task IsTrue(Func<Task<bool>> condition, string claim)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Longest) Assert.Fail($"Not within {Longest.TotalSeconds} s: {claim}");
            await Task.Delay(2);
        }
    }
}
