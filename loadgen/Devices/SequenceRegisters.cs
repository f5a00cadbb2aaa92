using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>Writes a run of verifiable tags as registers: one tight loop a width, so that a tag costs a few nanoseconds.</summary>
internal static class SequenceRegisters
{
    /// <summary>Writes the value of each tag at its count.</summary>
    /// <param name="type">Type of all of them.</param>
    /// <param name="order">Word order of all of them.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="counts">Their counts, as many as keys.</param>
    /// <param name="destination">Exactly their registers.</param>
    public static void Write(ModbusType type, WordOrder order, ReadOnlySpan<ulong> keys, ReadOnlySpan<uint> counts, Span<byte> destination)
    {
        counts = counts[..keys.Length];
        Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(destination);
        Span<uint> doubles = MemoryMarshal.Cast<byte, uint>(destination);
        Span<ulong> quads = MemoryMarshal.Cast<byte, ulong>(destination);
        switch (type)
        {
            case ModbusType.Int16 or ModbusType.UInt16:
                for (int i = 0; i < keys.Length; i++)
                {
                    ushort value = (ushort)VerifiableSequence.ValueAt(keys[i], counts[i], 16);
                    words[i] = BigEndian(RegisterCodec.Arrange(value, order));
                }
                break;
            case ModbusType.Int32 or ModbusType.UInt32:
                for (int i = 0; i < keys.Length; i++)
                {
                    uint value = (uint)VerifiableSequence.ValueAt(keys[i], counts[i], 32);
                    doubles[i] = BigEndian(RegisterCodec.Arrange(value, order));
                }
                break;
            case ModbusType.Float32:
                for (int i = 0; i < keys.Length; i++)
                {
                    uint value = BitConverter.SingleToUInt32Bits((int)VerifiableSequence.ValueAt(keys[i], counts[i], 24));
                    doubles[i] = BigEndian(RegisterCodec.Arrange(value, order));
                }
                break;
            case ModbusType.Int64 or ModbusType.UInt64:
                for (int i = 0; i < keys.Length; i++)
                {
                    ulong value = VerifiableSequence.ValueAt(keys[i], counts[i], 64);
                    quads[i] = BigEndian(RegisterCodec.Arrange(value, order));
                }
                break;
            case ModbusType.Float64:
                for (int i = 0; i < keys.Length; i++)
                {
                    ulong value = BitConverter.DoubleToUInt64Bits((long)VerifiableSequence.ValueAt(keys[i], counts[i], 53));
                    quads[i] = BigEndian(RegisterCodec.Arrange(value, order));
                }
                break;
            default:
                throw new UnreachableException($"A template let a sequence of {type} through.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort BigEndian(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint BigEndian(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BigEndian(ulong value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
