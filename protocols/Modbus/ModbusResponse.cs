namespace HyperIngest.Protocols.Modbus;

/// <summary>Holds a response frame against the request it claims to answer; nothing of it is used before it has passed.</summary>
internal static class ModbusResponse
{
    /// <summary>
    /// Checks the answer to a read (Application Protocol, clauses 6.1 to 6.4): function code, byte count, then exactly as much data as was asked for. An
    /// exception (clause 7) is the function code with its top bit set and one code.
    /// </summary>
    /// <param name="frame">A complete frame, whose transaction and unit were checked.</param>
    /// <param name="function">What was asked.</param>
    /// <param name="dataBytes">How much data was asked for.</param>
    /// <param name="data">The data, when the answer is <see cref="ModbusFault.None"/>.</param>
    public static ModbusFault CheckRead(ReadOnlySpan<byte> frame, ModbusFunction function, int dataBytes, out ReadOnlySpan<byte> data)
    {
        data = default;
        ReadOnlySpan<byte> pdu = frame[ModbusFrame.PduOffset..];
        if (pdu[0] != (byte)function) return CheckException(pdu, function);
        if (pdu.Length < 2 || pdu[1] < dataBytes || pdu.Length - 2 < dataBytes || pdu.Length - 2 < pdu[1]) return ModbusFault.ShortResponse;
        if (pdu[1] > dataBytes || pdu.Length - 2 > dataBytes) return ModbusFault.LongResponse;
        data = pdu[2..];
        return ModbusFault.None;
    }

    /// <summary>
    /// Checks the answer to a write: of one coil or register the request's echo (clauses 6.5, 6.6), of several the echo of address and
    /// quantity (clauses 6.11, 6.12): in both cases the request's first five bytes.
    /// </summary>
    public static ModbusFault CheckWrite(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> requestPdu, out byte exceptionCode)
    {
        exceptionCode = 0;
        ReadOnlySpan<byte> pdu = frame[ModbusFrame.PduOffset..];
        if (pdu[0] != requestPdu[0])
        {
            ModbusFault fault = CheckException(pdu, (ModbusFunction)requestPdu[0]);
            if (fault is not (ModbusFault.WrongFunction or ModbusFault.ShortResponse or ModbusFault.LongResponse)) exceptionCode = pdu[1];
            return fault;
        }
        if (pdu.Length < 5) return ModbusFault.ShortResponse;
        if (pdu.Length > 5) return ModbusFault.LongResponse;
        return pdu.SequenceEqual(requestPdu[..5]) ? ModbusFault.None : ModbusFault.WrongEcho;
    }

    private static ModbusFault CheckException(ReadOnlySpan<byte> pdu, ModbusFunction function)
    {
        if (pdu[0] != ((byte)function | ModbusFrame.ExceptionFlag)) return ModbusFault.WrongFunction;
        if (pdu.Length < 2) return ModbusFault.ShortResponse;
        if (pdu.Length > 2) return ModbusFault.LongResponse;
        return ModbusException.FaultOf(pdu[1]);
    }
}
