using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace HyperIngest.Mqtt;

/// <summary>The stream to a broker: TCP, with or without TLS over it.</summary>
internal sealed class MqttTransport : IDisposable
{
    private readonly Socket _socket;

    private MqttTransport(Socket socket, Stream stream)
    {
        _socket = socket;
        Stream = stream;
    }

    /// <summary>What is read from and written to.</summary>
    public Stream Stream { get; }

    /// <summary>Connects.</summary>
    /// <exception cref="MqttException">It could not; the text says why.</exception>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public static async Task<MqttTransport> OpenAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        SslClientAuthenticationOptions? tls = options.Tls is { } asked ? MqttTls.Settings(options, asked) : null;
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            NoticeVanishedPeers(socket);
            MqttSocketStream plain;
            // The name is resolved at every try: an address may have moved.
            if (options.OwnReadingThread)
            {
                plain = await ConnectBlockingAsync(socket, options, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await socket.ConnectAsync(options.Host, options.Port, cancellationToken).ConfigureAwait(false);
                plain = new MqttSocketStream(socket, blocks: false);
            }
            if (tls is null) return new MqttTransport(socket, plain);
            SslStream secured = new(plain, leaveInnerStreamOpen: false);
            // A handshake whose reads block ends with the socket.
            await using (cancellationToken.UnsafeRegister(static state => ((Socket)state!).Dispose(), socket).ConfigureAwait(false))
            {
                await Task.Run(() => secured.AuthenticateAsClientAsync(tls, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            return new MqttTransport(socket, secured);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or ObjectDisposedException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new MqttException(new MqttEnd(MqttReasonCode.ServerUnavailable, $"{options.Address}: {Explain(failure)}"), failure);
        }
    }

    /// <summary>No more is sent; what was sent arrives.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The other side was first: there is nothing to end.
        }
    }

    /// <summary>Closes the socket; what is being read or written fails. May be called by any thread and more than once.</summary>
    public void Abort() => _socket.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        Stream.Dispose();
    }

    // An asynchronous connect enters the socket with the runtime's socket thread, which is then woken for all that comes, beside the thread that reads it: a tenth of a core at 100,000 messages a second.
    private static async Task<MqttSocketStream> ConnectBlockingAsync(Socket socket, MqttClientOptions options, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(static state => ((Socket)state!).Dispose(), socket).ConfigureAwait(false))
        {
            await Task.Run(() => socket.Connect(options.Host, options.Port), cancellationToken).ConfigureAwait(false);
        }
        return new MqttSocketStream(socket, blocks: true);
    }

    private static string Explain(Exception failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens on the port",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "no such host",
        SocketException socket => $"no connection ({socket.SocketErrorCode})",
        // The broker's certificate is not accepted here; the message says whether it is the name or the chain.
        AuthenticationException => $"TLS: {failure.Message}",
        _ => $"TLS: the broker ended the handshake ({failure.Message})",
    };

    private static void NoticeVanishedPeers(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        if (!OperatingSystem.IsLinux()) return;
        // tcp(7) TCP_USER_TIMEOUT: a peer that acknowledges nothing for 20 s is gone; without it the kernel goes on repeating for a quarter of an hour.
        const int protocolTcp = 6, tcpUserTimeout = 18, milliseconds = 20_000;
        socket.SetRawSocketOption(protocolTcp, tcpUserTimeout, BitConverter.GetBytes(milliseconds));
    }
}
