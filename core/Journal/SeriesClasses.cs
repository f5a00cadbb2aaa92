using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Journal;

/// <summary>The class of each series, one byte a series and at hand: a segment has millions of readings to look up. Retention's alone.</summary>
internal sealed class SeriesClasses(SeriesCatalog catalog)
{
    // A reading's series is in the catalog before the reading is in the journal; should the catalog lack it all the same, it is treated as what most series are.
    private const Classification Unknown = Classification.Telemetry;

    private readonly int[] _seriesOf = new int[SegmentCensus.Classes];
    private byte[] _classes = [];
    private int _known;

    /// <summary>Takes in what has been registered since.</summary>
    public void Refresh()
    {
        int count = catalog.Count;
        if (count > _classes.Length) Array.Resize(ref _classes, Math.Max(count, 2 * _classes.Length));
        for (; _known < count; _known++)
        {
            Classification of = catalog.EntryAt(_known).Classification;
            _classes[_known] = (byte)of;
            _seriesOf[(int)of]++;
        }
    }

    /// <summary>Whether there can be readings of the class: most plants have no logs, and then no segment is searched for them.</summary>
    public bool Has(Classification of) => of == Unknown || _seriesOf[(int)of] > 0;

    /// <summary>The class of a reading's series.</summary>
    public Classification Of(in Reading reading) => (uint)reading.SeriesId < (uint)_known ? (Classification)_classes[reading.SeriesId] : Unknown;
}
