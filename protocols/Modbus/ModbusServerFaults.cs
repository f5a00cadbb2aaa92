using System.Buffers.Binary;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Makes the bytes of an answer as a fault wants them.</summary>
internal static class ModbusServerFaults
{
    /// <summary>Most bytes <see cref="Write"/> writes: an answer and the same again.</summary>
    public const int MaxBytes = 2 * ModbusFrame.MaxFrameBytes;

    private const int MaxStrayBytes = 8;

    private const int ByteCountOffset = ModbusFrame.PduOffset + 1;
    private const int ReadDataOffset = ModbusFrame.PduOffset + 2;

    private static readonly ModbusServerUnit MadeUp = new(0, new MadeUpDevice());

    /// <summary>
    /// Writes what the fault sends for <paramref name="request"/> and returns its bytes, 0 for nothing. <paramref name="response"/> has room for
    /// <see cref="MaxBytes"/>.
    /// </summary>
    /// <param name="action">What the fault wants.</param>
    /// <param name="unit">The unit asked.</param>
    /// <param name="request">The frame.</param>
    /// <param name="lastAnswer">The answer before this one; empty when there was none.</param>
    /// <param name="response">Where the bytes go.</param>
    /// <param name="code">The exception answered; none for a success.</param>
    public static int Write(
        in ModbusFaultAction action, ModbusServerUnit unit, ReadOnlySpan<byte> request, ReadOnlySpan<byte> lastAnswer, Span<byte> response, out ModbusExceptionCode code)
    {
        if (action.Kind == ModbusFaultKind.OutOfOrder && !lastAnswer.IsEmpty)
        {
            code = ModbusExceptionCode.None;
            lastAnswer.CopyTo(response);
            return lastAnswer.Length;
        }
        ulong random = action.Random;
        int bytes = ModbusServerAnswer.Write(action.AnswersTruly ? unit : MadeUp, request, response, out code);
        if (!action.AnswersTruly && IsRead(response)) Fill(response[ReadDataOffset..bytes], ref random);
        switch (action.Kind)
        {
            case ModbusFaultKind.Drop or ModbusFaultKind.Silence:
                return 0;
            case ModbusFaultKind.Exception:
                code = action.Exception;
                return ModbusServerAnswer.WriteException(request, response, code);
            case ModbusFaultKind.WrongTransactionId:
                // The top bit: far from any id the client has on the way.
                response[0] ^= 0x80;
                return bytes;
            case ModbusFaultKind.OutOfOrder:
                ModbusFrame.WriteHeader(response, (ushort)(ModbusFrame.TransactionIdOf(request) - 1), ModbusFrame.UnitIdOf(request), bytes - ModbusFrame.HeaderBytes);
                return bytes;
            case ModbusFaultKind.WrongUnit:
                response[6]++;
                return bytes;
            case ModbusFaultKind.Truncated:
                return bytes / 2;
            case ModbusFaultKind.ShortPayload:
                return Resize(response, bytes, -2);
            case ModbusFaultKind.LongPayload:
                Fill(response.Slice(bytes, 2), ref random);
                return Resize(response, bytes, Math.Min(2, ModbusFrame.MaxFrameBytes - bytes));
            case ModbusFaultKind.ExtraBytes:
                int stray = 1 + (int)(Next(ref random) % MaxStrayBytes);
                Fill(response.Slice(bytes, stray), ref random);
                return bytes + stray;
            case ModbusFaultKind.Garbage:
                int garbage = 1 + (int)(Next(ref random) % ModbusFrame.MaxFrameBytes);
                Fill(response[..garbage], ref random);
                return garbage;
            case ModbusFaultKind.BitFlips:
                for (ulong flips = 1 + (Next(ref random) % 3); flips > 0; flips--)
                {
                    ulong bit = Next(ref random) % ((ulong)bytes * 8);
                    response[(int)(bit / 8)] ^= (byte)(1 << (int)(bit % 8));
                }
                return bytes;
            case ModbusFaultKind.Repeat:
                response[..bytes].CopyTo(response[bytes..]);
                return 2 * bytes;
            default:
                return bytes;
        }
    }

    private static bool IsRead(ReadOnlySpan<byte> response) => response[ModbusFrame.PduOffset] is >= 1 and <= 4;

    private static int Resize(Span<byte> response, int bytes, int more)
    {
        if (IsRead(response)) response[ByteCountOffset] = (byte)(response[ByteCountOffset] + more);
        BinaryPrimitives.WriteUInt16BigEndian(response[4..], (ushort)(bytes - 6 + more));
        return bytes + more;
    }

    private static void Fill(Span<byte> bytes, ref ulong random)
    {
        foreach (ref byte b in bytes) b = (byte)Next(ref random);
    }

    // SplitMix64: any seed will do, 0 too.
    private static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>Says yes to everything and touches nothing.</summary>
    private sealed class MadeUpDevice : IModbusDevice
    {
        public ModbusExceptionCode Read(ModbusTable table, int address, int count, Span<byte> destinationBigEndian) => ModbusExceptionCode.None;

        public ModbusExceptionCode Write(ModbusTable table, int address, int count, ReadOnlySpan<byte> sourceBigEndian) => ModbusExceptionCode.None;
    }
}
