namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>
/// Whether the values of a simulator's OPC UA servers go on. Held, every variable shows what it was last sent with, so that no subscription has anything to say: what was due before the hold reaches its
/// clients, and the served counts stand. Any thread.
/// </summary>
internal sealed class ValueHold
{
    private long _since = long.MaxValue;

    /// <summary>Whether values that are due at a time, UTC ticks, no longer go on.</summary>
    public bool IsHeld(long ticks) => ticks >= Volatile.Read(ref _since);

    /// <summary>Since when they are held, UTC ticks; <see cref="long.MaxValue"/> while they go on.</summary>
    public long Since => Volatile.Read(ref _since);

    /// <summary>What is due at this time, UTC ticks, and later does not go on; a hold in force stays as it is.</summary>
    public void Begin(long ticks) => Interlocked.CompareExchange(ref _since, ticks, long.MaxValue);

    /// <summary>Values go on.</summary>
    public void End() => Volatile.Write(ref _since, long.MaxValue);
}
