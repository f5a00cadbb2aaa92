using HyperIngest.Core.Readings;

namespace HyperIngest.LoadGen.Verify;

/// <summary>Takes readings whose series are in a catalog into one lane: finds the plant's series for each id once, then by index.</summary>
public sealed class CatalogReadings
{
    private readonly SeriesCatalog _catalog;
    private readonly Verifier _verifier;
    private readonly VerifierLane _lane;
    private Known[] _known = [];

    /// <summary>Readings of <paramref name="catalog"/>, on their way into a new lane of <paramref name="verifier"/>.</summary>
    /// <param name="catalog">Names the series; it may still grow.</param>
    /// <param name="verifier">The verifier.</param>
    /// <param name="inArrivalOrder">Whether the readings come as the sink took them.</param>
    public CatalogReadings(SeriesCatalog catalog, Verifier verifier, bool inArrivalOrder)
    {
        _catalog = catalog;
        _verifier = verifier;
        _lane = verifier.OpenLane(inArrivalOrder);
    }

    private readonly record struct Known(int Series, ValueKind Kind);

    /// <summary>Takes them in; one thread at a time.</summary>
    public void Take(ReadOnlySpan<Reading> readings)
    {
        Known[] known = _known;
        foreach (ref readonly Reading reading in readings)
        {
            if ((uint)reading.SeriesId >= (uint)known.Length) known = LookUpNew(reading.SeriesId);
            Known series = (uint)reading.SeriesId < (uint)known.Length ? known[reading.SeriesId] : new Known(-1, ValueKind.Float64);
            _lane.Observe(series.Series, series.Kind, reading.ValueBits, reading.Status, reading.Time);
        }
    }

    // The catalog has grown since, or the id is in no catalog: then it is the verifier's to count as unknown.
    private Known[] LookUpNew(int seriesId)
    {
        int count = _catalog.Count, first = _known.Length;
        if (seriesId >= count) return _known;
        Array.Resize(ref _known, count);
        for (int id = first; id < count; id++)
        {
            SeriesDefinition definition = _catalog[id];
            _known[id] = new Known(_verifier.Find(definition.Device, definition.Tag), definition.Kind);
        }
        return _known;
    }
}
