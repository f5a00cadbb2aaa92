using System.Buffers.Binary;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Answers one request frame: checks it in the order of the state diagrams of Application Protocol 1.1b3, clause 6, asks the device, writes the response.</summary>
internal static class ModbusServerAnswer
{
    // A read or write names an address and a quantity (or value) of two bytes each after the function code.
    private const int AddressOffset = ModbusFrame.PduOffset + 1;
    private const int QuantityOffset = ModbusFrame.PduOffset + 3;
    private const int FixedPduBytes = 5;
    private const int ByteCountOffset = ModbusFrame.PduOffset + 5;
    private const int WriteDataOffset = ModbusFrame.PduOffset + 6;
    private const int ReadDataOffset = ModbusFrame.PduOffset + 2;

    /// <summary>Writes the answer to <paramref name="request"/>, a complete frame, and returns its bytes; <paramref name="response"/> has room for the largest frame.</summary>
    /// <param name="unit">The unit asked; null when the port has no such unit.</param>
    /// <param name="request">The frame.</param>
    /// <param name="response">Where the answer goes.</param>
    /// <param name="code">The exception answered; none for a success.</param>
    public static int Write(ModbusServerUnit? unit, ReadOnlySpan<byte> request, Span<byte> response, out ModbusExceptionCode code)
    {
        int pduBytes = 0;
        code = unit is null
            ? ModbusExceptionCode.GatewayTargetFailedToRespond
            : Carry(unit.Device, request, response, out pduBytes);
        if (code != ModbusExceptionCode.None) return WriteException(request, response, code);
        ModbusFrame.WriteHeader(response, ModbusFrame.TransactionIdOf(request), ModbusFrame.UnitIdOf(request), pduBytes);
        response[ModbusFrame.PduOffset] = request[ModbusFrame.PduOffset];
        return ModbusFrame.HeaderBytes + pduBytes;
    }

    /// <summary>An exception response (clause 7): the function code with its top bit set, and the code.</summary>
    public static int WriteException(ReadOnlySpan<byte> request, Span<byte> response, ModbusExceptionCode code)
    {
        ModbusFrame.WriteHeader(response, ModbusFrame.TransactionIdOf(request), ModbusFrame.UnitIdOf(request), 2);
        response[ModbusFrame.PduOffset] = (byte)(request[ModbusFrame.PduOffset] | ModbusFrame.ExceptionFlag);
        response[ModbusFrame.PduOffset + 1] = (byte)code;
        return ModbusFrame.HeaderBytes + 2;
    }

    private static ModbusExceptionCode Carry(IModbusDevice device, ReadOnlySpan<byte> request, Span<byte> response, out int pduBytes)
    {
        pduBytes = 0;
        switch ((ModbusFunction)request[ModbusFrame.PduOffset])
        {
            case ModbusFunction.ReadHoldingRegisters:
                return Read(device, ModbusTable.HoldingRegister, ModbusFrame.MaxReadRegisters, request, response, out pduBytes);
            case ModbusFunction.ReadInputRegisters:
                return Read(device, ModbusTable.InputRegister, ModbusFrame.MaxReadRegisters, request, response, out pduBytes);
            case ModbusFunction.ReadCoils:
                return Read(device, ModbusTable.Coil, ModbusFrame.MaxReadBits, request, response, out pduBytes);
            case ModbusFunction.ReadDiscreteInputs:
                return Read(device, ModbusTable.DiscreteInput, ModbusFrame.MaxReadBits, request, response, out pduBytes);
            case ModbusFunction.WriteSingleCoil:
                return WriteSingleCoil(device, request, response, out pduBytes);
            case ModbusFunction.WriteSingleRegister:
                return WriteSingleRegister(device, request, response, out pduBytes);
            case ModbusFunction.WriteMultipleCoils:
                return WriteMultiple(device, ModbusTable.Coil, ModbusFrame.MaxWriteBits, request, response, out pduBytes);
            case ModbusFunction.WriteMultipleRegisters:
                return WriteMultiple(device, ModbusTable.HoldingRegister, ModbusFrame.MaxWriteRegisters, request, response, out pduBytes);
            default:
                return ModbusExceptionCode.IllegalFunction;
        }
    }

