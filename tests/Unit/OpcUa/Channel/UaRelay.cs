using System.Net;
using System.Net.Sockets;

namespace HyperIngest.Tests.Unit.OpcUa.Channel;

/// <summary>Stands between a client and a server and does something to the bytes of each direction.</summary>
internal sealed class UaRelay : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];
    private readonly Task _running;

    /// <param name="serverPort">Where to.</param>
    /// <param name="atOnce">Most bytes passed on in one send.</param>
    /// <param name="change">May change the bytes on their way; true for those to the server.</param>
    public UaRelay(int serverPort, int atOnce = int.MaxValue, Action<bool, Memory<byte>>? change = null)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _running = RunAsync(serverPort, atOnce, change);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        lock (_sockets) foreach (Socket socket in _sockets) socket.Dispose();
        await _running;
    }

    private async Task RunAsync(int serverPort, int atOnce, Action<bool, Memory<byte>>? change)
    {
        try
        {
            Socket client = await _listener.AcceptAsync(), server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            lock (_sockets) _sockets.AddRange([client, server]);
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, serverPort);
            await Task.WhenAll(PassAsync(client, server, atOnce, true, change), PassAsync(server, client, atOnce, false, change));
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
            return;
        }
    }

    private static async Task PassAsync(Socket from, Socket to, int atOnce, bool toServer, Action<bool, Memory<byte>>? change)
    {
        byte[] bytes = new byte[1 << 16];
        try
        {
            int got;
            while ((got = await from.ReceiveAsync(bytes.AsMemory())) > 0)
            {
                change?.Invoke(toServer, bytes.AsMemory(0, got));
                for (int at = 0; at < got;) at += await to.SendAsync(bytes.AsMemory(at, Math.Min(atOnce, got - at)));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            to.Dispose();
        }
    }
}
