using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// Decodes a run: tags of one type and order that lie one behind the other, straight from the response's bytes into readings. One virtual call a
/// run; the loop inside is compiled for its type and order.
/// </summary>
internal abstract class RunDecoder
{
    /// <summary>Decodes tags <paramref name="from"/> to from + slots.Length - 1 of the run.</summary>
    /// <param name="data">The response's data, as long as its byte count says; checked against the request before.</param>
    /// <param name="run">Which tags, and where in the data they lie.</param>
    /// <param name="from">First tag, 0-based in the run.</param>
    /// <param name="seriesIds">Series of the slots, as many as there are slots.</param>
    /// <param name="gatewayTime">When the bytes arrived, UTC ticks.</param>
    /// <param name="slots">Where the readings go.</param>
    /// <returns>Readings that found no room in the text table; 0 for all but texts.</returns>
    public abstract int Decode(
        ReadOnlySpan<byte> data, in ModbusRun run, int from, ReadOnlySpan<int> seriesIds, long gatewayTime, Span<Reading> slots);

    /// <summary>A good reading of a device that sends no time, as its four words: the layout is <see cref="Reading"/>'s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Write(ref long slot, int seriesId, long gatewayTime, long bits)
    {
        slot = (uint)seriesId;
        Unsafe.Add(ref slot, 1) = 0;
        Unsafe.Add(ref slot, 2) = gatewayTime;
        Unsafe.Add(ref slot, 3) = bits;
    }

    /// <summary>The last check before a loop without bounds checks: a plan that disagrees with its data is a defect and must not read elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Require(int dataBytes, int neededBytes, int seriesIds, int slots)
    {
        if (dataBytes < neededBytes || seriesIds != slots) ThrowPlan(dataBytes, neededBytes, seriesIds, slots);
    }

    [DoesNotReturn]
    private static void ThrowPlan(int dataBytes, int neededBytes, int seriesIds, int slots) =>
        throw new InvalidOperationException(
            $"The decode plan needs {neededBytes} bytes of {dataBytes}, for {seriesIds} series into {slots} slots.");
}

/// <summary>Numbers of one type and order, unscaled.</summary>
internal sealed class NumberRun<TType, TOrder> : RunDecoder
    where TType : struct, IRegisterType
    where TOrder : struct, IWordOrder
{
    public static readonly NumberRun<TType, TOrder> Instance = new();

    public override int Decode(
        ReadOnlySpan<byte> data, in ModbusRun run, int from, ReadOnlySpan<int> seriesIds, long gatewayTime, Span<Reading> slots)
    {
        int start = run.Position + (from * TType.Bytes);
        Require(data.Length, start + (slots.Length * TType.Bytes), seriesIds.Length, slots.Length);
        ref byte wire = ref Unsafe.Add(ref MemoryMarshal.GetReference(data), start);
        ref int id = ref MemoryMarshal.GetReference(seriesIds);
        ref long slot = ref Unsafe.As<Reading, long>(ref MemoryMarshal.GetReference(slots));
        for (int i = 0; i < slots.Length; i++)
        {
            Write(ref slot, Unsafe.Add(ref id, i), gatewayTime, TType.BitsOf<TOrder>(ref wire));
            wire = ref Unsafe.Add(ref wire, TType.Bytes);
            slot = ref Unsafe.Add(ref slot, Reading.SizeInBytes / sizeof(long));
        }
        return 0;
    }
}

/// <summary>Numbers of one type and order with one scale and offset: raw x scale + offset, as Float64.</summary>
internal sealed class ScaledRun<TType, TOrder> : RunDecoder
    where TType : struct, IRegisterType
    where TOrder : struct, IWordOrder
{
    public static readonly ScaledRun<TType, TOrder> Instance = new();

    public override int Decode(
        ReadOnlySpan<byte> data, in ModbusRun run, int from, ReadOnlySpan<int> seriesIds, long gatewayTime, Span<Reading> slots)
    {
        int start = run.Position + (from * TType.Bytes);
        Require(data.Length, start + (slots.Length * TType.Bytes), seriesIds.Length, slots.Length);
        double scale = run.Scale, offset = run.Offset;
        ref byte wire = ref Unsafe.Add(ref MemoryMarshal.GetReference(data), start);
        ref int id = ref MemoryMarshal.GetReference(seriesIds);
        ref long slot = ref Unsafe.As<Reading, long>(ref MemoryMarshal.GetReference(slots));
        for (int i = 0; i < slots.Length; i++)
        {
            double value = (TType.NumberOf<TOrder>(ref wire) * scale) + offset;
            Write(ref slot, Unsafe.Add(ref id, i), gatewayTime, BitConverter.DoubleToInt64Bits(value));
            wire = ref Unsafe.Add(ref wire, TType.Bytes);
            slot = ref Unsafe.Add(ref slot, Reading.SizeInBytes / sizeof(long));
        }
        return 0;
    }
}

