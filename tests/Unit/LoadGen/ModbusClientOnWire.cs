using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace HyperIngest.Tests.Unit.LoadGen;

/// <summary>A client that sees the bytes: requests as written here, answers as they came, no help from the product's client.</summary>
internal sealed class ModbusClientOnWire : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };

    public ModbusClientOnWire(int port) => _socket.Connect(IPAddress.Loopback, port);

    public static byte[] ReadRequest(ushort transaction, byte unit, byte function, int address, int count)
    {
        byte[] frame = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(frame, transaction);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(4), 6);
        frame[6] = unit;
        frame[7] = function;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(8), (ushort)address);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(10), (ushort)count);
        return frame;
    }

    public static byte[] Frame(ushort transaction, byte unit, params ReadOnlySpan<byte> pdu)
    {
        byte[] frame = new byte[7 + pdu.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, transaction);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(4), (ushort)(pdu.Length + 1));
        frame[6] = unit;
        pdu.CopyTo(frame.AsSpan(7));
        return frame;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
    }

    /// <summary>One answer, by its own length field.</summary>
    public byte[] Receive()
    {
        byte[] header = ReceiveExactly(6);
        return [.. header, .. ReceiveExactly(BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4)))];
    }

    public byte[] Ask(params ReadOnlySpan<byte> request)
    {
        Send(request);
        return Receive();
    }

    public byte[] ReceiveExactly(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = _socket.Receive(bytes, filled, count - filled, SocketFlags.None);
            if (received == 0) throw new EndOfStreamException($"closed after {filled} of {count} bytes");
            filled += received;
        }
        return bytes;
    }

    /// <summary>True when the server has closed; waits for it.</summary>
    public bool IsClosedByServer()
    {
        try
        {
            return _socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public int Available => _socket.Available;

    public void Dispose() => _socket.Dispose();
}
