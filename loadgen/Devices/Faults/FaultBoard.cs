using System.Globalization;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>
/// The faults of a simulator: sets them on devices and ports, takes them off, and keeps count. Setting and clearing make new sets of a device's faults and put them in place at
/// once, so that requests neither lock nor wait.
/// </summary>
internal sealed class FaultBoard : IDisposable
{
    /// <summary>Faults a simulator keeps; the oldest expired ones make room.</summary>
    public const int MostFaults = 256;

    // A timer takes 49 days at most; it looks again after one.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Plant _plant;
    private readonly TimeProvider _clock;
    private readonly SimulatedDevice[] _devices;
    private readonly ModbusServerUnit?[] _units;
    private readonly ModbusServerPort[] _ports;
    private readonly IFaultActions _actions;

    // All below under _setting: whoever sets, clears or asks; never a request.
    private readonly Lock _setting = new();
    private readonly List<Placed> _placed = [];
    private readonly long[] _hitsOfCleared = new long[Enum.GetValues<FaultKind>().Length];
    private int _lastNumber;
    private bool _begun;
    private bool _disposed;

    /// <summary>A board of no faults.</summary>
    /// <param name="plant">The plant.</param>
    /// <param name="clock">What schedules go by.</param>
    /// <param name="devices">The plant's devices.</param>
    /// <param name="units">Their places in the Modbus server; null for those that have none.</param>
    /// <param name="ports">The Modbus server's ports.</param>
    /// <param name="actions">What happens when a fault comes into force, and when it is over.</param>
    public FaultBoard(Plant plant, TimeProvider clock, SimulatedDevice[] devices, ModbusServerUnit?[] units, ModbusServerPort[] ports, IFaultActions actions)
    {
        _plant = plant;
        _clock = clock;
        _devices = devices;
        _units = units;
        _ports = ports;
        _actions = actions;
    }

    /// <summary>All faults that were set and not cleared, in that order.</summary>
    public IReadOnlyList<FaultStatus> Statuses()
    {
        lock (_setting)
        {
            long now = _clock.GetTimestamp();
            return [.. _placed.Select(p => new FaultStatus(p.Fault.Id, p.Fault.Spec, p.Devices, p.Hits, p.StateAt(now)))];
        }
    }

    /// <summary>Hits of each kind that has hit anything, cleared faults too.</summary>
    public IReadOnlyDictionary<FaultKind, long> HitsByKind()
    {
        lock (_setting)
        {
            long[] hits = [.. _hitsOfCleared];
            foreach (Placed placed in _placed) hits[(int)placed.Fault.Spec.Kind] += placed.Hits;
            return Enumerable.Range(0, hits.Length).Where(k => hits[k] > 0).ToDictionary(k => (FaultKind)k, k => hits[k]);
        }
    }

    /// <summary>Sets a fault in force on <paramref name="devices"/>; its id.</summary>
    /// <exception cref="ArgumentException">It cannot be, or hits no device; the message says what was expected.</exception>
    public string Inject(FaultSpec spec, IReadOnlyList<int> devices)
    {
        if (FaultRules.Check(spec) is { Count: > 0 } problems) throw new ArgumentException(string.Join("; ", problems));
        if (devices.Count == 0)
        {
            throw new ArgumentException($"devices: no device of plant {_plant.Options.Name} matches '{spec.Devices}'; expected a name such as {_plant.Devices[0].Name}, or a pattern with * in it");
        }
        int[] fitting = [.. devices.Where(d => FaultRules.Unfit(spec, _plant.Devices[d]) is null)];
        if (fitting.Length == 0) throw new ArgumentException($"kind: {FaultRules.Unfit(spec, _plant.Devices[devices[0]])}; found {_plant.Devices[devices[0]].Name}, which '{spec.Devices}' matches");
        lock (_setting)
        {
            MakeRoom();
            ActiveFault fault = new(string.Create(CultureInfo.InvariantCulture, $"fault-{++_lastNumber}"), spec, _clock);
            Placed placed = new(fault, fitting.Length);
            ulong ofFault = SeriesKey.OfName(fault.Id);
            foreach (int device in fitting)
            {
                // A refusal is its port's, drawn under the name of the first device behind it.
                int place = spec.Kind == FaultKind.Refuse ? _plant.Devices[device].Port : device;
                ulong seed = SeriesKey.Of(SeriesKey.OfName(_plant.Devices[device].Name), ofFault) ^ _plant.Options.Seed;
                placed.Hitting.TryAdd(place, new DeviceFault(fault, seed));
            }
            _placed.Add(placed);
            Refresh(placed);
            if (IsWatched(placed) && !_disposed) Watch(placed);
            return fault.Id;
        }
    }

    /// <summary>Takes a fault off; false when there is none of that id.</summary>
    public bool Clear(string id)
    {
        lock (_setting)
        {
            if (_placed.Find(p => p.Fault.Id == id) is not { } placed) return false;
            Remove(placed);
            return true;
        }
    }

    /// <summary>Takes all faults off.</summary>
    public void ClearAll()
    {
        lock (_setting)
        {
            foreach (Placed placed in _placed.ToArray()) Remove(placed);
        }
    }

    /// <summary>The simulator starts: what was set before counts its time from here.</summary>
    public void Begin()
    {
        lock (_setting)
        {
            _begun = true;
            foreach (Placed placed in _placed)
            {
                placed.Fault.Begin();
                if (IsWatched(placed)) Watch(placed);
            }
        }
    }

