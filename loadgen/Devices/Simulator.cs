using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>A plant's devices, alive and listening.</summary>
public sealed class Simulator : IAsyncDisposable
{
    private readonly SimulatedDevice[] _devices;
    private readonly ModbusServerUnit[] _units;

    /// <summary>The simulator of <paramref name="plant"/>, not yet listening.</summary>
    /// <param name="plant">The plant.</param>
    /// <param name="clock">The clock of its waveforms; null for the system's.</param>
    public Simulator(Plant plant, TimeProvider? clock = null)
    {
        Plant = plant;
        _devices = new SimulatedDevice[plant.Devices.Count];
        _units = new ModbusServerUnit[plant.Devices.Count];
        for (int i = 0; i < _devices.Length; i++)
        {
            PlantDevice device = plant.Devices[i];
            _devices[i] = new SimulatedDevice(device.Name, device.Template, plant.Options.Seed, clock);
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
        Server = new ModbusServer(new ModbusServerOptions { Address = plant.Address, BasePort = plant.Options.BasePort }, ports);
    }

    /// <summary>The plant.</summary>
    public Plant Plant { get; }

    /// <summary>The server, for its counts and for cutting connections.</summary>
    public ModbusServer Server { get; }

    /// <summary>The base port once started.</summary>
    public int BasePort => Server.BasePort;

    /// <summary>A device by its number in the plant.</summary>
    public SimulatedDevice Device(int index) => _devices[index];

    /// <summary>A device's place in the server, to give it a fault.</summary>
    public ModbusServerUnit Unit(int index) => _units[index];

    /// <summary>Starts listening; when it returns, clients can connect.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken.</exception>
    public void Start() => Server.Start();

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
    public Task StopAsync() => Server.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
