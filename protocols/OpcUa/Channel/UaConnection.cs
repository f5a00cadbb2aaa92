using System.Net.Sockets;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>What takes the chunks of a connection; on its receiving loop.</summary>
internal interface IUaChunkTaker
{
    /// <summary>A whole chunk.</summary>
    /// <exception cref="UaException">The connection cannot go on.</exception>
    void Take(byte[] bytes, int at, in UaChunkHeader header);
}

/// <summary>A connected socket with its two halves, and the loop that receives.</summary>
internal sealed class UaConnection : IDisposable
{
    // How long, and for how much, a peer is listened to after an Error: closing a socket that has unread bytes would take the Error back.
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);
    private const int LingerBytes = 1 << 20;

    private readonly Socket _socket;
    private readonly IUaChunkTaker _taker;
    private readonly UaReceiveBuffer _buffer = new();

    // Why it ends; the first to say so is right. Any thread.
    private UaException? _reason;
    private long _receivedBytes;

    public UaConnection(Socket socket, UaTransportLimits limits, int maxUnsentBytes, IUaChunkTaker taker)
    {
        _socket = socket;
        _taker = taker;
        socket.NoDelay = true;
        // A send must never hold the thread that wants to send.
        socket.Blocking = false;
        NoticeVanishedPeers(socket);
        Inbound = new UaInbound(limits);
        Outbox = new UaOutbox(socket, maxUnsentBytes, End);
    }

    public UaOutbox Outbox { get; }

    public UaInbound Inbound { get; }

    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>From now on both sides keep to these.</summary>
    public void Agree(UaAgreedLimits limits)
    {
        _buffer.MaxChunkBytes = limits.ReceiveChunkBytes;
        Outbox.Agree(limits);
    }

    /// <summary>Ends it from any thread; <see cref="RunAsync"/> returns the first reason given.</summary>
    public void End(UaException reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _socket.Dispose();
    }

    /// <summary>Receives until the connection ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<UaException> RunAsync()
    {
        UaException reason;
        try
        {
            while (true)
            {
                int bytes = await _socket.ReceiveAsync(_buffer.Room, SocketFlags.None).ConfigureAwait(false);
                if (bytes == 0)
                {
                    reason = new UaException(UaStatusCodes.BadConnectionClosed, "The other side closed the connection");
                    break;
                }
                Volatile.Write(ref _receivedBytes, _receivedBytes + bytes);
                _buffer.Received(bytes);
                while (_buffer.TryTake(out int at, out UaChunkHeader header)) _taker.Take(_buffer.Bytes, at, header);
            }
        }
        catch (UaException fault)
        {
            reason = fault;
        }
        catch (SocketException broken)
        {
            reason = new UaException(UaStatusCodes.BadConnectionClosed, $"The connection broke while receiving ({broken.SocketErrorCode})", broken);
        }
        catch (ObjectDisposedException closed)
        {
            reason = new UaException(UaStatusCodes.BadSecureChannelClosed, "This side closed the connection", closed);
        }
        return Interlocked.CompareExchange(ref _reason, reason, null) ?? reason;
    }

    /// <summary>Tells the other side why, and waits a little until it has read that.</summary>
    public async Task SendErrorAsync(uint status, string reason)
    {
        Outbox.SendBare(UaHandshake.Error(status, reason));
        using CancellationTokenSource enough = new(LingerTime);
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            byte[] nowhere = new byte[UaTransportLimits.LeastBufferBytes];
            int got = 1;
            for (int all = 0; got > 0 && all < LingerBytes; all += got) got = await _socket.ReceiveAsync(nowhere.AsMemory(), SocketFlags.None, enough.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It does not listen: the connection ends all the same, and its reason is known.
            _socket.Dispose();
        }
    }

    /// <summary>Gives everything back; after <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        Outbox.Dispose();
        Inbound.Dispose();
        _buffer.Dispose();
    }

    private static void NoticeVanishedPeers(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        if (!OperatingSystem.IsLinux()) return;
        // tcp(7) TCP_USER_TIMEOUT: a peer that acknowledges nothing for 20 s is gone; without it the kernel goes on repeating for a quarter of an hour.
        const int protocolTcp = 6, tcpUserTimeout = 18, milliseconds = 20_000;
        socket.SetRawSocketOption(protocolTcp, tcpUserTimeout, BitConverter.GetBytes(milliseconds));
    }
}
