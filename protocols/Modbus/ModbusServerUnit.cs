namespace HyperIngest.Protocols.Modbus;

/// <summary>A device at a unit id of a server's port.</summary>
public sealed class ModbusServerUnit
{
    // Written by whoever drives a test or a fault schedule, read by the unit's connections once a request; a reference is written whole.
    private volatile IModbusFault? _fault;

    /// <summary>Puts <paramref name="device"/> at <paramref name="unitId"/>.</summary>
    public ModbusServerUnit(byte unitId, IModbusDevice device)
    {
        UnitId = unitId;
        Device = device;
    }

    /// <summary>Its unit id.</summary>
    public byte UnitId { get; }

    /// <summary>Its registers.</summary>
    public IModbusDevice Device { get; }

    /// <summary>How it misbehaves; null when it does not. It may be changed while the server runs and holds from the next request on.</summary>
    public IModbusFault? Fault
    {
        get => _fault;
        set => _fault = value;
    }
}

/// <summary>The units behind one port. A port with one unit is a device of its own; one with several is a gateway.</summary>
public sealed class ModbusServerPort
{
    private readonly ModbusServerUnit?[] _byUnitId = new ModbusServerUnit?[256];

    // Written by whoever drives a test or a fault schedule, read once a connection; a reference is written whole.
    private volatile IModbusPortFault? _fault;

    /// <summary>The port of <paramref name="units"/>: 1 to 247 of them, unit ids unique.</summary>
    /// <exception cref="ArgumentException">No units, or a unit id twice.</exception>
    public ModbusServerPort(params ReadOnlySpan<ModbusServerUnit> units)
    {
        if (units.IsEmpty) throw new ArgumentException("A port needs at least one unit.", nameof(units));
        foreach (ModbusServerUnit unit in units)
        {
            ref ModbusServerUnit? place = ref _byUnitId[unit.UnitId];
            if (place is not null) throw new ArgumentException($"Unit id {unit.UnitId} is there twice on one port.", nameof(units));
            place = unit;
        }

        // A device with an address of its own is also reached as unit 0 and 255 (Messaging on TCP/IP Implementation Guide 1.0b, clause 4.4.1.2).
        if (units.Length > 1) return;
        _byUnitId[0] ??= units[0];
        _byUnitId[255] ??= units[0];
    }

    /// <summary>Whether it takes connections; null when it takes all there is room for. Those that are open hear of it by <see cref="ModbusServer.ShowFault"/>.</summary>
    public IModbusPortFault? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    /// <summary>The unit that answers to <paramref name="unitId"/>; null when none does.</summary>
    public ModbusServerUnit? Find(byte unitId) => _byUnitId[unitId];
}
