using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>The fixed parts of the columnar format; docs/records.md has it byte by byte.</summary>
internal static class ColumnarLayout
{
    /// <summary>Version of the format, behind the magic.</summary>
    public const byte Version = 1;

    /// <summary>Flag: the words of float64 values are those of the float32 each of them is exactly, 4 bytes wide.</summary>
    public const byte Float32Words = 1;

    /// <summary>Magic, version and flags.</summary>
    public const int HeaderBytes = 5;

    /// <summary>CRC-32C of all before it, little-endian.</summary>
    public const int ChecksumBytes = 4;

    /// <summary>Bytes of a word of all kinds but float32.</summary>
    public const int WideWord = 8;

    /// <summary>Bytes of a float32 word.</summary>
    public const int NarrowWord = 4;

    /// <summary>A value's code from here on means that many of the word's top bytes stand there, its low ones being zero; below, that many of its low bytes, the top ones being zero.</summary>
    public const int TopBytesCode = 8;

    public static ReadOnlySpan<byte> Magic => "HIR"u8;

    /// <summary>How far the device's time lies before the gateway's, as the lag column has it: 0 when the device sent none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LagOf(long sourceTime, long gatewayTime) => sourceTime == 0 ? 0 : (long)WireWriter.Zigzagged(gatewayTime - sourceTime) + 1;

    /// <summary>The device's time of a lag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SourceTimeOf(long lag, long gatewayTime) => lag == 0 ? 0 : gatewayTime - WireReader.Unzigzagged((ulong)(lag - 1));
}
