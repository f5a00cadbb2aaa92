namespace HyperIngest.Protocols.OpcUa.Types;

/// <summary>From OPC UA's times to the product's and back: both count 100 ns, from 1601 and from year 1 (OPC 10000-6, 5.2.2.5).</summary>
public static class UaTime
{
    /// <summary>1601-01-01T00:00Z in UTC ticks.</summary>
    public const long EpochTicks = 504_911_232_000_000_000;

    // A picosecond field counts 10 ps, 0 to 9,999: half a tick of 100 ns is 5,000 of them.
    private const ushort HalfTick = 5_000;

    /// <summary>UTC ticks of a time on the wire; 0 and less is "no time", and what lies beyond year 9999 is the last tick there is.</summary>
    /// <param name="wire">100 ns since 1601.</param>
    /// <param name="tenPicoseconds">The picoseconds field, rounded into the ticks: 5,000 and up is one more.</param>
    public static long ToTicks(long wire, ushort tenPicoseconds = 0)
    {
        if (wire <= 0) return 0;
        if (wire >= DateTime.MaxValue.Ticks - EpochTicks) return DateTime.MaxValue.Ticks;
        return wire + EpochTicks + (tenPicoseconds >= HalfTick ? 1 : 0);
    }

    /// <summary>The time on the wire of UTC ticks; 0 for what is before 1601.</summary>
    public static long ToWire(long ticks) => Math.Max(0, ticks - EpochTicks);
}
