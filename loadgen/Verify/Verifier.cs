using HyperIngest.LoadGen.Devices;

namespace HyperIngest.LoadGen.Verify;

/// <summary>
/// Holds what a sink has against what a plant's devices answered and counts, exactly, what is lost, duplicated, reordered and altered (see
/// <see cref="VerifiableSequence"/> for what "exactly" rests on). Memory: 40 bytes a series and 4 bytes a reading answered.
/// </summary>
public sealed class Verifier
{
    // A kill of the collector leaves a gap in every series at most; beyond this many the list is cut, the counts are not.
    private const int MostGapsKept = 1 << 20;

    private readonly VerifiedPlant _plant;
    private readonly SlotTimes _slots;
    private readonly List<VerifierLane> _lanes = [];
    private readonly List<SeriesGap> _gaps = [];

    /// <summary>A verifier that has seen nothing yet.</summary>
    /// <param name="plant">The plant, made from the same options as the simulator's.</param>
    /// <param name="served">What its devices answered.</param>
    public Verifier(Plant plant, ServedCounts served)
    {
        _plant = new VerifiedPlant(plant, served);
        _slots = new SlotTimes(_plant.Slots);
    }

    /// <summary>The gaps <see cref="Conclude"/> found, at most 1,048,576 of them, by device and tag.</summary>
    public IReadOnlyList<SeriesGap> Gaps => _gaps;

    /// <summary>The number of a series for <see cref="VerifierLane.Observe"/>; -1 when the plant has none of that name.</summary>
    public int Find(string device, string tag) => _plant.Find(device, tag);

    /// <summary>A new lane, for one thread.</summary>
    /// <param name="inArrivalOrder">Whether readings come as the sink took them (a journal). False for a table, which has no order of its own: there only times say what came first.</param>
    public VerifierLane OpenLane(bool inArrivalOrder)
    {
        VerifierLane lane = new(_plant, _slots, inArrivalOrder);
        lock (_lanes) _lanes.Add(lane);
        return lane;
    }

    /// <summary>Looks for what is missing and whether numbers and times agree; call it when all lanes have taken in all they are to.</summary>
    /// <param name="kills">
    /// Moments at which the collector was killed. A gap around such a moment is what devices had answered and no journal had taken yet: it is counted as
    /// <see cref="VerifyReport.Unjournalled"/> and not as lost. Gaps elsewhere are lost all the same.
    /// </param>
    public VerifyReport Conclude(params IReadOnlyList<DateTime> kills)
    {
        _gaps.Clear();
        VerifierLane[] lanes;
        lock (_lanes) lanes = [.. _lanes];
        DeviceScan[] scans = new DeviceScan[Math.Clamp(Environment.ProcessorCount, 1, Math.Max(1, _plant.DeviceCount))];
        Parallel.For(0, scans.Length, i =>
        {
            int from = (int)((long)_plant.DeviceCount * i / scans.Length), to = (int)((long)_plant.DeviceCount * (i + 1) / scans.Length);
            scans[i] = new DeviceScan(_plant, _slots, kills);
            scans[i].Scan(from, to, MostGapsKept / scans.Length);
        });
        foreach (DeviceScan scan in scans) _gaps.AddRange(scan.Gaps);
        return new VerifyReport
        {
            Served = _plant.Series.Sum(s => (long)s.Served),
            Received = lanes.Sum(l => l.Received),
            Lost = scans.Sum(s => s.Lost),
            Duplicated = lanes.Sum(l => l.Duplicated),
            Reordered = lanes.Sum(l => l.Reordered) + scans.Sum(s => s.Reordered),
            Altered = lanes.Sum(l => l.Altered),
            Bad = lanes.Sum(l => l.Bad),
            Unverified = lanes.Sum(l => l.Unverified),
            Unknown = lanes.Sum(l => l.Unknown),
            Unjournalled = scans.Sum(s => s.Unjournalled),
            UnjournalledReach = scans.Max(s => s.UnjournalledReach),
            Examples = ExampleList.Join([.. lanes.Select(l => l.Examples), .. scans.Select(s => s.Examples)]),
        };
    }
}