    // Clauses 6.1 to 6.4: the answer is a byte count and the data.
    private static ModbusExceptionCode Read(
        IModbusDevice device, ModbusTable table, int most, ReadOnlySpan<byte> request, Span<byte> response, out int pduBytes)
    {
        pduBytes = 0;
        if (request.Length != ModbusFrame.HeaderBytes + FixedPduBytes) return ModbusExceptionCode.IllegalDataValue;
        int address = BinaryPrimitives.ReadUInt16BigEndian(request[AddressOffset..]);
        int count = BinaryPrimitives.ReadUInt16BigEndian(request[QuantityOffset..]);
        if (count < 1 || count > most) return ModbusExceptionCode.IllegalDataValue;
        if (address + count > 65536) return ModbusExceptionCode.IllegalDataAddress;
        int dataBytes = DataBytes(table, count);
        response[ModbusFrame.PduOffset + 1] = (byte)dataBytes;
        pduBytes = 2 + dataBytes;
        return device.Read(table, address, count, response.Slice(ReadDataOffset, dataBytes));
    }

    // Clause 6.5: FF00 sets, 0000 clears, anything else is an illegal value; the answer echoes the request.
    private static ModbusExceptionCode WriteSingleCoil(IModbusDevice device, ReadOnlySpan<byte> request, Span<byte> response, out int pduBytes)
    {
        pduBytes = FixedPduBytes;
        if (request.Length != ModbusFrame.HeaderBytes + FixedPduBytes) return ModbusExceptionCode.IllegalDataValue;
        int value = BinaryPrimitives.ReadUInt16BigEndian(request[QuantityOffset..]);
        if (value is not (0 or 0xFF00)) return ModbusExceptionCode.IllegalDataValue;
        request.Slice(AddressOffset, 4).CopyTo(response[AddressOffset..]);
        return device.Write(ModbusTable.Coil, BinaryPrimitives.ReadUInt16BigEndian(request[AddressOffset..]), 1, value == 0 ? [0] : [1]);
    }

    // Clause 6.6; the answer echoes the request.
    private static ModbusExceptionCode WriteSingleRegister(IModbusDevice device, ReadOnlySpan<byte> request, Span<byte> response, out int pduBytes)
    {
        pduBytes = FixedPduBytes;
        if (request.Length != ModbusFrame.HeaderBytes + FixedPduBytes) return ModbusExceptionCode.IllegalDataValue;
        request.Slice(AddressOffset, 4).CopyTo(response[AddressOffset..]);
        int address = BinaryPrimitives.ReadUInt16BigEndian(request[AddressOffset..]);
        return device.Write(ModbusTable.HoldingRegister, address, 1, request.Slice(QuantityOffset, 2));
    }

    // Clauses 6.11 and 6.12: the answer is the address and the quantity.
    private static ModbusExceptionCode WriteMultiple(
        IModbusDevice device, ModbusTable table, int most, ReadOnlySpan<byte> request, Span<byte> response, out int pduBytes)
    {
        pduBytes = FixedPduBytes;
        if (request.Length < WriteDataOffset) return ModbusExceptionCode.IllegalDataValue;
        int address = BinaryPrimitives.ReadUInt16BigEndian(request[AddressOffset..]);
        int count = BinaryPrimitives.ReadUInt16BigEndian(request[QuantityOffset..]);
        int dataBytes = request[ByteCountOffset];
        if (count < 1 || count > most || dataBytes != DataBytes(table, count) || request.Length != WriteDataOffset + dataBytes)
        {
            return ModbusExceptionCode.IllegalDataValue;
        }
        if (address + count > 65536) return ModbusExceptionCode.IllegalDataAddress;
        request.Slice(AddressOffset, 4).CopyTo(response[AddressOffset..]);
        return device.Write(table, address, count, request.Slice(WriteDataOffset, dataBytes));
    }

    private static int DataBytes(ModbusTable table, int count) =>
        table is ModbusTable.Coil or ModbusTable.DiscreteInput ? (count + 7) / 8 : count * 2;
}