    /// <summary>No fault comes into force any more.</summary>
    public void Dispose()
    {
        lock (_setting)
        {
            _disposed = true;
            foreach (Placed placed in _placed) placed.Timer?.Dispose();
        }
    }

    private void MakeRoom()
    {
        if (_placed.Count < MostFaults) return;
        long now = _clock.GetTimestamp();
        if (_placed.Find(p => p.StateAt(now) == FaultState.Expired) is not { } expired)
        {
            throw new ArgumentException($"expected at most {MostFaults} faults that have not expired; clear some of them first");
        }
        Remove(expired);
    }

    private void Remove(Placed placed)
    {
        placed.Timer?.Dispose();
        _placed.Remove(placed);
        _hitsOfCleared[(int)placed.Fault.Spec.Kind] += placed.Hits;
        Refresh(placed);
        End(placed);
    }

    private void Refresh(Placed changed)
    {
        FaultKind kind = changed.Fault.Spec.Kind;
        Placed[] alike = [.. _placed.Where(p => p.IsLike(kind))];
        foreach (int place in changed.Hitting.Keys)
        {
            DeviceFault[] faults = [.. alike.Select(p => p.Hitting.GetValueOrDefault(place)).OfType<DeviceFault>()];
            if (kind == FaultKind.Refuse) _ports[place].Fault = faults.Length == 0 ? null : new PortFaults(_clock, faults);
            else if (kind == FaultKind.ClockSkew) _devices[place].ClockFaults = faults.Length == 0 ? null : new ClockFaults(_clock, faults);
            else if (FaultRules.IsAtATime(kind) || _plant.Devices[place].OpcUa is not null) continue;
            else if (_units[place] is { } unit) unit.Fault = faults.Length == 0 ? null : new RequestFaults(_clock, faults);
            else _devices[place].MessageFaults = faults.Length == 0 ? null : new MessageFaults(_clock, faults);
        }
    }

    // What happens when a fault comes into force, and not when somebody next asks.
    private bool IsWatched(Placed placed) => placed.Fault.Spec.Kind switch
    {
        FaultKind.Refuse => true,
        FaultKind.SeqGap => placed.Hitting.Keys.Any(d => _plant.Devices[d].OpcUa is not null),
        FaultKind kind => FaultRules.IsAtATime(kind),
    };

    // Connections that are open when a refusal comes into force are closed then, and not when they next ask.
    private void Watch(Placed placed)
    {
        placed.Timer?.Dispose();
        placed.Timer = _clock.CreateTimer(_ => Look(placed), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Look(placed);
    }

    private void Look(Placed placed)
    {
        lock (_setting)
        {
            if (_disposed || !_placed.Contains(placed)) return;
            long now = _clock.GetTimestamp();
            if (placed.Fault.Spec.Kind != FaultKind.Refuse) Act(placed, now);
            else if (placed.Fault.IsInForce(now))
            {
                foreach (int port in placed.Hitting.Keys) _actions.CloseRefused(port);
            }
            if (placed.Fault.IsScheduled && placed.Fault.UntilNextChange(now) is { } wait) placed.Timer!.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    // Once each time it comes into force, and once when it is over, however often the timer looks.
    private void Act(Placed placed, long now)
    {
        bool inForce = placed.Fault.IsInForce(now);
        if (!_begun || (inForce && placed.Fault.TimeAt(now) == placed.LastTime)) return;
        End(placed);
        if (!inForce) return;
        placed.LastTime = placed.Fault.TimeAt(now);
        placed.IsOn = true;
        foreach ((int device, DeviceFault fault) in placed.Hitting)
        {
            // Messages that are sent by themselves are hit by themselves.
            if (placed.Fault.Spec.Kind == FaultKind.SeqGap && _plant.Devices[device].OpcUa is null) continue;
            if (fault.TryHit(now, out _)) _actions.Begin(placed.Fault.Spec, device);
        }
    }

    private void End(Placed placed)
    {
        if (!placed.IsOn) return;
        placed.IsOn = false;
        Placed[] others = [.. _placed.Where(p => p.IsOn && p.Fault.Spec.Kind == placed.Fault.Spec.Kind)];
        foreach (int device in placed.Hitting.Keys)
        {
            _actions.End(placed.Fault.Spec, device, Array.FindLast(others, p => p.Hitting.ContainsKey(device))?.Fault.Spec);
        }
    }

    private sealed class Placed(ActiveFault fault, int devices)
    {
        public ActiveFault Fault => fault;

        public int Devices => devices;

        /// <summary>By the device's number, for refuse by the port's.</summary>
        public Dictionary<int, DeviceFault> Hitting { get; } = [];

        public ITimer? Timer { get; set; }

        /// <summary>Whether its begin was seen, and its end was not.</summary>
        public bool IsOn { get; set; }

        /// <summary>Which of the fault's times was seen last; -1 for none.</summary>
        public long LastTime { get; set; } = -1;

        public long Hits => Hitting.Values.Sum(f => f.Hits);

        public bool IsLike(FaultKind kind) => SetOf(fault.Spec.Kind) == SetOf(kind);

        public FaultState StateAt(long timestamp) => Hitting.Values.All(f => f.IsSpent) ? FaultState.Expired : fault.StateAt(timestamp);

        private static FaultKind SetOf(FaultKind kind) => kind is FaultKind.Refuse or FaultKind.ClockSkew || FaultRules.IsAtATime(kind) ? kind : FaultKind.Drop;
    }
}
