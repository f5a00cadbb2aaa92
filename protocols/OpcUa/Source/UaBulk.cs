namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>Calls for many items: in parts of what the server takes at once, a few parts under way together, halved where the server finds one too large after all.</summary>
internal static class UaBulk
{
    // One being made here, one on its way, one at work in the server, one coming back.
    private const int AtOnce = 4;

    /// <summary>Does all parts; the first failure is thrown when those under way are over.</summary>
    /// <param name="count">Items.</param>
    /// <param name="most">Items a call.</param>
    /// <param name="call">Does one part: from, count.</param>
    public static async Task RunAsync(int count, int most, Func<int, int, Task> call)
    {
        int next = 0;
        Task[] runners = new Task[Math.Min(AtOnce, (count + most - 1) / most)];
        for (int i = 0; i < runners.Length; i++) runners[i] = RunnerAsync();
        await Task.WhenAll(runners).ConfigureAwait(false);

        async Task RunnerAsync()
        {
            while (true)
            {
                int from = Interlocked.Add(ref next, most) - most;
                if (from >= count) return;
                await HalvedAsync(from, Math.Min(most, count - from), call).ConfigureAwait(false);
            }
        }
    }

    private static async Task HalvedAsync(int from, int count, Func<int, int, Task> call)
    {
        try
        {
            await call(from, count).ConfigureAwait(false);
            return;
        }
        catch (UaException tooLarge) when (count > 1 && UaRefusals.IsTooLarge(tooLarge.Status))
        {
            // Less at once, below.
        }
        await HalvedAsync(from, count / 2, call).ConfigureAwait(false);
        await HalvedAsync(from + (count / 2), count - (count / 2), call).ConfigureAwait(false);
    }
}
