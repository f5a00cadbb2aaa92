using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

/// <summary>1,000 registers and 3,000 bits that hold what is written: register a holds a at first, bit a is set when a is odd.</summary>
internal sealed class MemoryDevice : IModbusDevice
{
    private readonly ushort[] _registers = [.. Enumerable.Range(0, 1000).Select(a => (ushort)a)];
    private readonly bool[] _bits = [.. Enumerable.Range(0, 3000).Select(a => a % 2 == 1)];

    public int Reads { get; private set; }

    public ModbusExceptionCode Read(ModbusTable table, int address, int count, Span<byte> destinationBigEndian)
    {
        bool bits = table is ModbusTable.Coil or ModbusTable.DiscreteInput;
        if (address + count > (bits ? _bits.Length : _registers.Length)) return ModbusExceptionCode.IllegalDataAddress;
        Reads++;
        destinationBigEndian.Clear();
        for (int i = 0; i < count; i++)
        {
            if (!bits)
            {
                destinationBigEndian[2 * i] = (byte)(_registers[address + i] >> 8);
                destinationBigEndian[(2 * i) + 1] = (byte)_registers[address + i];
            }
            else if (_bits[address + i]) destinationBigEndian[i / 8] |= (byte)(1 << (i % 8));
        }
        return ModbusExceptionCode.None;
    }

    public ModbusExceptionCode Write(ModbusTable table, int address, int count, ReadOnlySpan<byte> sourceBigEndian)
    {
        bool bits = table == ModbusTable.Coil;
        if (address + count > (bits ? _bits.Length : _registers.Length)) return ModbusExceptionCode.IllegalDataAddress;
        for (int i = 0; i < count; i++)
        {
            if (bits) _bits[address + i] = ((sourceBigEndian[i / 8] >> (i % 8)) & 1) != 0;
            else _registers[address + i] = (ushort)((sourceBigEndian[2 * i] << 8) | sourceBigEndian[(2 * i) + 1]);
        }
        return ModbusExceptionCode.None;
    }
}
