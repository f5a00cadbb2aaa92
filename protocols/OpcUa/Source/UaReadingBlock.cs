using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The readings of one message between its bytes and the ring, and what decoding it counted. Used again for every message.</summary>
internal sealed class UaReadingBlock
{
    // Most messages have fewer values; it grows by doubling.
    private Reading[] _readings = new Reading[256];

    /// <summary>Readings.</summary>
    public int Count { get; private set; }

    /// <summary>Of them, those that are in the ring.</summary>
    public int Done { get; set; }

    /// <summary>Whose notification it is, to be acknowledged; null for an answer to Read.</summary>
    public UaSubscription? Subscription { get; set; }

    /// <summary>The notification's number.</summary>
    public uint Sequence { get; set; }

    /// <summary>How many of its subscription's first marks it stands for, without a notification; 0 for a block of readings.</summary>
    public int Marks { get; set; }

    /// <summary>Of those, the ones in the ring.</summary>
    public int MarksDone { get; set; }

    /// <summary>Readings with a bad status.</summary>
    public int Bad { get; private set; }

    /// <summary>Values that do not fit their series.</summary>
    public int Unfit { get; set; }

    /// <summary>Values that are no readings.</summary>
    public int Skipped { get; set; }

    /// <summary>Texts there was no room for.</summary>
    public int TextsRefused { get; set; }

    /// <summary>Values with the overflow bit.</summary>
    public int Overflows { get; set; }

    /// <summary>When its message came, UTC ticks.</summary>
    public long ArrivedTicks { get; set; }

    /// <summary>What is not in the ring yet.</summary>
    public ReadOnlySpan<Reading> Rest => _readings.AsSpan(Done, Count - Done);

    /// <summary>Adds a reading.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Reading reading)
    {
        Reading[] readings = _readings;
        int at = Count;
        if ((uint)at >= (uint)readings.Length) readings = Grow();
        readings[at] = reading;
        Count = at + 1;
    }

    /// <summary>Adds a reading with a bad status.</summary>
    public void AddBad(in Reading reading)
    {
        Add(reading);
        Bad++;
    }

    /// <summary>The first readings are in the journal already.</summary>
    public void SkipFirst(int readings) => Done = Math.Min(readings, Count);

    /// <summary>Forgets all of it.</summary>
    public void Clear()
    {
        Count = Done = Bad = Unfit = Skipped = TextsRefused = Overflows = Marks = MarksDone = 0;
        Subscription = null;
        ArrivedTicks = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Reading[] Grow()
    {
        Array.Resize(ref _readings, 2 * _readings.Length);
        return _readings;
    }
}

/// <summary>The blocks of a source's devices that nobody uses now. Any thread.</summary>
/// <param name="devices">Devices of the source: servers that all sample on the full second publish together, and where rings are full a block of each waits.</param>
internal sealed class UaBlockPool(int devices)
{
    // For a few devices with many requests under way each. A block of 10,000 readings is 512 KiB.
    private const int LeastIdle = 64;

    private readonly int _mostIdle = Math.Max(LeastIdle, devices);
    private readonly ConcurrentQueue<UaReadingBlock> _idle = new();

    /// <summary>An empty block.</summary>
    public UaReadingBlock Rent() => _idle.TryDequeue(out UaReadingBlock? block) ? block : new UaReadingBlock();

    /// <summary>Gives a block back.</summary>
    public void Return(UaReadingBlock block)
    {
        block.Clear();
        if (_idle.Count < _mostIdle) _idle.Enqueue(block);
    }
}
