using System.Runtime.CompilerServices;
using HyperIngest.Core.Records;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>An edge node as its host sees it: its session, its devices, and the series of both, which share one table because their aliases share one numbering.</summary>
internal sealed class SparkplugNode
{
    private readonly ByteKeyTable _deviceNames = new();
    private readonly List<SparkplugDevice> _devices = [];
    private readonly AliasTable _aliases = new();
    private SparkplugSeries[] _series = new SparkplugSeries[16];

    public SparkplugNode(string group, string name, string deviceName)
    {
        Group = group;
        Name = name;
        _deviceNames.Add([]);
        _devices.Add(new SparkplugDevice(deviceName));
    }

    public string Group { get; }

    public string Name { get; }

    /// <summary>Its own metrics, and then its devices in the order of their first births.</summary>
    public IReadOnlyList<SparkplugDevice> Devices => _devices;

    /// <summary>How many metrics were born, the devices' too.</summary>
    public int SeriesCount { get; private set; }

    /// <summary>Whether its birth is known and no death has followed.</summary>
    public bool IsBorn { get; set; }

    /// <summary>The connection was interrupted since its last message: a birth may have been missed, and with it what its aliases stand for.</summary>
    public bool IsInterrupted { get; set; }

    /// <summary>A metric was not taken for want of room: data of it is no reason to ask for a birth.</summary>
    public bool IsOverLimit { get; set; }

    /// <summary>The bdSeq of its last birth, which the death of the same session has too; null: it had none.</summary>
    public ulong? BirthDeathSeq { get; set; }

    /// <summary>The time of its last birth, ms since 1970-01-01 UTC: a birth that comes again has the same.</summary>
    public ulong BirthTimestamp { get; set; }

    /// <summary>When it is to be asked for its birth, UTC ticks; 0: there is no reason to.</summary>
    public long RebirthDue { get; set; }

    /// <summary>Before this it is not asked again, UTC ticks.</summary>
    public long NextRebirth { get; set; }

    /// <summary>The sequence numbers of its messages; a field because it changes in place.</summary>
    public SequenceCheck Sequence;

    /// <summary>The series at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref SparkplugSeries SeriesAt(int place) => ref _series[place];

    /// <summary>The place of a device; -1 for one that was never born.</summary>
    public int FindDevice(ReadOnlySpan<byte> device) => _deviceNames.Find(device);

    /// <summary>Adds a device that is not there; its place.</summary>
    public int AddDevice(ReadOnlySpan<byte> device, string name)
    {
        _devices.Add(new SparkplugDevice(name));
        return _deviceNames.Add(device);
    }

    /// <summary>The place of a metric's series, by its alias or else its name; -1 for one that this device has not brought into the world.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(in SparkplugMetric metric, int device)
    {
        if (metric.HasAlias)
        {
            int place = _aliases.Find(metric.Alias);
            if (place >= 0 && _series[place].Device == device) return place;
        }
        return metric.Name.IsEmpty ? -1 : _devices[device].Find(metric.Name);
    }

    /// <summary>Adds a metric that the device does not have; its place.</summary>
    public int Add(ReadOnlySpan<byte> name, int device)
    {
        if (SeriesCount == _series.Length) Array.Resize(ref _series, 2 * _series.Length);
        int place = SeriesCount++;
        _series[place] = new SparkplugSeries { Device = device };
        _devices[device].Add(name, place);
        return place;
    }

    /// <summary>Gives an alias to a series.</summary>
    public void SetAlias(ulong alias, int place) => _aliases.Set(alias, place);

    /// <summary>Forgets what aliases stand for: a birth says it anew.</summary>
    public void ClearAliases() => _aliases.Clear();
}
