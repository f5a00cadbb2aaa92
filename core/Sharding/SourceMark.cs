using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Sharding;

/// <summary>
/// How far a source has taken one partition of its upstream: a Kafka offset, the number of a message. It travels through the ring in the slot in front of the readings it stands
/// for and lands in the same record of the journal, so that after a kill the two are there together or not at all.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
public readonly struct SourceMark : IEquatable<SourceMark>
{
    /// <summary>Size of a mark in the ring and in the journal: a reading's, whose place it takes.</summary>
    public const int SizeInBytes = Reading.SizeInBytes;

    // Stands where a reading has its series, which is never negative.
    private const int NoSeries = int.MinValue;

    [FieldOffset(0)] private readonly int _noSeries;

    /// <summary>The partition of the upstream; 0 where it has none.</summary>
    [FieldOffset(4)] public readonly int Partition;

    /// <summary>The upstream: <see cref="SourceOf"/> its stable name, such as <c>kafka-in/topic</c>.</summary>
    [FieldOffset(8)] public readonly ulong Source;

    /// <summary>Where the source would go on: all before it has been taken. 0 or more; what it counts is the source's affair.</summary>
    [FieldOffset(16)] public readonly long Position;

    // Readings behind it in the ring; 0 in the journal, where the record holds them together.
    [FieldOffset(24)] internal readonly int Readings;

    /// <summary>A mark at <paramref name="position"/> of a partition.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative.</exception>
    public SourceMark(ulong source, int partition, long position)
        : this(source, partition, position, readings: 0) => ArgumentOutOfRangeException.ThrowIfNegative(position);

    private SourceMark(ulong source, int partition, long position, int readings)
    {
        _noSeries = NoSeries;
        Partition = partition;
        Source = source;
        Position = position;
        Readings = readings;
    }

    /// <summary>The number of a source's stable name: FNV-1a, 64 bits, over its UTF-8. Another name is another source, which has taken nothing yet.</summary>
    public static ulong SourceOf(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 1099511628211;
        return hash;
    }

    /// <inheritdoc/>
    public bool Equals(SourceMark other) => Source == other.Source && Partition == other.Partition && Position == other.Position;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SourceMark other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Source, Partition, Position);

    /// <summary>Whether both say the same of the same partition.</summary>
    public static bool operator ==(SourceMark left, SourceMark right) => left.Equals(right);

    /// <summary>Whether they do not.</summary>
    public static bool operator !=(SourceMark left, SourceMark right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"source 0x{Source:X16}, partition {Partition}, position {Position}";

    /// <summary>The mark in front of so many readings, as a slot of the ring.</summary>
    internal Reading InFrontOf(int readings)
    {
        SourceMark mark = new(Source, Partition, Position, readings);
        return Unsafe.BitCast<SourceMark, Reading>(mark);
    }

    /// <summary>As it stands in the journal.</summary>
    internal SourceMark Journalled() => new(Source, Partition, Position, readings: 0);

    internal bool IsOfSamePartition(in SourceMark other) => Source == other.Source && Partition == other.Partition;

    internal static bool IsIn(in Reading slot) => slot.SeriesId == NoSeries;

    /// <summary>The mark in a slot that <see cref="IsIn"/> says holds one.</summary>
    internal static ref readonly SourceMark In(ref readonly Reading slot) => ref Unsafe.As<Reading, SourceMark>(ref Unsafe.AsRef(in slot));

    /// <summary>Slots in front of the first mark; all of them when there is none.</summary>
    internal static int SlotsBefore(ReadOnlySpan<Reading> slots)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            if (IsIn(in slots[i])) return i;
        }
        return slots.Length;
    }
}
