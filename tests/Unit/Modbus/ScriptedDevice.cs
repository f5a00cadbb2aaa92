using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Modbus;

/// <summary>
/// A Modbus TCP server in this process that does what its script says with each request. Without a script it answers well: register and bit n of any unit hold
/// n + 1000 x unit (bits: its lowest bit).
/// </summary>
internal sealed class ScriptedDevice : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Task> _peers = new();
    private readonly Task _accepting;
    private int _connections;
    private int _requests;

    public ScriptedDevice(Func<Peer, byte[], Task>? script = null)
    {
        Script = script ?? ((peer, request) => peer.SendAsync(Answer(request)));
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public delegate Task OnConnect(Peer peer);

    public Func<Peer, byte[], Task> Script { get; set; }

    public OnConnect? Connected { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    public int Requests => Volatile.Read(ref _requests);

    public static ushort RegisterValue(int unit, int address) => (ushort)(address + (1000 * unit));

    public static ushort Transaction(byte[] frame) => BinaryPrimitives.ReadUInt16BigEndian(frame);

    public static byte UnitOf(byte[] frame) => frame[6];

    /// <summary>The right answer to a read or write request.</summary>
    public static byte[] Answer(byte[] request)
    {
        byte function = request[7];
        int address = BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(8));
        int count = BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(10));
        if (function >= 5) return Frame(request, [.. request.AsSpan(7, 5)]);
        int bytes = function <= 2 ? (count + 7) / 8 : count * 2;
        byte[] pdu = new byte[2 + bytes];
        pdu[0] = function;
        pdu[1] = (byte)bytes;
        for (int i = 0; i < count; i++)
        {
            ushort value = RegisterValue(UnitOf(request), address + i);
            if (function <= 2) pdu[2 + (i / 8)] |= (byte)((value & 1) << (i % 8));
            else BinaryPrimitives.WriteUInt16BigEndian(pdu.AsSpan(2 + (2 * i)), value);
        }
        return Frame(request, pdu);
    }

    public static byte[] Exception(byte[] request, byte code) => Frame(request, [(byte)(request[7] | 0x80), code]);

    /// <summary>A frame with the request's transaction and unit.</summary>
    public static byte[] Frame(byte[] request, byte[] pdu)
    {
        byte[] frame = new byte[7 + pdu.Length];
        ModbusFrame.WriteHeader(frame, Transaction(request), UnitOf(request), pdu.Length);
        pdu.CopyTo(frame, 7);
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (Socket socket in _peers.Keys) socket.Dispose();
        await Task.WhenAll(_peers.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                Interlocked.Increment(ref _connections);
                _peers[socket] = Task.Run(() => ServeAsync(new Peer(socket)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Assert.True(_stop.IsCancellationRequested, end.ToString());
        }
    }

    private async Task ServeAsync(Peer peer)
    {
        byte[] buffer = new byte[4096];
        int filled = 0;
        try
        {
            if (Connected is { } connected) await connected(peer);
            while (true)
            {
                int received = await peer.Socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None);
                if (received == 0) break;
                filled += received;
                while (ModbusFrame.Find(buffer.AsSpan(0, filled), out int frameBytes) == HyperIngest.Core.Framing.FrameStatus.Complete)
                {
                    byte[] request = buffer[..frameBytes];
                    filled -= frameBytes;
                    Buffer.BlockCopy(buffer, frameBytes, buffer, 0, filled);
                    Interlocked.Increment(ref _requests);
                    await Script(peer, request);
                }
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The client or the test closed the connection; what matters is what the client makes of it.
            _ = end;
        }
        peer.Socket.Dispose();
    }

    /// <summary>One connection as the script sees it.</summary>
    internal sealed class Peer(Socket socket)
    {
        public Socket Socket => socket;

        /// <summary>Anything a script wants to keep for the connection.</summary>
        public List<byte[]> Held { get; } = [];

        public async Task SendAsync(byte[] bytes)
        {
            for (int sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None);
        }

        public void Close() => socket.Close();
    }
}
