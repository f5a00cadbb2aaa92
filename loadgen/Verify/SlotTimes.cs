using System.Runtime.CompilerServices;

namespace HyperIngest.LoadGen.Verify;

/// <summary>
/// One 32-bit slot for every reading that was answered: 0 while it has not been seen, then its time in steps of 10 us, with the top bit for one that
/// arrived late. 31 bits reach 5.9 hours; times outside keep to the end they are beyond, so that order is still right except among themselves.
/// </summary>
internal sealed class SlotTimes
{
    public const uint LateFlag = 0x8000_0000;
    private const uint MaxStep = 0x7FFF_FFFF;
    private const long TicksPerStep = 100;

    // 64 MiB a chunk: memory that no reading touches is never committed, and no array comes near its size limit.
    private const int ChunkShift = 24;
    private const int ChunkSize = 1 << ChunkShift;

    private readonly uint[][] _chunks;

    // Ticks of step 0. Written once, by whichever lane sees the first reading, with an interlocked exchange.
    private long _originTicks;

    public SlotTimes(long slots)
    {
        _chunks = new uint[(slots + ChunkSize - 1) >> ChunkShift][];
        for (int i = 0; i < _chunks.Length; i++) _chunks[i] = new uint[Math.Min(ChunkSize, slots - ((long)i << ChunkShift))];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref uint At(long slot) => ref _chunks[slot >> ChunkShift][slot & (ChunkSize - 1)];

    /// <summary>A time as the slots keep it, 1 and up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint StepOf(long ticks)
    {
        long origin = Volatile.Read(ref _originTicks);
        if (origin == 0) origin = SetOrigin(ticks);
        return (uint)Math.Clamp((ticks - origin) / TicksPerStep, 1, MaxStep);
    }

    /// <summary>The time of a slot that has been seen.</summary>
    public DateTime TimeOf(uint slot) => new(Volatile.Read(ref _originTicks) + ((slot & ~LateFlag) * TicksPerStep), DateTimeKind.Utc);

    // An hour before the first reading seen, because a table is not read in order of time.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SetOrigin(long ticks)
    {
        long origin = Math.Max(1, ticks - TimeSpan.TicksPerHour);
        long known = Interlocked.CompareExchange(ref _originTicks, origin, 0);
        return known != 0 ? known : origin;
    }
}
