namespace HyperIngest.LoadGen.Devices;

/// <summary>How good a simulated value is, whatever the protocol says it with.</summary>
public enum SimulatedQuality
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>The value stands still where it was when the quality changed: the last usable one.</summary>
    Uncertain,

    /// <summary>There is no value.</summary>
    Bad,
}

/// <summary>
/// Good, then uncertain, then bad, and over again: a function of the device's clock. Each device starts at a place of its own in it; its tags with the same cycle go through it together.
/// </summary>
/// <param name="Good">How long it is good.</param>
/// <param name="Uncertain">How long it is uncertain, 0 for never.</param>
/// <param name="Bad">How long it is bad, 0 for never.</param>
public sealed record QualityCycle(TimeSpan Good, TimeSpan Uncertain = default, TimeSpan Bad = default)
{
    /// <summary>Once around.</summary>
    public TimeSpan Length => Good + Uncertain + Bad;

    /// <summary>The quality at a time.</summary>
    /// <param name="key">The device's.</param>
    /// <param name="ticks">The device's clock, UTC ticks.</param>
    /// <param name="valueTicks">The time whose value is shown then: the same, or when it became uncertain.</param>
    public SimulatedQuality At(ulong key, long ticks, out long valueTicks)
    {
        valueTicks = ticks;
        long length = Length.Ticks;
        long place = (ticks + (long)(key % (ulong)length)) % length;
        if (place < Good.Ticks) return SimulatedQuality.Good;
        valueTicks = ticks - (place - Good.Ticks);
        return place < Good.Ticks + Uncertain.Ticks ? SimulatedQuality.Uncertain : SimulatedQuality.Bad;
    }
}
