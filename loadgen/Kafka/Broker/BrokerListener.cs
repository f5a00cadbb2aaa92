using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Core.Sockets;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>One stretch of listening, from start to stop, and the connections accepted in it.</summary>
internal sealed class BrokerListener : IAsyncDisposable
{
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly BrokerState _broker;
    private readonly BrokerFaults _faults;
    private readonly BrokerCounters _counters;

    // By what closes each of them.
    private readonly ConcurrentDictionary<CancellationTokenSource, Task> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly Task _expiring;

    /// <summary>Listens on 127.0.0.1; when it returns, clients can connect.</summary>
    /// <param name="port">0 for a free one.</param>
    /// <param name="broker">Answers.</param>
    /// <param name="faults">What goes wrong.</param>
    /// <param name="counters">Where it counts.</param>
    /// <exception cref="SocketException">The port is taken; the message names it.</exception>
    public BrokerListener(int port, BrokerState broker, BrokerFaults faults, BrokerCounters counters)
    {
        _broker = broker;
        _faults = faults;
        _counters = counters;
        _socket = port != 0 ? Listen(port) : ChosenPorts.Listen(1, Listen);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
        _expiring = ExpireAsync();
    }

    public int Port { get; }

    public int Connected => _connections.Count;

    public void DropConnections()
    {
        foreach (CancellationTokenSource closing in _connections.Keys) closing.Cancel();
    }

    /// <summary>Closes the port and every connection, and waits until no request is being served.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        await _expiring.ConfigureAwait(false);
        DropConnections();
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static Socket Listen(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return socket;
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new SocketException((int)refused.SocketErrorCode, $"The stand-in broker cannot listen on 127.0.0.1:{port}: {refused.Message}");
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception closed) when (closed is OperationCanceledException or ObjectDisposedException || _stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException)
            {
                // The client gave up before it was accepted.
                continue;
            }
            _counters.Accepted.Add();
            client.NoDelay = true;
            CancellationTokenSource closing = new();
            BrokerConnection connection = new(client, _broker, _faults, _counters, closing.Token);
            TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[closing] = ServeAsync(connection, closing, registered.Task);
            registered.SetResult();
        }
    }

    // One that fails in a way no client can bring about stays in the list, so that stopping throws what it threw.
    private async Task ServeAsync(BrokerConnection connection, CancellationTokenSource closing, Task registered)
    {
        await registered.ConfigureAwait(false);
        await connection.RunAsync().ConfigureAwait(false);
        _connections.TryRemove(closing, out _);
    }

    private async Task ExpireAsync()
    {
        using PeriodicTimer timer = new(ExpiryInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false)) _broker.Expire();
        }
        catch (OperationCanceledException)
        {
            // Nothing runs out of time while the broker is down.
        }
    }
}
