using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>Writes values as registers: the type's bits in the tag's word order, each register high byte first.</summary>
internal static class RegisterCodec
{
    /// <summary>The 16 bits in the order they go out, for a big-endian write: the orders that swap the bytes of a word swap these too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Arrange(ushort value, WordOrder order) =>
        order is WordOrder.ABCD or WordOrder.CDAB ? value : BinaryPrimitives.ReverseEndianness(value);

    /// <summary>The 32 bits in the order they go out, for a big-endian write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Arrange(uint value, WordOrder order) => order switch
    {
        WordOrder.ABCD => value,
        WordOrder.CDAB => BitOperations.RotateLeft(value, 16),
        WordOrder.BADC => BitOperations.RotateLeft(BinaryPrimitives.ReverseEndianness(value), 16),
        _ => BinaryPrimitives.ReverseEndianness(value),
    };

    /// <summary>The 64 bits in the order they go out, for a big-endian write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Arrange(ulong value, WordOrder order) => order switch
    {
        WordOrder.ABCD => value,
        WordOrder.CDAB => SwapWords(value),
        WordOrder.BADC => SwapWords(BinaryPrimitives.ReverseEndianness(value)),
        _ => BinaryPrimitives.ReverseEndianness(value),
    };

    /// <summary>Writes <paramref name="value"/> as the tag's type; integers are rounded and held within the type's range.</summary>
    public static void Write(PlantTag tag, double value, Span<byte> destination)
    {
        switch (tag.Type)
        {
            case ModbusType.Bool:
                Write16(tag, value >= 0.5 ? (ushort)1 : (ushort)0, destination);
                break;
            case ModbusType.Int16:
                Write16(tag, (ushort)(short)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue), destination);
                break;
            case ModbusType.UInt16:
                Write16(tag, (ushort)Math.Clamp(Math.Round(value), 0, ushort.MaxValue), destination);
                break;
            case ModbusType.Int32:
                Write32(tag, (uint)(int)Math.Clamp(Math.Round(value), int.MinValue, int.MaxValue), destination);
                break;
            case ModbusType.UInt32:
                Write32(tag, (uint)Math.Clamp(Math.Round(value), 0, uint.MaxValue), destination);
                break;
            case ModbusType.Float32:
                Write32(tag, BitConverter.SingleToUInt32Bits((float)value), destination);
                break;
            case ModbusType.Int64:
                // Conversions from double saturate, so that values beyond the range become its ends.
                Write64(tag, (ulong)(long)Math.Round(value), destination);
                break;
            case ModbusType.UInt64:
                Write64(tag, (ulong)Math.Round(value), destination);
                break;
            case ModbusType.Float64:
                Write64(tag, BitConverter.DoubleToUInt64Bits(value), destination);
                break;
            default:
                WriteText(tag, value, destination);
                break;
        }
    }

    private static void Write16(PlantTag tag, ushort value, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt16BigEndian(destination, Arrange(value, tag.Order));

    private static void Write32(PlantTag tag, uint value, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, Arrange(value, tag.Order));

    private static void Write64(PlantTag tag, ulong value, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64BigEndian(destination, Arrange(value, tag.Order));

    // Digits, then NULs; a text that does not fit is cut.
    private static void WriteText(PlantTag tag, double value, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out int written, "0.###", CultureInfo.InvariantCulture);
        destination.Clear();
        text[..Math.Min(written, destination.Length)].CopyTo(destination);
        if (tag.Order is WordOrder.ABCD or WordOrder.CDAB) return;
        for (int i = 0; i < destination.Length; i += 2) (destination[i], destination[i + 1]) = (destination[i + 1], destination[i]);
    }

    // Registers w0 w1 w2 w3 to w3 w2 w1 w0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SwapWords(ulong value)
    {
        value = BitOperations.RotateLeft(value, 32);
        return ((value & 0xFFFF_0000_FFFF_0000) >> 16) | ((value & 0x0000_FFFF_0000_FFFF) << 16);
    }
}
