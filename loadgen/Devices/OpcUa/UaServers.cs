using System.Diagnostics;
using System.Net.Sockets;
using HyperIngest.Core.Sockets;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>All OPC UA servers of a simulator, a port each.</summary>
internal sealed class UaServers : IAsyncDisposable
{
    // Samples that were due before a hold are taken by then, unless the process stands still.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    private readonly Plant _plant;
    private readonly SimulatedDevice[] _devices;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Dictionary<string, UaCertificates> _certificates = new(StringComparer.Ordinal);

    // By the device's number; null for those that are no servers, and before the start.
    private readonly UaDeviceServer?[] _servers;

    /// <summary>The servers of a plant, not yet listening.</summary>
    /// <param name="plant">The plant; it has some.</param>
    /// <param name="devices">All its devices.</param>
    /// <param name="clock">The clock of sampling and publishing.</param>
    /// <param name="logger">Where they say whom they refuse; null for nowhere.</param>
    public UaServers(Plant plant, SimulatedDevice[] devices, TimeProvider clock, ILogger? logger)
    {
        _plant = plant;
        _devices = devices;
        _clock = clock;
        _logger = logger ?? NullLogger.Instance;
        _servers = new UaDeviceServer?[devices.Length];
    }

    /// <summary>The first port once started.</summary>
    public int BasePort { get; private set; }

    /// <summary>Whether values go on.</summary>
    public ValueHold Hold { get; } = new();

    /// <summary>What all of them have counted, together.</summary>
    public UaServersCounts Counts
    {
        get
        {
            UaServersCounts sum = new();
            foreach (UaDeviceServer? server in _servers)
            {
                if (server is not null) sum = sum.With(server.Server.Counts);
            }
            return sum;
        }
    }

    /// <summary>A device's server; null when it is none, or has not started.</summary>
    public UaDeviceServer? Find(int device) => _servers[device];

    /// <summary>Listens on all ports; when it returns, clients can connect.</summary>
    /// <exception cref="SocketException">A port is taken (the message names it), or no free run of ports was found.</exception>
    public void Start()
    {
        if (_plant.Options.BasePort != 0)
        {
            BasePort = _plant.Options.BasePort + _plant.PortCount;
            StartAt(BasePort);
            return;
        }
        BasePort = ChosenPorts.Listen(_plant.UaPortCount, first =>
        {
            StartAt(first);
            return first;
        });
    }

    /// <summary>Holds the values, and waits until the clients have acknowledged all that was sent to them before: the served counts are exact from then on.</summary>
    /// <exception cref="TimeoutException">They have not all of it in time; the message says of whom.</exception>
    public async Task DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Hold.Begin(_clock.GetUtcNow().UtcTicks);
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(Grace, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            int device = Array.FindIndex(_servers, s => s is not null && s.Server.Counts is not { Queued: 0, Unacknowledged: 0 });
            if (device < 0) return;
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                UaServerCounts counts = _servers[device]!.Server.Counts;
                throw new TimeoutException(
                    $"{_plant.Devices[device].Name} still has {counts.Queued:N0} values for its {counts.Sessions:N0} sessions after {limit.TotalSeconds:0} s, and {counts.Unacknowledged:N0} that they did not acknowledge");
            }
            await Task.Delay(LookEvery, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes all ports, sessions and connections.</summary>
    public async Task StopAsync() => await Task.WhenAll(_servers.Select(s => s?.Server.StopAsync() ?? Task.CompletedTask)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (UaDeviceServer? server in _servers)
        {
            if (server is not null) await server.Server.DisposeAsync().ConfigureAwait(false);
        }
        foreach (UaCertificates certificates in _certificates.Values) certificates.Dispose();
    }

    private void StartAt(int basePort)
    {
        int started = -1;
        try
        {
            for (int d = 0; d < _servers.Length; d++)
            {
                if (_plant.Devices[d].OpcUa is not { } options) continue;
                _servers[d] = ServerOf(d, options, basePort);
                started = d;
                _servers[d]!.Server.Start();
            }
        }
        catch (SocketException)
        {
            for (int d = 0; d <= started; d++)
            {
                // It has had no connection yet: there is nothing to wait for.
                _servers[d]?.Server.DisposeAsync().AsTask().GetAwaiter().GetResult();
                _servers[d] = null;
            }
            throw;
        }
    }

    private UaDeviceServer ServerOf(int device, UaServerDeviceOptions options, int basePort)
    {
        PlantDevice one = _plant.Devices[device];
        string uri = $"urn:hyperingest:simulator:{Uri.EscapeDataString(_plant.Options.Name)}";
        bool isSecured = options.Security.Any(s => s.Policy != UaSecurityPolicy.None);
        string folder = options.Certificates ?? "";
        if (!_certificates.TryGetValue(folder, out UaCertificates? certificates)) _certificates.Add(folder, certificates = new UaCertificates(uri, _plant.Address, options.Certificates));
        UaServerOptions server = new()
        {
            Address = _plant.Address,
            Port = basePort + one.Port,
            ApplicationUri = uri,
            Folder = one.Name,
            Namespaces = [UaServerDeviceRules.NamespaceOf(options, _plant.Options.Name)],
            Channel = new UaServerChannelOptions { Endpoints = options.Security, Own = isSecured || options.Users.Count > 0 ? certificates.Own : null, Check = certificates.Check },
            Users = new UaServerUsers { Anonymous = options.Anonymous, Passwords = options.Users.ToDictionary(u => u.User, u => u.Password, StringComparer.Ordinal) },
            Limits = new UaServerLimits
            {
                Sessions = options.MaxSessions,
                Connections = Math.Max(options.MaxSessions, new UaServerLimits().Connections),
                NodesPerRead = options.MaxNodesPerCall,
                NodesPerBrowse = Math.Min(options.MaxNodesPerCall, new UaServerLimits().NodesPerBrowse),
                ItemsPerCall = options.MaxNodesPerCall,
                ShortestSampling = options.MinSampling,
                ShortestPublishing = options.MinPublishing,
            },
        };
        UaDeviceVariables variables = new(_devices[device], options, Hold);
        return new UaDeviceServer(new UaServer(server, variables, _logger, _clock), variables.Count, certificates);
    }
}
