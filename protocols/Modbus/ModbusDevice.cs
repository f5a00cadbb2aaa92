using HyperIngest.Core;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Where a device stands between two polls.</summary>
internal enum ModbusDeviceState : byte
{
    /// <summary>No poll is due.</summary>
    Idle,

    /// <summary>A poll is due and waits for its turn on the connection.</summary>
    Ready,

    /// <summary>Its requests are being sent or answered.</summary>
    Polling,
}

/// <summary>One unit on a connection: its plan and the state of its poll. All but the status fields belongs to the connection's loop.</summary>
internal sealed class ModbusDevice : PollTarget
{
    private readonly SeriesCatalog _catalog;
    private readonly ModbusBlock[] _planned;
    private readonly HashSet<ModbusBlock> _refused = [];

    // The poll in flight, UTC ticks: one time for all its readings, taken when it came due. Written by the scheduler's thread before the compare-and-swap that shows the poll.
    private long _intendedUtc;

    // Status: written by the connection's loop alone, read by /status at any time.
    private long _lastGood;
    private long _readings;
    private long _faults;
    private int _lastFault;

    public ModbusDevice(
        PollScheduler scheduler, ModbusDeviceOptions options, IReadOnlyList<ModbusPlannedRead> plan, SeriesCatalog catalog, ShardInlet inlet)
        : base(scheduler, options.Name, options.Poll.Interval)
    {
        Options = options;
        Inlet = inlet;
        _catalog = catalog;
        _planned = [.. plan.Select(read => new ModbusBlock(read, options.UnitId, catalog, options.Name))];
        Blocks = _planned;
        foreach (ModbusBlock block in _planned)
        {
            if (block.Readings > inlet.MaxClaim)
            {
                throw new ArgumentException(
                    $"Device {options.Name}: one request makes {block.Readings} readings and the shard's ring holds {inlet.MaxClaim}. "
                    + "Make the ring larger or the device's requests smaller.", nameof(plan));
            }
            Readings += block.Readings;
        }
        Backoff = new ExponentialBackoff(options.Poll.ResponseTimeout, options.Poll.LongestBackoff, StartOffset(options.Name, TimeSpan.FromDays(1)).GetHashCode());
    }

    public ModbusDeviceOptions Options { get; }

    public ShardInlet Inlet { get; }

    /// <summary>The connection that carries it; set once, before the scheduler knows the device.</summary>
    public ModbusConnection? Connection { get; set; }

    /// <summary>The next older device whose poll came due; written by the scheduler's thread before the compare-and-swap that shows it.</summary>
    public ModbusDevice? NextDue { get; set; }

    public ModbusBlock[] Blocks { get; private set; }

    /// <summary>Readings of a whole poll.</summary>
    public int Readings { get; }

    public ModbusDeviceState State { get; set; }

    /// <summary>The next block to ask for in this poll.</summary>
    public int NextBlock { get; set; }

    /// <summary>Requests of this poll under way.</summary>
    public int Outstanding { get; set; }

    /// <summary>Blocks whose bad readings are still to be published.</summary>
    public int PendingBad { get; set; }

    /// <summary>Whether something went wrong in this poll.</summary>
    public bool PollFailed { get; set; }

    /// <summary>Whether nothing answered for the unit in this poll: it pauses after it.</summary>
    public bool Silent { get; set; }

    /// <summary>Whether this poll was counted as delayed.</summary>
    public bool DelayCounted { get; set; }

    /// <summary>Whether bad readings were published since it last answered: an outage says so once, not once an interval.</summary>
    public bool OutageTold { get; set; }

    public bool FailureLogged { get; set; }

    public long PollBegan { get; set; }

    /// <inheritdoc/>
    public override int Weight => Readings;

    public ExponentialBackoff Backoff { get; }

    public long FaultCount => Volatile.Read(ref _faults);

    public DeviceStatus Status(bool connected)
    {
        ModbusFault last = (ModbusFault)Volatile.Read(ref _lastFault);
        return new DeviceStatus(
            Name, connected, Volatile.Read(ref _lastGood), Volatile.Read(ref _readings), Volatile.Read(ref _faults),
            last == ModbusFault.None ? null : ModbusMetrics.NameOf(last).Replace('_', ' '));
    }

    /// <summary>The gateway time of readings of the poll in flight, where <paramref name="utcTicks"/> is the time of the answer or of its failure.</summary>
    public long StampOf(long utcTicks) => Options.Poll.Timestamp == ModbusTimestamp.Due ? _intendedUtc : utcTicks;

    public void CountGood(int readings, long utcTicks)
    {
        RecordAnswered(readings);
        Volatile.Write(ref _readings, _readings + readings);
        Volatile.Write(ref _lastGood, utcTicks);
        OutageTold = false;
    }

    public void CountBad(int readings) => Volatile.Write(ref _readings, _readings + readings);

    public void CountFault(ModbusFault fault, long count = 1)
    {
        Volatile.Write(ref _faults, _faults + count);
        Volatile.Write(ref _lastFault, (int)fault);
    }

    /// <summary>Marks a block to be asked in halves from the next poll on.</summary>
    public void Refused(ModbusBlock block) => _refused.Add(block);

    /// <summary>Between two polls: puts two halves in the place of each refused block. Returns those that were split.</summary>
    public IReadOnlyList<ModbusBlock> SplitRefused()
    {
        if (_refused.Count == 0) return [];
        List<ModbusBlock> blocks = [], split = [];
        foreach (ModbusBlock block in Blocks)
        {
            if (!_refused.Contains(block))
            {
                blocks.Add(block);
                continue;
            }
            (ModbusPlannedRead first, ModbusPlannedRead second) = ModbusRequestPlanner.Split(block.Read);
            blocks.Add(new ModbusBlock(first, Options.UnitId, _catalog, Name));
            blocks.Add(new ModbusBlock(second, Options.UnitId, _catalog, Name));
            split.Add(block);
        }
        _refused.Clear();
        Blocks = [.. blocks];
        return split;
    }

    /// <summary>On a new connection: back to the plan, because what refused an address may have been another program in the device.</summary>
    public void RestorePlan()
    {
        _refused.Clear();
        Blocks = _planned;
    }

    /// <inheritdoc/>
    protected override void OnDue()
    {
        TakeIntended();
        Connection!.PollDue(this);
    }

    /// <summary>A poll comes due: its readings get their time.</summary>
    public void TakeIntended() => _intendedUtc = IntendedUtc;
}
