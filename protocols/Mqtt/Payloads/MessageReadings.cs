using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>
/// The readings of one message, device by device: mostly one device; the death of an edge node is about all of its devices. Made once a connection and used again for every message; the reading loop's.
/// </summary>
internal sealed class MessageReadings
{
    private readonly List<DeviceGroup> _groups = new(4);
    private Reading[] _readings = new Reading[256];

    /// <summary>Readings of all devices.</summary>
    public int Count { get; private set; }

    /// <summary>Devices.</summary>
    public int GroupCount => _groups.Count;

    /// <summary>Readings whose text the text table had no room for; they are here with a bad status.</summary>
    public int TextsRefused { get; set; }

    /// <summary>Values of the message that are none of ours and were passed over: templates, datasets.</summary>
    public int Skipped { get; set; }

    /// <summary>
    /// Every reading has a time that the device itself gave: a message that comes again is then known by its bytes. Without it two messages of the same bytes may be two readings.
    /// </summary>
    public bool HasOwnTimes { get; private set; } = true;

    /// <summary>A device's name, as the catalog keeps it, for the choice of a shard, and its readings.</summary>
    public ReadOnlySpan<Reading> Group(int index, out string device)
    {
        DeviceGroup group = _groups[index];
        device = group.Device;
        int end = index + 1 < _groups.Count ? _groups[index + 1].First : Count;
        return _readings.AsSpan(group.First, end - group.First);
    }

    /// <summary>What is added from here on is of <paramref name="device"/>.</summary>
    public void Begin(string device) => _groups.Add(new DeviceGroup(device, Count));

    /// <summary>Adds a reading of the device begun last.</summary>
    public void Add(in Reading reading)
    {
        if (Count == _readings.Length) Array.Resize(ref _readings, 2 * Count);
        if (reading.SourceTime == 0) HasOwnTimes = false;
        _readings[Count++] = reading;
    }

    /// <summary>Adds a reading that came with the gateway time another node gave it, which tells it from others as well as a time of the device.</summary>
    public void AddRecorded(in Reading reading)
    {
        bool hasOwnTimes = HasOwnTimes;
        Add(reading);
        HasOwnTimes = hasOwnTimes;
    }

    /// <summary>Adds all that another has, device by device.</summary>
    public void Append(MessageReadings other)
    {
        for (int i = 0; i < other.GroupCount; i++)
        {
            ReadOnlySpan<Reading> group = other.Group(i, out string device);
            Begin(device);
            foreach (ref readonly Reading reading in group) Add(reading);
        }
        TextsRefused += other.TextsRefused;
        Skipped += other.Skipped;
        HasOwnTimes &= other.HasOwnTimes;
    }

    /// <summary>Makes the gateway time of every reading that has a time of its own that time.</summary>
    public void ToOwnTimes()
    {
        foreach (ref Reading reading in _readings.AsSpan(0, Count))
        {
            if (reading.SourceTime != 0) reading = new Reading(reading.SeriesId, reading.Status, reading.SourceTime, reading.SourceTime, reading.ValueBits);
        }
    }

    /// <summary>Forgets all of it.</summary>
    public void Clear()
    {
        _groups.Clear();
        Count = TextsRefused = Skipped = 0;
        HasOwnTimes = true;
    }

    private readonly record struct DeviceGroup(string Device, int First);
}
