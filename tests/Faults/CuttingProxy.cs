using System.Net;
using System.Net.Sockets;

namespace HyperIngest.Tests.Faults;

/// <summary>Which way the bytes go that a cut is counted in.</summary>
public enum CutSide
{
    /// <summary>What the client sends: a cut lies in a COPY's rows most of the time.</summary>
    ToServer,

    /// <summary>What the server answers: a cut leaves the client without an answer, also to a commit that happened.</summary>
    ToClient,
}

/// <summary>Stands before a TCP server and cuts the connection in which an agreed number of bytes has passed; what stands behind the cut never arrives.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly IPEndPoint _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    // All under it: how many bytes may still pass on the side, over all connections; null while none is to be cut.
    private readonly Lock _cutting = new();
    private long? _left;
    private CutSide _side;
    private TaskCompletionSource _cut = new();

    public CuttingProxy(int serverPort)
    {
        _server = new IPEndPoint(IPAddress.Loopback, serverPort);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets so many bytes pass on a side, cuts the connection that was to carry the next one, and completes.</summary>
    public Task CutAfterAsync(CutSide side, long bytes)
    {
        lock (_cutting)
        {
            (_left, _side, _cut) = (bytes, side, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return _cut.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_end.Token);
                _connections.Add(Task.Run(() => CarryAsync(client)));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using Socket server = new(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            try
            {
                await server.ConnectAsync(_server, over.Token);
                client.NoDelay = server.NoDelay = true;
                await await Task.WhenAny(PumpAsync(client, server, CutSide.ToServer, over.Token), PumpAsync(server, client, CutSide.ToClient, over.Token));
            }
            catch (Exception ended) when (ended is SocketException or OperationCanceledException)
            {
                // Either end hung up, or the test is over.
            }
            await over.CancelAsync();
        }
    }

    // Ends where the connection ends or is cut.
    private async Task PumpAsync(Socket from, Socket to, CutSide side, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            int read = await from.ReceiveAsync(buffer, cancellationToken);
            if (read == 0) return;
            int pass = Take(side, read, out TaskCompletionSource? cut);
            for (int sent = 0; sent < pass;) sent += await to.SendAsync(buffer.AsMemory(sent, pass - sent), cancellationToken);
            if (cut is null) continue;
            // The one side sees the stream end in mid-message, the other a reset.
            to.Shutdown(SocketShutdown.Send);
            from.LingerState = new LingerOption(true, 0);
            cut.SetResult();
            return;
        }
    }

    // How many of the bytes may pass; with cut, the connection ends behind them.
    private int Take(CutSide side, int bytes, out TaskCompletionSource? cut)
    {
        cut = null;
        lock (_cutting)
        {
            if (_left is not { } left || _side != side) return bytes;
            if (bytes <= left)
            {
                _left = left - bytes;
                return bytes;
            }
            _left = null;
            cut = _cut;
            return (int)left;
        }
    }
}
