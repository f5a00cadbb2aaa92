using System.Net;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Where a server listens and what it allows a client.</summary>
public sealed record ModbusServerOptions
{
    /// <summary>Address to listen on; default loopback.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port of the first endpoint, 1 to 65535; the others follow it one by one. 0 looks for a free run of ports. Default 0.</summary>
    public int BasePort { get; init; }

    /// <summary>Connections open at once on one port; one more is closed at once and counted. Default 16.</summary>
    public int MaxConnectionsPerPort { get; init; } = 16;

    /// <summary>
    /// Receive buffer of a connection, at least <see cref="ModbusFrame.MaxFrameBytes"/>; default 1 KiB: 85 pipelined reads of 12 bytes, more than any client sends at once.
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 1024;

    /// <summary>
    /// Answer buffer of a connection, at least twice <see cref="ModbusFrame.MaxFrameBytes"/>; default 4 KiB: 15 answers of 125 registers leave in one send,
    /// and 4,000 connections need 20 MB of buffers.
    /// </summary>
    public int SendBufferBytes { get; init; } = 4096;

    /// <summary>What the pauses of faults go by; default the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>What a server has counted since it started.</summary>
/// <param name="Connections">Open now.</param>
/// <param name="Accepted">Connections taken.</param>
/// <param name="Refused">Connections closed because their port had as many as it may, or a fault refused them.</param>
/// <param name="Requests">Whole requests received.</param>
/// <param name="Exceptions">Of these, answered with an exception.</param>
/// <param name="Faulted">Of these, met by a fault.</param>
/// <param name="Malformed">Connections closed because their bytes were not Modbus TCP.</param>
/// <param name="Broken">Connections that ended in an error or were cut by the server itself, rather than closed by the client.</param>
public readonly record struct ModbusServerCounts(
    int Connections, long Accepted, long Refused, long Requests, long Exceptions, long Faulted, long Malformed, long Broken);
