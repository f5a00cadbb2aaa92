using System.Runtime.CompilerServices;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Readings of many devices in arrival order, sorted into one run a device with its readings in arrival order: two passes over the readings, no comparison. Made once a lane and used
/// again for every delivery; allocates only while it grows.
/// </summary>
public sealed class DeviceRuns
{
    private readonly SeriesCatalog _catalog;

    // By the number of the device's name: which run it is in, valid while the stamp is this grouping's.
    private Slot[] _slots = new Slot[64];
    private int _stamp;
    private Run[] _runs = new Run[16];
    private Reading[] _arrived = [];
    private int[] _runOf = [];
    private Reading[] _sorted = [];
    private int[] _indexes = [];
    private int _count;

    private struct Slot
    {
        public int Stamp;
        public int Run;
    }

    private struct Run
    {
        public int Start;
        public int Count;
        public int AnySeries;
    }

    /// <summary>Groups by the devices of a catalog.</summary>
    public DeviceRuns(SeriesCatalog catalog) => _catalog = catalog;

    /// <summary>Devices in what was grouped last, in the order in which their first readings arrived.</summary>
    public int Count { get; private set; }

    /// <summary>Groups all readings of a chunk.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A series is not in the catalog; see <see cref="Writable.IndexOfUnwritable"/>.</exception>
    public void Group(DeliveryChunk chunk)
    {
        Begin(chunk.Count);
        for (int part = 0; part < chunk.PartCount; part++) Take(chunk.PartAt(part));
        Sort();
    }

    /// <summary>Groups readings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A series is not in the catalog; see <see cref="Writable.IndexOfUnwritable"/>.</exception>
    public void Group(ReadOnlySpan<Reading> readings)
    {
        Begin(readings.Length);
        Take(readings);
        Sort();
    }

    /// <summary>The readings of a device, 0 to <see cref="Count"/>-1, in the order in which they arrived; good until the next grouping.</summary>
    public ReadOnlySpan<Reading> ReadingsAt(int run) => _sorted.AsSpan(At(run).Start, _runs[run].Count);

    /// <summary>Where each of <see cref="ReadingsAt"/> stood in what was grouped; for the poison reading's place in its chunk.</summary>
    public ReadOnlySpan<int> IndexesAt(int run) => _indexes.AsSpan(At(run).Start, _runs[run].Count);

    /// <summary>The name of a run's device.</summary>
    public string DeviceAt(int run) => _catalog.DeviceOf(At(run).AnySeries);

    private ref readonly Run At(int run)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)run, (uint)Count, nameof(run));
        return ref _runs[run];
    }

    private void Begin(int readings)
    {
        Count = 0;
        _count = 0;
        // Stamps of the grouping 2^32 groupings ago are not worth a thought.
        _stamp++;
        if (_sorted.Length >= readings) return;
        int room = Math.Max(readings, 2 * _sorted.Length);
        _arrived = new Reading[room];
        _sorted = new Reading[room];
        _runOf = new int[room];
        _indexes = new int[room];
    }

    private void Take(ReadOnlySpan<Reading> readings)
    {
        readings.CopyTo(_arrived.AsSpan(_count));
        int device = -1;
        int run = -1;
        foreach (ref readonly Reading reading in readings)
        {
            int next = _catalog.EntryAt(reading.SeriesId).Device;
            if (next != device)
            {
                device = next;
                run = RunOf(device, reading.SeriesId);
            }
            _runOf[_count++] = run;
            _runs[run].Count++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RunOf(int device, int series)
    {
        if (device >= _slots.Length) Array.Resize(ref _slots, Math.Max(device + 1, 2 * _slots.Length));
        ref Slot slot = ref _slots[device];
        if (slot.Stamp == _stamp) return slot.Run;
        if (Count == _runs.Length) Array.Resize(ref _runs, 2 * _runs.Length);
        slot = new Slot { Stamp = _stamp, Run = Count };
        _runs[Count] = new Run { AnySeries = series };
        return Count++;
    }

    private void Sort()
    {
        int start = 0;
        for (int run = 0; run < Count; run++)
        {
            _runs[run].Start = start;
            start += _runs[run].Count;
            _runs[run].Count = 0;
        }
        for (int i = 0; i < _count; i++)
        {
            ref Run run = ref _runs[_runOf[i]];
            int at = run.Start + run.Count++;
            _sorted[at] = _arrived[i];
            _indexes[at] = i;
        }
    }
}
