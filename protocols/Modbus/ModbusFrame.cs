using System.Buffers.Binary;
using HyperIngest.Core.Framing;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Function codes (MODBUS Application Protocol 1.1b3, clause 6).</summary>
public enum ModbusFunction : byte
{
    /// <summary>FC 1.</summary>
    ReadCoils = 1,

    /// <summary>FC 2.</summary>
    ReadDiscreteInputs = 2,

    /// <summary>FC 3.</summary>
    ReadHoldingRegisters = 3,

    /// <summary>FC 4.</summary>
    ReadInputRegisters = 4,

    /// <summary>FC 5.</summary>
    WriteSingleCoil = 5,

    /// <summary>FC 6.</summary>
    WriteSingleRegister = 6,

    /// <summary>FC 15.</summary>
    WriteMultipleCoils = 15,

    /// <summary>FC 16.</summary>
    WriteMultipleRegisters = 16,
}

/// <summary>
/// The Modbus TCP frame: MBAP header and PDU (MODBUS Messaging on TCP/IP Implementation Guide 1.0b, clause 3.1.3). Both ends use it.
/// <code>
/// offset 0  transaction id  2 bytes, big-endian
/// offset 2  protocol id     2 bytes, 0
/// offset 4  length          2 bytes: unit id and PDU, 2 to 254
/// offset 6  unit id         1 byte
/// offset 7  PDU             function code and data, 1 to 253 bytes
/// </code>
/// </summary>
public static class ModbusFrame
{
    /// <summary>MBAP header bytes, unit id included.</summary>
    public const int HeaderBytes = 7;

    /// <summary>Where the PDU begins.</summary>
    public const int PduOffset = 7;

    /// <summary>Largest PDU (Application Protocol, clause 4.1).</summary>
    public const int MaxPduBytes = 253;

    /// <summary>Largest whole frame.</summary>
    public const int MaxFrameBytes = HeaderBytes + MaxPduBytes;

    /// <summary>Smallest value of the length field: a unit id and a function code.</summary>
    public const int MinLength = 2;

    /// <summary>Largest value of the length field.</summary>
    public const int MaxLength = 1 + MaxPduBytes;

    /// <summary>Most registers in one read (clauses 6.3 and 6.4).</summary>
    public const int MaxReadRegisters = 125;

    /// <summary>Most bits in one read (clauses 6.1 and 6.2).</summary>
    public const int MaxReadBits = 2000;

    /// <summary>Most registers in one write (clause 6.12).</summary>
    public const int MaxWriteRegisters = 123;

    /// <summary>Most bits in one write (clause 6.11).</summary>
    public const int MaxWriteBits = 1968;

    /// <summary>Bit set in the function code of an exception response (clause 7).</summary>
    public const byte ExceptionFlag = 0x80;

    /// <summary>
    /// Looks at the start of <paramref name="bytes"/> for one frame. Complete: <paramref name="frameBytes"/> is its whole length.
    /// Malformed: the stream cannot be read on (the protocol id is not 0 or the length is out of range).
    /// </summary>
    public static FrameStatus Find(ReadOnlySpan<byte> bytes, out int frameBytes)
    {
        frameBytes = 0;
        if (bytes.Length >= 4 && BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) != 0) return FrameStatus.Malformed;
        if (bytes.Length < 6) return bytes.Length >= 3 && bytes[2] != 0 ? FrameStatus.Malformed : FrameStatus.NeedMore;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (length is < MinLength or > MaxLength) return FrameStatus.Malformed;
        if (bytes.Length < 6 + length) return FrameStatus.NeedMore;
        frameBytes = 6 + length;
        return FrameStatus.Complete;
    }

    /// <summary>The transaction id of a complete frame.</summary>
    public static ushort TransactionIdOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame);

    /// <summary>The unit id of a complete frame.</summary>
    public static byte UnitIdOf(ReadOnlySpan<byte> frame) => frame[6];

    /// <summary>Writes the header for a PDU of <paramref name="pduBytes"/> bytes, which goes to <see cref="PduOffset"/>.</summary>
    public static void WriteHeader(Span<byte> frame, ushort transactionId, byte unitId, int pduBytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame, transactionId);
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], (ushort)(pduBytes + 1));
        frame[6] = unitId;
    }
}
