using HyperIngest.Core.Polling;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging;

namespace HyperIngest.LoadGen.Devices;

/// <summary>A plant's devices, alive and listening.</summary>
public sealed class Simulator : IAsyncDisposable
{
    // Within the 30 s that a parent waits for an answer.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(25);

    // Whoever subscribes to a server and does not acknowledge must not hold up its end as long as a broker may.
    private static readonly TimeSpan UaDrainLimit = TimeSpan.FromSeconds(10);

    private readonly SimulatedDevice[] _devices;
    private readonly ModbusServerUnit?[] _units;
    private readonly ModbusServer? _server;
    private readonly FaultBoard _faults;
    private readonly TimeProvider _clock;

    /// <summary>The simulator of <paramref name="plant"/>, not yet listening.</summary>
    /// <param name="plant">The plant.</param>
    /// <param name="clock">The clock of its waveforms, fault schedules and delays; null for the system's.</param>
    /// <param name="logger">Where connections to a broker say what changes, and OPC UA servers whom they refuse; null for nowhere.</param>
    public Simulator(Plant plant, TimeProvider? clock = null, ILogger? logger = null)
    {
        _clock = clock ??= TimeProvider.System;
        Plant = plant;
        _devices = new SimulatedDevice[plant.Devices.Count];
        _units = new ModbusServerUnit[plant.Devices.Count];
        for (int i = 0; i < _devices.Length; i++)
        {
            PlantDevice device = plant.Devices[i];
            _devices[i] = new SimulatedDevice(device.Name, device.Template, plant.Options.Seed, clock) { ClockSkew = device.ClockSkew };
            if (device.IsModbus) _units[i] = new ModbusServerUnit(device.UnitId, _devices[i]);
        }
        ModbusServerPort[] ports =
        [
            .. Enumerable.Range(0, _units.Length).Where(d => _units[d] is not null).GroupBy(d => plant.Devices[d].Port).OrderBy(p => p.Key).Select(p => new ModbusServerPort([.. p.Select(d => _units[d]!)])),
        ];
        if (ports.Length > 0) _server = new ModbusServer(new ModbusServerOptions { Address = plant.Address, BasePort = plant.Options.BasePort, Clock = clock }, ports);
        if (plant.Nodes.Count > 0) Publishing = new MqttPublishing(plant, _devices, clock, null, logger);
        if (plant.UaPortCount > 0) UaServers = new UaServers(plant, _devices, clock, logger);
        _faults = new FaultBoard(plant, clock, _devices, _units, ports, new FaultActions(port => Server.ShowFault(ports[port]), Publishing, UaServers));
        foreach ((FaultSpec spec, IReadOnlyList<int> devices) in plant.Faults) _faults.Inject(spec, devices);
    }

    /// <summary>The plant.</summary>
    public Plant Plant { get; }

    /// <summary>The server of its Modbus devices, for its counts and for cutting connections.</summary>
    /// <exception cref="InvalidOperationException">No device is a Modbus device.</exception>
    public ModbusServer Server => _server ?? throw new InvalidOperationException($"Plant {Plant.Options.Name} has no Modbus devices.");

    /// <summary>What the server has counted; nothing when there are no Modbus devices.</summary>
    public ModbusServerCounts ServerCounts => _server?.Counts ?? default;

    /// <summary>The base port of the Modbus devices once started; 0 when there are none.</summary>
    public int BasePort => _server?.BasePort ?? 0;

    /// <summary>The base port of the OPC UA servers once started; 0 when there are none.</summary>
    public int UaBasePort => UaServers?.BasePort ?? 0;

    /// <summary>The endpoint of a device that is an OPC UA server, once started.</summary>
    public string UaEndpointOf(PlantDevice device) => UaPlantClient.EndpointOf(Plant.Address.ToString(), UaBasePort, device);

    /// <summary>What the OPC UA servers have counted; nothing when there are none.</summary>
    public UaServersCounts UaCounts => UaServers?.Counts ?? default;

    /// <summary>What the publishers have counted; nothing when there are none.</summary>
    public MqttPublishCounts PublishCounts => Publishing?.Counts ?? default;

