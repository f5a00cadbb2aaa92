using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Simulation;

/// <summary>A fault that one request in every so many of a device meets, after the first few.</summary>
/// <param name="Kind">The misbehaviour.</param>
/// <param name="Every">One in this many, 1 and up.</param>
/// <param name="After">Requests that pass first.</param>
/// <param name="Pause">For delay and trickle.</param>
/// <param name="Exception">For exceptions.</param>
internal sealed record FaultOptions(ModbusFaultKind Kind, int Every, int After, TimeSpan Pause, ModbusExceptionCode Exception);

/// <summary>Puts <see cref="FaultOptions"/> to work on one unit.</summary>
internal sealed class PeriodicFault(FaultOptions options) : IModbusFault
{
    // Requests seen. Added to by any connection of the unit with Interlocked.
    private long _seen;

    /// <inheritdoc/>
    public ModbusFaultAction Next(ReadOnlySpan<byte> request)
    {
        long due = Interlocked.Increment(ref _seen) - options.After;
        return due <= 0 || due % options.Every != 0 ? default : new ModbusFaultAction(options.Kind, options.Pause, options.Exception, (ulong)due);
    }
}
