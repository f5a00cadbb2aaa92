using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>The faults that hit a device's requests, in the order they were set: the first in force that says so has the request, and those after it do not see it.</summary>
internal sealed class RequestFaults : IModbusFault
{
    private readonly TimeProvider _clock;
    private readonly DeviceFault[] _faults;
    private readonly bool _scheduled;

    public RequestFaults(TimeProvider clock, DeviceFault[] faults)
    {
        _clock = clock;
        _faults = faults;
        _scheduled = Array.Exists(faults, f => f.Fault.IsScheduled);
    }

    /// <inheritdoc/>
    public ModbusFaultAction Next(ReadOnlySpan<byte> request)
    {
        long timestamp = _scheduled ? _clock.GetTimestamp() : 0;
        foreach (DeviceFault fault in _faults)
        {
            if (fault.TryHit(timestamp, out ulong random)) return fault.ActionOf(random);
        }
        return default;
    }
}

/// <summary>The faults that close a port's connections.</summary>
internal sealed class PortFaults(TimeProvider clock, DeviceFault[] faults) : IModbusPortFault
{
    /// <inheritdoc/>
    public bool Refuses()
    {
        long timestamp = clock.GetTimestamp();
        foreach (DeviceFault fault in faults)
        {
            if (fault.TryHit(timestamp, out _)) return true;
        }
        return false;
    }
}

/// <summary>The faults that set a device's clock wrong: all that are in force, together.</summary>
internal sealed class ClockFaults(TimeProvider clock, DeviceFault[] faults)
{
    /// <summary>How far the clock is ahead now, in ticks of 100 ns; behind when negative.</summary>
    public long SkewTicks()
    {
        long timestamp = clock.GetTimestamp(), skew = 0;
        foreach (DeviceFault fault in faults)
        {
            if (fault.TryHit(timestamp, out _)) skew += fault.Fault.Spec.Skew.Ticks;
        }
        return skew;
    }
}

/// <summary>What a fault does with a message that is to be published.</summary>
/// <param name="Kind">The fault.</param>
/// <param name="Pause">For delay: how long.</param>
/// <param name="Bytes">For oversize: how large.</param>
/// <param name="Random">What made-up bytes are made from; the same in every run.</param>
internal readonly record struct MessageFault(FaultKind Kind, TimeSpan Pause, int Bytes, ulong Random);

/// <summary>The faults that hit a device's messages, in the order they were set: the first in force that says so has the message, and those after it do not see it.</summary>
internal sealed class MessageFaults(TimeProvider clock, DeviceFault[] faults)
{
    /// <summary>Whether the message that is to be published is hit.</summary>
    public bool TryHit(out MessageFault hit)
    {
        long timestamp = clock.GetTimestamp();
        foreach (DeviceFault fault in faults)
        {
            if (!fault.TryHit(timestamp, out ulong random)) continue;
            hit = fault.FaultOf(random);
            return true;
        }
        hit = default;
        return false;
    }
}
