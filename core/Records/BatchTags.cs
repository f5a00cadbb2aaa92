using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>The tag table of the record being written: which tags its readings have, in the order of their first readings, and each reading's place in it.</summary>
internal sealed class BatchTags
{
    // Below the large object heap's 85,000 bytes.
    private const int BlockBytes = 1 << 16;

    private readonly SeriesCatalog _catalog;
    private readonly Dictionary<SeriesDefinition, TagTraits> _traits = [];
    private Slot[] _slots = new Slot[64];
    private int _stamp;
    private byte[] _block = [];
    private int _blockUsed;
    private int _device = -1;
    private byte[] _deviceName = [];
    private int _deviceBytes;
    private int _traitCount;
    private int[] _tagOf = [];
    private int[] _series = new int[16];
    private ValueKind[] _kinds = new ValueKind[16];
    private TagTraits[] _traitTable = new TagTraits[4];

    // What is kept of a series for good, and its place in this record's table, valid while the stamp is the record's.
    private struct Slot
    {
        public byte[]? Block;
        public TagTraits Traits;
        public int Start;
        public int Length;
        public int Device;
        public int Stamp;
        public int Place;
    }

    public BatchTags(SeriesCatalog catalog) => _catalog = catalog;

    /// <summary>Tags in the table.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of their names.</summary>
    public int NameBytes { get; private set; }

    /// <summary>Bytes of the texts of the readings that are text, as many times as they stand there; upper bound.</summary>
    public long TextBytes { get; private set; }

    /// <summary>The device's name in UTF-8.</summary>
    public ReadOnlySpan<byte> Device => _deviceName.AsSpan(0, _deviceBytes);

    /// <summary>Each reading's place in the table.</summary>
    public ReadOnlySpan<int> Places(int readings) => _tagOf.AsSpan(0, readings);

    public ReadOnlySpan<byte> NameAt(int place)
    {
        ref readonly Slot slot = ref _slots[_series[place]];
        return slot.Block.AsSpan(slot.Start, slot.Length);
    }

    public TagTraits TraitsAt(int place) => _slots[_series[place]].Traits;

    /// <summary>The kind of each tag, by its place.</summary>
    public ReadOnlySpan<ValueKind> Kinds => _kinds.AsSpan(0, Count);

    /// <summary>The different traits of the tags, in the order of their first tags.</summary>
    public ReadOnlySpan<TagTraits> Traits => _traitTable.AsSpan(0, _traitCount);

    /// <summary>Makes the table of these readings; false when there are none, or one of them cannot be a record.</summary>
    /// <exception cref="ArgumentException">The readings are of more than one device.</exception>
    public bool TryCollect(ReadOnlySpan<Reading> readings)
    {
        Count = 0;
        _traitCount = 0;
        NameBytes = 0;
        TextBytes = 0;
        if (readings.IsEmpty) return false;
        if (_tagOf.Length < readings.Length) _tagOf = new int[Math.Max(readings.Length, 2 * _tagOf.Length)];
        // Stamps of the record 2^32 records ago are not worth a thought.
        _stamp++;
        int[] tagOf = _tagOf;
        for (int i = 0; i < readings.Length; i++)
        {
            ref readonly Reading reading = ref readings[i];
            if (!Writable.AreTimes(reading)) return false;
            Slot[] slots = _slots;
            uint id = (uint)reading.SeriesId;
            if (id >= (uint)slots.Length || slots[id].Stamp != _stamp)
            {
                if (!TryPlace(reading.SeriesId)) return false;
                slots = _slots;
            }
            ref readonly Slot slot = ref slots[id];
            if (slot.Traits.Kind == ValueKind.Text && !TryCountText(reading.ValueBits)) return false;
            tagOf[i] = slot.Place;
        }
        return true;
    }

    private bool TryCountText(long handle)
    {
        if ((ulong)handle >= (ulong)_catalog.Texts.Count) return false;
        TextBytes += 3L * _catalog.Texts[handle].Length;
        return true;
    }

    private bool TryPlace(int seriesId)
    {
        if ((uint)seriesId >= (uint)_slots.Length || _slots[seriesId].Block is null)
        {
            if ((uint)seriesId >= (uint)_catalog.Count) return false;
            Encode(seriesId);
        }
        ref Slot slot = ref _slots[seriesId];
        if (Count == 0) BecomeDevice(slot.Device);
        else if (slot.Device != _device) ThrowDevices(seriesId);
        if (Count == _series.Length)
        {
            Array.Resize(ref _series, 2 * Count);
            Array.Resize(ref _kinds, 2 * Count);
        }
        _series[Count] = seriesId;
        _kinds[Count] = slot.Traits.Kind;
        if (slot.Traits.Stamp != _stamp) PlaceTraits(slot.Traits);
        slot.Stamp = _stamp;
        slot.Place = Count++;
        NameBytes += slot.Length;
        return true;
    }

    private void PlaceTraits(TagTraits traits)
    {
        if (_traitCount == _traitTable.Length) Array.Resize(ref _traitTable, 2 * _traitCount);
        _traitTable[_traitCount] = traits;
        traits.Stamp = _stamp;
        traits.Place = _traitCount++;
    }

    private void BecomeDevice(int device)
    {
        if (device == _device) return;
        string name = _catalog.NameAt(device);
        int bytes = Encoding.UTF8.GetByteCount(name);
        if (_deviceName.Length < bytes) _deviceName = new byte[2 * bytes];
        _deviceBytes = Encoding.UTF8.GetBytes(name, _deviceName);
        _device = device;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Encode(int seriesId)
    {
        if (seriesId >= _slots.Length) Array.Resize(ref _slots, Math.Max(seriesId + 1, 2 * _slots.Length));
        SeriesDefinition series = _catalog[seriesId];
        SeriesDefinition shared = series with { Device = "", Tag = "" };
        if (!_traits.TryGetValue(shared, out TagTraits? traits))
        {
            traits = new TagTraits(shared);
            _traits.Add(shared, traits);
        }
        int bytes = Encoding.UTF8.GetByteCount(series.Tag);
        if (_block.Length - _blockUsed < bytes)
        {
            _block = new byte[Math.Max(BlockBytes, bytes)];
            _blockUsed = 0;
        }
        Encoding.UTF8.GetBytes(series.Tag, _block.AsSpan(_blockUsed));
        _slots[seriesId] = new Slot { Block = _block, Start = _blockUsed, Length = bytes, Traits = traits, Device = _catalog.EntryAt(seriesId).Device };
        _blockUsed += bytes;
    }

    [DoesNotReturn]
    private void ThrowDevices(int seriesId) => throw new ArgumentException(
        $"A batch record has the readings of one device, and these are of {_catalog.NameAt(_device)} and {_catalog.DeviceOf(seriesId)}. Group them with DeviceRuns first.");
}
