using System.Collections;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Server.Subscriptions;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>A server of simulated variables. Hundreds live in one process: they share the standard nodes and the threads that sample and publish.</summary>
public sealed class UaServer : IAsyncDisposable
{
    // A burst of clients that come back together.
    private const int Backlog = 128;

    private readonly UaServerOptions _options;
    private readonly ILogger _logger;
    private readonly UaServerCore _core;
    private readonly UaRequestDispatch _dispatch;
    private readonly UaServerUpkeep _upkeep;
    private readonly ConcurrentDictionary<UaServerChannel, Task> _channels = [];
    private readonly CancellationTokenSource _stopping = new();

    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>A server that does not listen yet.</summary>
    /// <param name="options">Where, how and how much.</param>
    /// <param name="variables">What it serves; called by one thread at a time.</param>
    /// <param name="logger">Is told of refusals and of what ends.</param>
    /// <param name="clock">The clock of sampling, publishing and timeouts; the system's when null.</param>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public UaServer(UaServerOptions options, IUaVariables variables, ILogger logger, TimeProvider? clock = null)
    {
        options.Demand();
        _options = options;
        _logger = logger;
        _core = new UaServerCore(options, variables, logger, UaServerTimer.Of(clock ?? TimeProvider.System)) { Address = options.Address.ToString() };
        _dispatch = new UaRequestDispatch(_core);
        _upkeep = new UaServerUpkeep(_core, _dispatch.Sessions) { Timer = _core.Timer };
    }

    /// <summary>The port once started.</summary>
    public int Port => _core.Port;

    /// <summary>The URL of its endpoints once started.</summary>
    public string EndpointUrl => $"opc.tcp://{(_options.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{_options.Address}]" : _options.Address)}:{Port}{_options.Path}";

    /// <summary>What it has counted.</summary>
    public UaServerCounts Counts => _core.Snapshot(_channels.Count);

    /// <summary>A fault: messages of subscriptions are sent so much later than due. Zero for none.</summary>
    public TimeSpan PublishDelay
    {
        get
        {
            lock (_core.Gate) return TimeSpan.FromTicks(_core.PublishDelay);
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            lock (_core.Gate)
            {
                _core.PublishDelay = value.Ticks;
                foreach (UaServerSubscription subscription in _core.Subscriptions.Values) subscription.Replan();
            }
        }
    }

    /// <summary>Listens; when it returns, clients can connect.</summary>
    /// <exception cref="SocketException">The port is taken; the message names it.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        if (_listener is not null) throw new InvalidOperationException($"The OPC UA server {_core.Name} was started before.");
        Socket listener = new(_options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(_options.Address, _options.Port));
            listener.Listen(Backlog);
        }
        catch (SocketException refused)
        {
            listener.Dispose();
            throw new SocketException((int)refused.SocketErrorCode, $"The OPC UA server {_core.Name} cannot listen on {_options.Address}:{_options.Port}: {refused.Message}");
        }
        _listener = listener;
        _core.Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _core.Timer.Attach();
        _upkeep.Begin();
        _accepting = AcceptAsync(listener);
        UaServerLog.Listening(_logger, _core.Name, EndpointUrl);
    }

    /// <summary>Ends connections, sessions and subscriptions and waits for their loops; the server can not be started again.</summary>
    public async Task StopAsync()
    {
        if (_listener is null || _stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        foreach (UaServerChannel channel in _channels.Keys) channel.Dispose();
        await Task.WhenAll(_channels.Values).ConfigureAwait(false);
        lock (_core.Gate)
        {
            _upkeep.End();
            foreach (UaServerSession session in _core.Sessions.Values.ToArray()) _dispatch.Sessions.End(session, deleteSubscriptions: true, "the server stopped");
            foreach (UaServerSubscription subscription in _core.Subscriptions.Values.ToArray()) subscription.Delete();
        }
        _core.Timer.Detach();
    }

    /// <summary>A fault: every connection is closed without a word; sessions and subscriptions live on.</summary>
    public void CutChannels()
    {
        foreach (UaServerChannel channel in _channels.Keys) channel.Dispose();
    }

    /// <summary>A fault: every session is dead, its channel stays; subscriptions live on without one.</summary>
    public void CloseSessions()
    {
        lock (_core.Gate)
        {
            foreach (UaServerSession session in _core.Sessions.Values.ToArray()) _dispatch.Sessions.End(session, deleteSubscriptions: false, "a fault closed it");
        }
    }

    /// <summary>A fault: every subscription is gone without a word; what it had queued counts as dropped.</summary>
    public void DropSubscriptions()
    {
        lock (_core.Gate)
        {
            foreach (UaServerSubscription subscription in _core.Subscriptions.Values.ToArray()) subscription.Delete();
        }
    }

    /// <summary>A fault: variables become unknown, or known again. Items of theirs report BadNodeIdUnknown, and no value of them is taken.</summary>
    /// <param name="first">The first variable.</param>
    /// <param name="count">How many.</param>
    /// <param name="unknown">Which of the two.</param>
    public void SetUnknown(int first, int count, bool unknown)
    {
        int all = _core.Variables.Count;
        if (first < 0 || count < 0 || first > all - count) throw new ArgumentOutOfRangeException(nameof(first), first, $"Expected variables from 0 to {all - 1}, found {count} from {first} on.");
        lock (_core.Gate)
        {
            BitArray bits = _core.Unknown ?? new BitArray(all);
            for (int i = first; i < first + count; i++) bits[i] = unknown;
            _core.Unknown = bits.HasAnySet() ? bits : null;
        }
    }

    /// <summary>A fault: the next message of every subscription leaves a sequence number out.</summary>
    public void SkipSequenceNumber()
    {
        lock (_core.Gate)
        {
            foreach (UaServerSubscription subscription in _core.Subscriptions.Values) subscription.SkipSequenceNumber();
        }
    }

    /// <summary>New channels get this certificate, endpoints name it: an expired one as a fault, a new one as a renewal. It stays the caller's.</summary>
    public void UseCertificate(UaCertificate certificate)
    {
        lock (_core.Gate) _core.Certificate = certificate;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Take(await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                if (_stopping.IsCancellationRequested) return;
                // Out of descriptors, or a client that went while it came: others may come yet.
                UaServerLog.AcceptFailed(_logger, _core.Name, failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Take(Socket socket)
    {
        if (_channels.Count >= _options.Limits.Connections)
        {
            _core.Counters.CountRefused();
            UaServerLog.TooManyConnections(_logger, _core.Name, socket.RemoteEndPoint?.ToString() ?? "?", _options.Limits.Connections);
            socket.Dispose();
            return;
        }
        UaCertificate? own;
        lock (_core.Gate) own = _core.Certificate;
        UaServerChannel channel = new(socket, _options.Channel with { Own = own, Discovery = true }, _dispatch, _logger);
        _dispatch.Begin(channel, own);
        Task running = Task.Run(() => ServeAsync(channel));
        _channels[channel] = running;
        if (running.IsCompleted) _channels.TryRemove(channel, out _);
    }

    private async Task ServeAsync(UaServerChannel channel)
    {
        await channel.RunAsync().ConfigureAwait(false);
        _channels.TryRemove(channel, out _);
    }
}
