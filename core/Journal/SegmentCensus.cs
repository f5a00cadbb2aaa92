using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Journal;

/// <summary>What a closed segment holds of each class: what goes with it, and when it was, told before it goes.</summary>
internal sealed class SegmentCensus
{
    /// <summary>Classes there are.</summary>
    public const int Classes = (int)Classification.Alarm + 1;

    private readonly ClassStretch[] _stretches = new ClassStretch[Classes];

    /// <summary>A census of the readings at and behind <paramref name="deliveredBefore"/>.</summary>
    public SegmentCensus(long deliveredBefore)
    {
        DeliveredBefore = deliveredBefore;
        _stretches.AsSpan().Fill(ClassStretch.None);
    }

    /// <summary>Readings that stood before it were with every sink when it was taken, and are not in it; the first one's place when none were.</summary>
    public long DeliveredBefore { get; }

    /// <summary>What there is of a class.</summary>
    public ClassStretch this[Classification of] => _stretches[(int)of];

    /// <summary>Readings of a class and of those below it.</summary>
    public long UpTo(Classification highest)
    {
        long readings = 0;
        for (int i = 0; i <= (int)highest; i++) readings += _stretches[i].Readings;
        return readings;
    }

    /// <summary>Readings of the classes above.</summary>
    public long Above(Classification highest) => UpTo(Classification.Alarm) - UpTo(highest);

    /// <summary>Counts a reading of a record.</summary>
    public void Add(Classification of, in JournalRecord record, long gatewayTime)
    {
        ref ClassStretch stretch = ref _stretches[(int)of];
        stretch = new ClassStretch(
            stretch.Readings + 1,
            Math.Min(stretch.FromOffset, record.Offset),
            record.End,
            Math.Min(stretch.Earliest, gatewayTime),
            Math.Max(stretch.Latest, gatewayTime));
    }

    /// <summary>Takes note that a class and those below it are gone.</summary>
    public void Remove(Classification highest) => _stretches.AsSpan(0, (int)highest + 1).Fill(ClassStretch.None);
}

/// <summary>Readings of one class in one segment.</summary>
/// <param name="Readings">How many.</param>
/// <param name="FromOffset">Logical offset of the first record that has some.</param>
/// <param name="ToOffset">Where the last record that has some ends.</param>
/// <param name="Earliest">Smallest gateway time of them, UTC ticks.</param>
/// <param name="Latest">Largest gateway time of them, UTC ticks.</param>
internal readonly record struct ClassStretch(long Readings, long FromOffset, long ToOffset, long Earliest, long Latest)
{
    /// <summary>There are none.</summary>
    public static ClassStretch None => new(0, long.MaxValue, 0, long.MaxValue, long.MinValue);
}
