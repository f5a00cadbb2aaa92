using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>One fault on one device (for refuse: on one port): counts what it has seen and says whom it hits.</summary>
/// <param name="fault">The fault.</param>
/// <param name="seed">Of plant, device and fault together: what is drawn and made up is a function of it and the request's number.</param>
internal sealed class DeviceFault(ActiveFault fault, ulong seed)
{
    private readonly FaultSpec _spec = fault.Spec;
    private readonly ModbusFaultKind _kind = KindOf(fault.Spec.Kind);
    private readonly long _most = fault.Spec.Requests ?? long.MaxValue;

    // Requests seen while in force, and those hit. Any connection of the device adds with Interlocked; hits may run past _most by as many as asked at once.
    private long _seen;
    private long _hits;

    /// <summary>The fault.</summary>
    public ActiveFault Fault => fault;

    /// <summary>Hits so far.</summary>
    public long Hits => Math.Min(Volatile.Read(ref _hits), _most);

    /// <summary>Whether it has hit as often as it may.</summary>
    public bool IsSpent => Volatile.Read(ref _hits) >= _most;

    /// <summary>Whether the request (or connection) that has just come is hit.</summary>
    /// <param name="timestamp">The clock's timestamp; of no matter when the fault is not scheduled.</param>
    /// <param name="random">What this hit may make up from; the same in every run.</param>
    public bool TryHit(long timestamp, out ulong random)
    {
        random = 0;
        if (!fault.IsInForce(timestamp) || IsSpent) return false;
        long due = Interlocked.Increment(ref _seen) - _spec.After;
        if (due <= 0 || due % _spec.Every != 0) return false;
        random = VerifiableSequence.ValueAt(seed, (ulong)due, 64);
        return (_spec.Chance >= 1 || Fraction(random) < _spec.Chance) && Interlocked.Increment(ref _hits) <= _most;
    }

    /// <summary>What it does with a request that was hit.</summary>
    public ModbusFaultAction ActionOf(ulong random)
    {
        TimeSpan pause = PauseOf(random, out ulong other);
        return new ModbusFaultAction(_kind, pause, (ModbusExceptionCode)_spec.ExceptionCode, other);
    }

    /// <summary>What it does with a message that was hit.</summary>
    public MessageFault FaultOf(ulong random)
    {
        TimeSpan pause = PauseOf(random, out ulong other);
        return new MessageFault(_spec.Kind, pause, _spec.Bytes, other);
    }

    private TimeSpan PauseOf(ulong random, out ulong other)
    {
        // The draw was made from the number itself; the jitter has one of its own, or only early draws would be seen.
        other = VerifiableSequence.ValueAt(~seed, random, 64);
        return _spec.Jitter == TimeSpan.Zero ? _spec.Pause : _spec.Pause + (Fraction(other) * _spec.Jitter);
    }

    private static double Fraction(ulong random) => (random >> 11) * (1.0 / (1UL << 53));

    private static ModbusFaultKind KindOf(FaultKind kind) => kind switch
    {
        FaultKind.Drop => ModbusFaultKind.Drop,
        FaultKind.Silence => ModbusFaultKind.Silence,
        FaultKind.Delay => ModbusFaultKind.Delay,
        FaultKind.Exception => ModbusFaultKind.Exception,
        FaultKind.WrongTransactionId => ModbusFaultKind.WrongTransactionId,
        FaultKind.WrongUnit => ModbusFaultKind.WrongUnit,
        FaultKind.Truncated => ModbusFaultKind.Truncated,
        FaultKind.ShortPayload => ModbusFaultKind.ShortPayload,
        FaultKind.LongPayload => ModbusFaultKind.LongPayload,
        FaultKind.ExtraBytes => ModbusFaultKind.ExtraBytes,
        FaultKind.Garbage => ModbusFaultKind.Garbage,
        FaultKind.BitFlips => ModbusFaultKind.BitFlips,
        FaultKind.Trickle => ModbusFaultKind.Trickle,
        FaultKind.Duplicate => ModbusFaultKind.Repeat,
        FaultKind.OutOfOrder => ModbusFaultKind.OutOfOrder,

        // Nothing that a single answer shows: a port's doing, and a clock's.
        _ => ModbusFaultKind.None,
    };
}
