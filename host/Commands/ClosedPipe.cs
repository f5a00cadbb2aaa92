namespace HyperIngest.Host.Commands;

/// <summary>Knows the failure of writing to a pipe whose reader is gone.</summary>
internal static class ClosedPipe
{
    // EPIPE, the same number on Linux and macOS.
    private const int Epipe = 32;

    /// <summary>Whether <paramref name="failure"/> is that failure.</summary>
    public static bool Is(IOException failure) => (failure.HResult & 0xFFFF) == Epipe || failure.HResult == Epipe;
}
