using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>A plant's devices, alive and listening.</summary>
public sealed class Simulator : IAsyncDisposable
{
    private readonly SimulatedDevice[] _devices;
    private readonly ModbusServerUnit[] _units;
    private readonly FaultBoard _faults;

    /// <summary>The simulator of <paramref name="plant"/>, not yet listening.</summary>
    /// <param name="plant">The plant.</param>
    /// <param name="clock">The clock of its waveforms, fault schedules and delays; null for the system's.</param>
    public Simulator(Plant plant, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        Plant = plant;
        _devices = new SimulatedDevice[plant.Devices.Count];
        _units = new ModbusServerUnit[plant.Devices.Count];
        for (int i = 0; i < _devices.Length; i++)
        {
            PlantDevice device = plant.Devices[i];
            _devices[i] = new SimulatedDevice(device.Name, device.Template, plant.Options.Seed, clock) { ClockSkew = device.ClockSkew };
            _units[i] = new ModbusServerUnit(device.UnitId, _devices[i]);
        }
        ModbusServerPort[] ports = new ModbusServerPort[plant.PortCount];
        int first = 0;
        for (int p = 0; p < ports.Length; p++)
        {
            int end = first;
            while (end < _units.Length && plant.Devices[end].Port == p) end++;
            ports[p] = new ModbusServerPort(_units.AsSpan(first, end - first));
            first = end;
        }
        Server = new ModbusServer(new ModbusServerOptions { Address = plant.Address, BasePort = plant.Options.BasePort, Clock = clock }, ports);
        _faults = new FaultBoard(plant, clock, _devices, _units, ports, port => Server.ShowFault(ports[port]));
        foreach ((FaultSpec spec, IReadOnlyList<int> devices) in plant.Faults) _faults.Inject(spec, devices);
    }

    /// <summary>The plant.</summary>
    public Plant Plant { get; }

    /// <summary>The server, for its counts and for cutting connections.</summary>
    public ModbusServer Server { get; }

    /// <summary>The base port once started.</summary>
    public int BasePort => Server.BasePort;

    /// <summary>A device by its number in the plant.</summary>
    public SimulatedDevice Device(int index) => _devices[index];

    /// <summary>A device's place in the server, to give it a fault of one's own; <see cref="Inject"/> and <see cref="Clear"/> put theirs in its place.</summary>
    public ModbusServerUnit Unit(int index) => _units[index];

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

    /// <summary>Starts listening; when it returns, clients can connect.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken.</exception>
    public void Start()
    {
        Server.Start();
        _faults.Begin();
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
    public Task StopAsync()
    {
        _faults.Dispose();
        return Server.StopAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _faults.Dispose();
        return Server.DisposeAsync();
    }
}
