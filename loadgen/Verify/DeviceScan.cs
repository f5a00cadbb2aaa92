namespace HyperIngest.LoadGen.Verify;

/// <summary>Goes through the slots of some devices' series once all readings are in: empty slots are gaps, times that step back are out of order.</summary>
internal sealed class DeviceScan(VerifiedPlant plant, SlotTimes slots, IReadOnlyList<DateTime> kills)
{
    public List<SeriesGap> Gaps { get; } = [];

    public long Lost { get; private set; }

    public long Reordered { get; private set; }

    public long Unjournalled { get; private set; }

    public TimeSpan UnjournalledReach { get; private set; }

    public ExampleList Examples { get; } = new(plant);

    public void Scan(int fromDevice, int toDevice, int mostGaps)
    {
        for (int device = fromDevice; device < toDevice; device++)
        {
            int first = plant.FirstSeriesOf(device), end = plant.FirstSeriesOf(device + 1);
            for (int series = first; series < end; series++) ScanSeries(series, device, series - first, mostGaps);
        }
    }

    private void ScanSeries(int series, int device, int tag, int mostGaps)
    {
        VerifiedSeries scanned = plant.Series[series];
        uint seen = 0, previous = 0;
        long missing = 0;
        for (long n = 0; n < scanned.Served; n++)
        {
            uint slot = slots.At(scanned.FirstSlot + (n * scanned.Stride));
            if (slot == 0)
            {
                missing++;
                continue;
            }
            if (missing > 0) AddGap(new SeriesGap(device, tag, n - missing, missing, TimeOf(seen), TimeOf(slot)), series, mostGaps);
            missing = 0;
            seen = slot;

            // One that arrived late has been counted as reordered; its time says nothing more.
            if ((slot & SlotTimes.LateFlag) != 0) continue;
            if (slot < previous)
            {
                Reordered++;
                Examples.Add(VerifyFinding.Reordered, series, n, 1, TimeOf(slot));
            }
            previous = slot;
        }
        if (missing > 0) AddGap(new SeriesGap(device, tag, scanned.Served - missing, missing, TimeOf(seen), null), series, mostGaps);
    }

    private void AddGap(in SeriesGap gap, int series, int mostGaps)
    {
        if (Gaps.Count < mostGaps) Gaps.Add(gap);
        foreach (DateTime kill in kills)
        {
            if (gap.Before > kill || gap.After < kill) continue;
            Unjournalled += gap.Count;
            if (gap.Before is { } before && kill - before > UnjournalledReach) UnjournalledReach = kill - before;
            Examples.Add(VerifyFinding.Unjournalled, series, gap.FirstN, gap.Count, gap.Before);
            return;
        }
        Lost += gap.Count;
        Examples.Add(VerifyFinding.Lost, series, gap.FirstN, gap.Count, gap.Before);
    }

    private DateTime? TimeOf(uint slot) => slot == 0 ? null : slots.TimeOf(slot);
}
