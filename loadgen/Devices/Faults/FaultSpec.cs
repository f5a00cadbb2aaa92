namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>
/// One fault: what happens to which devices, when, how often, and when it is over. It applies to every device whose name matches; each request of such a device is hit when the fault
/// is in force and <see cref="Chance"/> or <see cref="Every"/> says so.
/// </summary>
public sealed record FaultSpec
{
    /// <summary>The misbehaviour.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>Device names, with <c>*</c> for any characters; default all devices.</summary>
    public string Devices { get; init; } = "*";

    /// <summary>Share of the requests that are hit, above 0 to 1, drawn from the plant's seed; default 1.</summary>
    public double Chance { get; init; } = 1;

    /// <summary>One request in this many of each device, 1 and up; default 1, every one.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Requests of each device that pass first, 0 and up; default 0.</summary>
    public long After { get; init; }

    /// <summary>From the fault's setting in force to its first hit; default at once. A plant file counts from the simulator's start, a profile from the begin of the measured time.</summary>
    public TimeSpan At { get; init; }

    /// <summary>How long it is in force; null for until it is cleared.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>With <see cref="For"/>: from one begin to the next, again and again; null for once.</summary>
    public TimeSpan? Repeat { get; init; }

    /// <summary>Requests of each device that are hit before the fault has expired for it; null for any number.</summary>
    public long? Requests { get; init; }

    /// <summary>For delay the least delay, for slow publish the delay, for trickle the pause between bytes, 0 to 10 min; default 1 ms.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>For delay: up to this much more, evenly drawn; default none.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>For exception: the Modbus exception code, 1 to 255; default 6, server device busy.</summary>
    public int ExceptionCode { get; init; } = 6;

    /// <summary>For oversize: bytes of the payload, 1 KiB to 256 MiB; default 5 MiB, more than a source of this product takes by default.</summary>
    public int Bytes { get; init; } = 5 << 20;

    /// <summary>For clock skew: how far ahead (or, negative, behind) the device's clock is.</summary>
    public TimeSpan Skew { get; init; }
}
