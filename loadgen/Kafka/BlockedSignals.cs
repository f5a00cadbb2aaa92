using System.Runtime.InteropServices;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// Blocks every signal on the calling thread until it is disposed of, on the same thread. What native code starts meanwhile inherits that: threads that know nothing of this process' signals
/// must not be interrupted by them.
/// </summary>
internal readonly unsafe ref partial struct BlockedSignals : IDisposable
{
    // sigset_t is 128 bytes in glibc and musl.
    private const int SetBytes = 128;

    // SIG_SETMASK of Linux.
    private const int SetMask = 2;

    private readonly Mask _before;

    private BlockedSignals(Mask before) => _before = before;

    /// <summary>Blocks them; does nothing but on Linux.</summary>
    public static BlockedSignals All()
    {
        Mask before = default;
        if (!OperatingSystem.IsLinux()) return new BlockedSignals(before);
        Mask all;
        new Span<byte>(&all, SetBytes).Fill(0xFF);
        _ = SignalMask(SetMask, &all, &before);
        return new BlockedSignals(before);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!OperatingSystem.IsLinux()) return;
        Mask before = _before;
        _ = SignalMask(SetMask, &before, null);
    }

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int SignalMask(int how, Mask* set, Mask* before);

    [StructLayout(LayoutKind.Sequential, Size = SetBytes)]
    private struct Mask;
}
