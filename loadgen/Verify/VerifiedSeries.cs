using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Verify;

/// <summary>What the verifier keeps of one series: 40 bytes, and <see cref="Served"/> slots in <see cref="SlotTimes"/>.</summary>
internal struct VerifiedSeries
{
    /// <summary>The key of its sequence.</summary>
    public ulong Key;

    /// <summary>Slot of reading 0.</summary>
    public long FirstSlot;

    /// <summary>Readings answered.</summary>
    public uint Served;

    /// <summary>One more than the highest n seen. Written by the one lane that has the series.</summary>
    public uint Next;

    /// <summary>Slots from one reading to the next.</summary>
    public int Stride;

    /// <summary>Type on the wire.</summary>
    public ModbusType Type;

    /// <summary>Bits of the sequence; 0 for a series that cannot be verified.</summary>
    public byte Width;
}

/// <summary>The series of a plant in one array, device by device, and where the slots of each lie.</summary>
internal sealed class VerifiedPlant
{
    private readonly Plant _plant;
    private readonly int[] _firstSeries;

    public VerifiedPlant(Plant plant, ServedCounts served)
    {
        if (served.DeviceCount != plant.Devices.Count)
        {
            throw new ArgumentException($"The served counts have {served.DeviceCount} devices, plant {plant.Options.Name} has {plant.Devices.Count}.", nameof(served));
        }
        _plant = plant;
        _firstSeries = new int[plant.Devices.Count + 1];
        Series = new VerifiedSeries[plant.TagCount];
        long slots = 0;
        for (int d = 0; d < plant.Devices.Count; d++)
        {
            _firstSeries[d + 1] = _firstSeries[d] + plant.Devices[d].Template.Tags.Count;
            slots = LayOut(d, served.Of(d), slots);
        }
        Slots = slots;
    }

    public VerifiedSeries[] Series { get; }

    /// <summary>Slots needed over all series.</summary>
    public long Slots { get; }

    public int DeviceCount => _plant.Devices.Count;

    public int FirstSeriesOf(int device) => _firstSeries[device];

    public int Find(string device, string tag)
    {
        int d = _plant.IndexOf(device);
        int t = d < 0 ? -1 : _plant.Devices[d].Template.IndexOf(tag);
        return t < 0 ? -1 : _firstSeries[d] + t;
    }

    public (int Device, int Tag) PlaceOf(int series)
    {
        int device = Array.BinarySearch(_firstSeries, series);
        if (device < 0) device = ~device - 1;
        return (device, series - _firstSeries[device]);
    }

    public (string Device, string Tag) NameOf(int series)
    {
        (int device, int tag) = PlaceOf(series);
        return (_plant.Devices[device].Name, _plant.Devices[device].Template.Tags[tag].Name);
    }

    // A poll's readings come together, so the slots of one poll lie together (a row for each n) unless that wastes more than it holds,
    // as when one tag is read far more often than the rest; then each series has its slots in a row.
    private long LayOut(int device, ReadOnlySpan<uint> served, long firstSlot)
    {
        PlantDevice plantDevice = _plant.Devices[device];
        if (served.Length != plantDevice.Template.Tags.Count)
        {
            throw new ArgumentException($"The served counts have {served.Length} tags for device {plantDevice.Name}, which has {plantDevice.Template.Tags.Count}.", nameof(served));
        }
        ulong deviceHash = SeriesKey.OfName(plantDevice.Name);
        long sum = 0, most = 0;
        for (int t = 0; t < served.Length; t++)
        {
            if (!plantDevice.Template.Tags[t].IsVerifiable) continue;
            sum += served[t];
            most = Math.Max(most, served[t]);
        }
        bool together = most * served.Length <= 2 * sum;
        long slot = firstSlot;
        for (int t = 0; t < served.Length; t++)
        {
            PlantTag tag = plantDevice.Template.Tags[t];
            ref VerifiedSeries series = ref Series[_firstSeries[device] + t];
            series.Key = SeriesKey.Of(deviceHash, plantDevice.Template.NameHashes[t]);
            series.Type = tag.Type;
            series.Width = tag.IsVerifiable ? (byte)SequenceType.WidthOf(tag.Type) : (byte)0;
            series.Served = tag.IsVerifiable ? served[t] : 0;
            series.FirstSlot = together ? firstSlot + t : slot;
            series.Stride = together ? served.Length : 1;
            slot += series.Served;
        }
        return together ? firstSlot + (most * served.Length) : slot;
    }
}
