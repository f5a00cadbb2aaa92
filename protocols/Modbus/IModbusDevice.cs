namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// The registers and bits of one unit, as the server asks for them. Called by the connection that received the request, so by several threads when a
/// device has several connections. An implementation must allocate nothing and must not throw on any address or count the ranges below allow.
/// </summary>
public interface IModbusDevice
{
    /// <summary>Reads consecutive registers or bits.</summary>
    /// <param name="table">Which table.</param>
    /// <param name="address">First register or bit, 0 to 65535; <c>address + count</c> is at most 65536.</param>
    /// <param name="count">1 to 125 registers or 1 to 2000 bits.</param>
    /// <param name="destinationBigEndian">
    /// Exactly the answer's data, to be overwritten whole: 2 bytes a register, high byte first; or bits packed low bit first into
    /// <c>(count + 7) / 8</c> bytes with the unused bits 0 (clauses 6.1 to 6.4).
    /// </param>
    /// <returns><see cref="ModbusExceptionCode.None"/>, or what to answer instead; then the destination is not looked at.</returns>
    ModbusExceptionCode Read(ModbusTable table, int address, int count, Span<byte> destinationBigEndian);

    /// <summary>Writes consecutive holding registers or coils.</summary>
    /// <param name="table"><see cref="ModbusTable.HoldingRegister"/> or <see cref="ModbusTable.Coil"/>.</param>
    /// <param name="address">First register or bit, 0 to 65535; <c>address + count</c> is at most 65536.</param>
    /// <param name="count">1 to 123 registers or 1 to 1968 bits.</param>
    /// <param name="sourceBigEndian">The data, laid out as for <see cref="Read"/> (clauses 6.5, 6.6, 6.11, 6.12).</param>
    /// <returns><see cref="ModbusExceptionCode.None"/>, or what to answer instead; then nothing may have been written.</returns>
    ModbusExceptionCode Write(ModbusTable table, int address, int count, ReadOnlySpan<byte> sourceBigEndian);
}
