using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Sockets;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// The simulator's side of Modbus TCP: any number of ports in one process, each a device of its own or a gateway with up to 247 units.
/// Function codes 1 to 6, 15 and 16; other functions, addresses and quantities are answered with exceptions 1 to 3, bytes that are no Modbus TCP close the connection.
/// </summary>
public sealed class ModbusServer : IAsyncDisposable
{
    private readonly ModbusServerOptions _options;
    private readonly ModbusServerPort[] _ports;
    private readonly ModbusServerCounters _counters = new();
    private readonly ConcurrentDictionary<ModbusServerConnection, Task> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _accepting = [];
    private Socket[] _listeners = [];

    /// <summary>A server of <paramref name="ports"/>, not yet listening.</summary>
    /// <exception cref="ArgumentException">No ports, or they do not fit under 65536, or a buffer is smaller than a frame.</exception>
    public ModbusServer(ModbusServerOptions options, IReadOnlyList<ModbusServerPort> ports)
    {
        if (ports.Count == 0) throw new ArgumentException("A server needs at least one port.", nameof(ports));
        int room = options.BasePort == 0 ? ChosenPorts.MostPorts : 65536 - options.BasePort;
        if (options.BasePort is < 0 or > 65535 || ports.Count > room)
        {
            throw new ArgumentException($"{ports.Count} ports from base port {options.BasePort} on do not fit: there is room for {room}.", nameof(options));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReceiveBufferBytes, ModbusFrame.MaxFrameBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SendBufferBytes, ModbusServerFaults.MaxBytes, nameof(options));
        _options = options;
        _ports = [.. ports];
    }

    /// <summary>Port of the first endpoint once started.</summary>
    public int BasePort { get; private set; }

    /// <summary>How many ports.</summary>
    public int PortCount => _ports.Length;

    /// <summary>What it has counted so far.</summary>
    public ModbusServerCounts Counts => new(
        _connections.Count, _counters.Accepted.Value, _counters.Refused.Value, _counters.Requests.Value, _counters.Exceptions.Value,
        _counters.Faulted.Value, _counters.Malformed.Value, _counters.Broken.Value);

    /// <summary>Listens on all ports; when it returns, clients can connect.</summary>
    /// <exception cref="SocketException">A port is taken (the message names it), or no free run of ports was found.</exception>
    public void Start()
    {
        if (_listeners.Length > 0) throw new InvalidOperationException("The server has been started already.");
        (BasePort, _listeners) = _options.BasePort != 0 ? (_options.BasePort, Listen(_options.BasePort)) : ChosenPorts.Listen(_ports.Length, first => (first, Listen(first)));
        for (int i = 0; i < _ports.Length; i++) _accepting.Add(AcceptAsync(_listeners[i], _ports[i]));
    }

    /// <summary>Closes all ports and connections and waits for their loops.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Socket listener in _listeners) listener.Dispose();
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        foreach (ModbusServerConnection connection in _connections.Keys) connection.Close();
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
    }

    /// <summary>Closes every connection and keeps listening, as a switch that lost power would.</summary>
    public void DropConnections()
    {
        foreach (ModbusServerConnection connection in _connections.Keys) connection.Close();
    }

    /// <summary>Shows every open connection of a port to the port's fault, and closes those that it refuses.</summary>
    public void ShowFault(ModbusServerPort port)
    {
        foreach (ModbusServerConnection connection in _connections.Keys)
        {
            if (connection.Port != port || port.Fault is not { } fault || !fault.Refuses()) continue;
            _counters.Refused.Add();
            connection.Close();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private Socket[] Listen(int basePort)
    {
        Socket[] listeners = new Socket[_ports.Length];
        for (int i = 0; i < listeners.Length; i++)
        {
            Socket listener = listeners[i] = new Socket(_options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(_options.Address, basePort + i));
                listener.Listen();
            }
            catch (SocketException refused)
            {
                for (int k = 0; k <= i; k++) listeners[k].Dispose();
                throw new SocketException((int)refused.SocketErrorCode, $"Cannot listen on {_options.Address}:{basePort + i}: {refused.Message}");
            }
        }
        return listeners;
    }

    private async Task AcceptAsync(Socket listener, ModbusServerPort port)
    {
        StrongBox<int> open = new();
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException && _stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException)
            {
                // The client gave up before it was accepted, or descriptors ran out: the port must go on. The pause keeps the latter from spinning.
                _counters.Refused.Add();
                await Task.Delay(10).ConfigureAwait(false);
                continue;
            }
            if (port.Fault is { } fault && fault.Refuses())
            {
                _counters.Refused.Add();
                socket.Dispose();
                continue;
            }
            if (Interlocked.Increment(ref open.Value) > _options.MaxConnectionsPerPort)
            {
                Interlocked.Decrement(ref open.Value);
                _counters.Refused.Add();
                socket.Dispose();
                continue;
            }
            _counters.Accepted.Add();
            socket.NoDelay = true;
            ModbusServerConnection connection = new(socket, port, _options, _counters);
            TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[connection] = ServeAsync(connection, open, registered.Task);
            registered.SetResult();
        }
    }

    private async Task ServeAsync(ModbusServerConnection connection, StrongBox<int> open, Task registered)
    {
        await registered.ConfigureAwait(false);
        await connection.RunAsync().ConfigureAwait(false);
        Interlocked.Decrement(ref open.Value);
        _connections.TryRemove(connection, out _);
    }
}
