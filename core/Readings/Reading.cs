using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HyperIngest.Core.Readings;

/// <summary>
/// One value of one series at one moment: 32 bytes, no references, the same for every protocol. Everything that does not
/// change from reading to reading (device, tag, unit, kind of value) stands once in the <see cref="SeriesCatalog"/>.
/// The layout is the journal's on-disk layout (little-endian); changing it is a format change.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
public readonly struct Reading : IEquatable<Reading>
{
    /// <summary>Size of a reading in memory and in the journal.</summary>
    public const int SizeInBytes = 32;

    /// <summary>The series this value belongs to, an index into the <see cref="SeriesCatalog"/>; never negative.</summary>
    [FieldOffset(0)] public readonly int SeriesId;

    /// <summary>OPC UA StatusCode (OPC 10000-4, 7.39), kept bit for bit; see <see cref="StatusCodes"/>.</summary>
    [FieldOffset(4)] public readonly uint Status;

    /// <summary>When the device says the value was sampled, UTC ticks of 100 ns since 0001-01-01; 0 when the device sent none.</summary>
    [FieldOffset(8)] public readonly long SourceTime;

    /// <summary>When the gateway had the device's answer in memory, UTC ticks of 100 ns since 0001-01-01.</summary>
    [FieldOffset(16)] public readonly long GatewayTime;

    /// <summary>The value's 8 bytes; the catalog's <see cref="ValueKind"/> of the series says how to read them.</summary>
    [FieldOffset(24)] public readonly long ValueBits;

    /// <summary>A reading of raw value bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Reading(int seriesId, uint status, long sourceTime, long gatewayTime, long valueBits)
    {
        SeriesId = seriesId;
        Status = status;
        SourceTime = sourceTime;
        GatewayTime = gatewayTime;
        ValueBits = valueBits;
    }

    /// <summary>The value of a <see cref="ValueKind.Float64"/> series.</summary>
    public double Float64 => BitConverter.Int64BitsToDouble(ValueBits);

    /// <summary>The time the value stands for: the device's when it sent one, the gateway's otherwise.</summary>
    public long Time => SourceTime != 0 ? SourceTime : GatewayTime;

    /// <summary>A copy with other value bits and status; the shaping stage uses it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Reading With(long valueBits, uint status) => new(SeriesId, status, SourceTime, GatewayTime, valueBits);

    /// <inheritdoc/>
    public bool Equals(Reading other) =>
        SeriesId == other.SeriesId && Status == other.Status && SourceTime == other.SourceTime
        && GatewayTime == other.GatewayTime && ValueBits == other.ValueBits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Reading other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SeriesId, Status, SourceTime, GatewayTime, ValueBits);

    /// <summary>Bitwise equality.</summary>
    public static bool operator ==(Reading left, Reading right) => left.Equals(right);

    /// <summary>Bitwise inequality.</summary>
    public static bool operator !=(Reading left, Reading right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() =>
        $"series {SeriesId} at {new DateTime(Time, DateTimeKind.Utc):O}: bits 0x{ValueBits:X16}, status 0x{Status:X8}";
}
