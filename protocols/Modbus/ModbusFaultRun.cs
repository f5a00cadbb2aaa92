namespace HyperIngest.Protocols.Modbus;

/// <summary>One kind of fault on a run of requests: the first <see cref="After"/> requests pass, the next <see cref="Requests"/> are hit, then it has expired.</summary>
public sealed class ModbusFaultRun : IModbusFault
{
    // Requests seen so far. Added to by any connection of the unit with Interlocked.
    private long _seen;

    /// <summary>A fault of one kind.</summary>
    /// <param name="kind">The misbehaviour.</param>
    public ModbusFaultRun(ModbusFaultKind kind) => Kind = kind;

    /// <summary>The misbehaviour.</summary>
    public ModbusFaultKind Kind { get; }

    /// <summary>Requests that pass unharmed first; default 0.</summary>
    public long After { get; init; }

    /// <summary>Requests that are hit before the fault expires; default: it never does.</summary>
    public long Requests { get; init; } = long.MaxValue;

    /// <summary>For delay and trickle; default 1 ms.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>For exceptions; default <see cref="ModbusExceptionCode.ServerDeviceBusy"/>.</summary>
    public ModbusExceptionCode Exception { get; init; } = ModbusExceptionCode.ServerDeviceBusy;

    /// <summary>Seed of what is made up; the same seed makes the same bytes. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Requests hit so far.</summary>
    public long Hits => Math.Clamp(Volatile.Read(ref _seen) - After, 0, Requests);

    /// <summary>True once it will hit no more.</summary>
    public bool Expired => Hits == Requests;

    /// <inheritdoc/>
    public ModbusFaultAction Next(ReadOnlySpan<byte> request)
    {
        long seen = Interlocked.Increment(ref _seen) - 1;
        return seen < After || seen - After >= Requests
            ? default
            : new ModbusFaultAction(Kind, Pause, Exception, Seed + (ulong)seen);
    }
}