    /// <summary>The publishers; null when there are none.</summary>
    internal MqttPublishing? Publishing { get; }

    /// <summary>The OPC UA servers; null when there are none.</summary>
    internal UaServers? UaServers { get; }

    /// <summary>A device by its number in the plant.</summary>
    public SimulatedDevice Device(int index) => _devices[index];

    /// <summary>A device's place in the server, to give it a fault of one's own; <see cref="Inject"/> and <see cref="Clear"/> put theirs in its place.</summary>
    /// <exception cref="InvalidOperationException">The device is no Modbus device.</exception>
    public ModbusServerUnit Unit(int index) => _units[index] ?? throw new InvalidOperationException($"Device {_devices[index].Name} is no Modbus device; it has no place in their server.");

    /// <summary>The faults that were set and not cleared, those of the plant first.</summary>
    public IReadOnlyList<FaultStatus> Faults => _faults.Statuses();

    /// <summary>Hits of each kind of fault that has hit anything since the simulator was made, of cleared faults too.</summary>
    public IReadOnlyDictionary<FaultKind, long> FaultHits => _faults.HitsByKind();

    /// <summary>
    /// Sets a fault in force on every device whose name matches. Its times count from now, before <see cref="Start"/> from then. Where several hit a device, the first that was set goes first.
    /// </summary>
    /// <returns>Its id: <c>fault-1</c>.</returns>
    /// <exception cref="ArgumentException">The fault cannot be, or no device matches; the message says what was expected.</exception>
    public string Inject(FaultSpec spec) => _faults.Inject(spec, Plant.Matching(spec.Devices));

    /// <summary>Takes a fault off, from the next request on; false when there is none of that id.</summary>
    public bool Clear(string id) => _faults.Clear(id);

    /// <summary>Takes all faults off, those of the plant file too.</summary>
    public void ClearAll() => _faults.ClearAll();

    /// <summary>Starts listening; when it returns, clients can connect. Publishers begin to connect, and publish nothing yet.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken.</exception>
    public void Start()
    {
        _server?.Start();
        UaServers?.Start();
        Publishing?.Start();
        _faults.Begin();
    }

    /// <summary>Has its publishers publish, as the plant says or by a pace; without publishers nothing.</summary>
    public void BeginPublishing(IPollPace? pace = null) => Publishing?.Begin(pace);

    /// <summary>The values of OPC UA servers stand still, from now on, or go on; without such servers nothing.</summary>
    public void HoldValues(bool hold)
    {
        if (hold) UaServers?.Hold.Begin(_clock.GetUtcNow().UtcTicks);
        else UaServers?.Hold.End();
    }

    /// <summary>Nothing is due any more; waits until the broker has all that was, and the subscribers of OPC UA servers have acknowledged it. From then on <see cref="Served"/> is exact.</summary>
    /// <exception cref="TimeoutException">They have not all of it within 25 s (10 s for subscribers); the message says of whom.</exception>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        if (UaServers is not null) await UaServers.DrainAsync(UaDrainLimit, cancellationToken).ConfigureAwait(false);
        if (Publishing is not null) await Publishing.DrainAsync(DrainLimit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Readings answered so far.</summary>
    public long ReadingsServed
    {
        get
        {
            long sum = 0;
            foreach (SimulatedDevice device in _devices) sum += device.ReadingsServed;
            return sum;
        }
    }

    /// <summary>What was answered so far; exact once clients have stopped asking.</summary>
    public ServedCounts Served()
    {
        uint[][] served = new uint[_devices.Length][];
        for (int i = 0; i < served.Length; i++) served[i] = _devices[i].CopyServed();
        return new ServedCounts(served);
    }

    /// <summary>Closes all ports and connections.</summary>
    public async Task StopAsync()
    {
        _faults.Dispose();
        if (_server is not null) await _server.StopAsync().ConfigureAwait(false);
        if (UaServers is not null) await UaServers.StopAsync().ConfigureAwait(false);
        if (Publishing is not null) await Publishing.StopAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _faults.Dispose();
        if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
        if (UaServers is not null) await UaServers.DisposeAsync().ConfigureAwait(false);
        if (Publishing is not null) await Publishing.DisposeAsync().ConfigureAwait(false);
    }
}
