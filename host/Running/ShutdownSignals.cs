using System.Runtime.InteropServices;

namespace HyperIngest.Host.Running;

/// <summary>
/// SIGTERM, SIGINT (Ctrl-C) and SIGHUP: the first asks the program to end in order, the second ends it at once with <see cref="ExitCode.Interrupted"/>.
/// </summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly Action<int> _exit;
    private readonly PosixSignalRegistration[] _registrations;

    // Signals so far; changed by the runtime's signal thread with Interlocked.
    private int _count;

    /// <summary>Begins to listen; <paramref name="exit"/> ends the process.</summary>
    public ShutdownSignals(Action<int> exit)
    {
        _exit = exit;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, On),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, On),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, On),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>One signal; public to the tests, which cannot send themselves one.</summary>
    internal void Count()
    {
        if (Interlocked.Increment(ref _count) == 1) _requested.Cancel();
        else _exit(ExitCode.Interrupted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _requested.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        Count();
    }
}