/// <summary>Coils or discrete inputs one behind the other; <see cref="ModbusRun.Position"/> is a bit (Application Protocol, clause 6.1: lowest bit of the first byte first).</summary>
internal sealed class CoilRun : RunDecoder
{
    public static readonly CoilRun Instance = new();

    public override int Decode(
        ReadOnlySpan<byte> data, in ModbusRun run, int from, ReadOnlySpan<int> seriesIds, long gatewayTime, Span<Reading> slots)
    {
        int bit = run.Position + from;
        Require(data.Length, (bit + slots.Length + 7) >> 3, seriesIds.Length, slots.Length);
        ref long slot = ref Unsafe.As<Reading, long>(ref MemoryMarshal.GetReference(slots));
        for (int i = 0; i < seriesIds.Length; i++, bit++)
        {
            Write(ref slot, seriesIds[i], gatewayTime, (data[bit >> 3] >> (bit & 7)) & 1);
            slot = ref Unsafe.Add(ref slot, Reading.SizeInBytes / sizeof(long));
        }
        return 0;
    }
}

/// <summary>Bits of registers; <see cref="ModbusRun.Position"/> is register x 16 + bit, and runs go on from bit 15 to the next register's bit 0.</summary>
internal sealed class RegisterBitRun<TOrder> : RunDecoder
    where TOrder : struct, IWordOrder
{
    public static readonly RegisterBitRun<TOrder> Instance = new();

    public override int Decode(
        ReadOnlySpan<byte> data, in ModbusRun run, int from, ReadOnlySpan<int> seriesIds, long gatewayTime, Span<Reading> slots)
    {
        int bit = run.Position + from;
        Require(data.Length, ((bit + slots.Length + 15) >> 4) * 2, seriesIds.Length, slots.Length);
        ref long slot = ref Unsafe.As<Reading, long>(ref MemoryMarshal.GetReference(slots));
        for (int i = 0; i < seriesIds.Length; i++, bit++)
        {
            int register = TOrder.Of(MemoryMarshal.Read<ushort>(data[((bit >> 4) * 2)..]));
            Write(ref slot, seriesIds[i], gatewayTime, (register >> (bit & 15)) & 1);
            slot = ref Unsafe.Add(ref slot, Reading.SizeInBytes / sizeof(long));
        }
        return 0;
    }
}

/// <summary>
/// One text: two characters a register, cut at the first NUL, trailing blanks cut. Orders whose bytes are swapped swap the two characters
/// of each register; the registers of a text are never reordered.
/// </summary>
internal sealed class TextRun(TextTable texts, bool swapBytes, int registers) : RunDecoder
{
    public override int Decode(
        ReadOnlySpan<byte> data, in ModbusRun run, int from, ReadOnlySpan<int> seriesIds, long gatewayTime, Span<Reading> slots)
    {
        int bytes = registers * 2;
        int full = 0;
        Require(data.Length, run.Position + ((from + slots.Length) * bytes), seriesIds.Length, slots.Length);
        // At most 125 registers.
        Span<byte> swapped = stackalloc byte[ModbusFrame.MaxReadRegisters * 2];
        for (int i = 0; i < slots.Length; i++)
        {
            scoped ReadOnlySpan<byte> text = data.Slice(run.Position + ((from + i) * bytes), bytes);
            if (swapBytes)
            {
                for (int b = 0; b < bytes; b++) swapped[b] = text[b ^ 1];
                text = swapped[..bytes];
            }
            int end = text.IndexOf((byte)0);
            if (end >= 0) text = text[..end];
            bool kept = texts.TryInternAscii(text.TrimEnd((byte)' '), out long handle);
            if (!kept) full++;
            slots[i] = new Reading(seriesIds[i], kept ? StatusCodes.Good : StatusCodes.BadOutOfMemory, 0, gatewayTime, handle);
        }
        return full;
    }
}
