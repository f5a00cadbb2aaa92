using System.Buffers.Binary;

namespace HyperIngest.Protocols.Modbus;

/// <summary>A write request: one or several coils or holding registers (Application Protocol, clauses 6.5, 6.6, 6.11 and 6.12).</summary>
public sealed class ModbusWrite
{
    private readonly byte[] _pdu;

    private ModbusWrite(byte[] pdu) => _pdu = pdu;

    /// <summary>The function code.</summary>
    public ModbusFunction Function => (ModbusFunction)_pdu[0];

    /// <summary>The first address written.</summary>
    public int Address => BinaryPrimitives.ReadUInt16BigEndian(_pdu.AsSpan(1));

    /// <summary>The request as it goes over the wire, without the header.</summary>
    internal ReadOnlySpan<byte> Pdu => _pdu;

    /// <summary>FC 5: one coil.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The address is not 0 to 65535.</exception>
    public static ModbusWrite Coil(int address, bool on)
    {
        // Clause 6.5: FF00 is on, 0000 off.
        byte[] pdu = Begin(ModbusFunction.WriteSingleCoil, address, 1, 5);
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), (ushort)(on ? 0xFF00 : 0));
        return new ModbusWrite(pdu);
    }

    /// <summary>FC 6: one holding register.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The address is not 0 to 65535.</exception>
    public static ModbusWrite Register(int address, ushort value)
    {
        byte[] pdu = Begin(ModbusFunction.WriteSingleRegister, address, 1, 5);
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), value);
        return new ModbusWrite(pdu);
    }

    /// <summary>FC 15: 1 to 1968 coils.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number, or addresses outside 0 to 65535.</exception>
    public static ModbusWrite Coils(int address, params ReadOnlySpan<bool> on)
    {
        CheckCount(on.Length, ModbusFrame.MaxWriteBits, "coils");
        int bytes = (on.Length + 7) / 8;
        byte[] pdu = Begin(ModbusFunction.WriteMultipleCoils, address, on.Length, 6 + bytes);
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), (ushort)on.Length);
        pdu[5] = (byte)bytes;
        for (int i = 0; i < on.Length; i++)
        {
            if (on[i]) pdu[6 + (i >> 3)] |= (byte)(1 << (i & 7));
        }
        return new ModbusWrite(pdu);
    }

    /// <summary>FC 16: 1 to 123 holding registers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number, or addresses outside 0 to 65535.</exception>
    public static ModbusWrite Registers(int address, params ReadOnlySpan<ushort> values)
    {
        CheckCount(values.Length, ModbusFrame.MaxWriteRegisters, "registers");
        byte[] pdu = Begin(ModbusFunction.WriteMultipleRegisters, address, values.Length, 6 + (values.Length * 2));
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(3), (ushort)values.Length);
        pdu[5] = (byte)(values.Length * 2);
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(6 + (i * 2)), values[i]);
        return new ModbusWrite(pdu);
    }

    private static void CheckCount(int count, int most, string what)
    {
        if (count < 1 || count > most) throw new ArgumentOutOfRangeException(nameof(count), count, $"A write takes 1 to {most} {what}.");
    }

    private static byte[] Begin(ModbusFunction function, int address, int count, int pduBytes)
    {
        if (address < 0 || address + count > 65_536)
        {
            throw new ArgumentOutOfRangeException(nameof(address), address, $"A write of {count} from there passes the last address, 65535, or begins before 0.");
        }
        byte[] pdu = new byte[pduBytes];
        pdu[0] = (byte)function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(1), (ushort)address);
        return pdu;
    }
}

/// <summary>What became of a write.</summary>
/// <param name="Fault">None when the device confirmed it with the right echo.</param>
/// <param name="Status">The fault as a StatusCode; good when the write was confirmed.</param>
/// <param name="ExceptionCode">The device's exception code, 0 for none.</param>
/// <param name="Sent">Whether the request was handed to the connection: after a timeout or a lost connection the device may then have taken it or not.</param>
public readonly record struct ModbusWriteResult(ModbusFault Fault, uint Status, byte ExceptionCode, bool Sent)
{
    /// <summary>True when the device confirmed the write.</summary>
    public bool Confirmed => Fault == ModbusFault.None;
}

/// <summary>A write on its way: queued, then in the transaction table, then answered once.</summary>
internal sealed class PendingWrite(ModbusDevice device, ModbusWrite write)
{
    // Continuations run on the pool: the connection's loop must not run its caller's code.
    private readonly TaskCompletionSource<ModbusWriteResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // 1 once it was sent or given up; whoever sets it (compare-and-swap) decides which.
    private int _taken;

    public ModbusDevice Device => device;

    public ModbusWrite Write => write;

    public Task<ModbusWriteResult> Answer => _answer.Task;

    public bool TryTake() => Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    public void Finish(ModbusFault fault, byte exceptionCode, bool sent) =>
        _answer.TrySetResult(new ModbusWriteResult(fault, ModbusException.StatusOf(fault), exceptionCode, sent));

    public void Cancel(CancellationToken cancellationToken)
    {
        if (TryTake()) _answer.TrySetCanceled(cancellationToken);
    }
}
