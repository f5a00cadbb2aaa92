using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Registers series that show themselves, up to a limit. A connection's reading loop's; meeting a series again is the decoders' own affair, which remember ids.</summary>
internal sealed class SeriesRegistrar(SeriesCatalog catalog, int maxNewSeries, int maxNameBytes)
{
    /// <summary>The catalog.</summary>
    public SeriesCatalog Catalog { get; } = catalog;

    /// <summary>Longest name in UTF-8 bytes.</summary>
    public int MaxNameBytes { get; } = maxNameBytes;

    /// <summary>Series it may add to the catalog.</summary>
    public int MaxNewSeries { get; } = maxNewSeries;

    /// <summary>Series added to the catalog.</summary>
    public int NewSeries { get; private set; }

    /// <summary>Series refused because the limit was reached.</summary>
    public long Refused { get; private set; }

    /// <summary>Counts series that a reader of records added by itself.</summary>
    public void Count(int newSeries) => NewSeries += newSeries;

    /// <summary>The id of a series, registered when it is new.</summary>
    /// <param name="definition">The series; its names are sound UTF-16.</param>
    /// <param name="id">Its id.</param>
    /// <param name="kind">How its values are read: the kind the catalog knows, which may be another than asked for.</param>
    /// <returns>Null when there is one; otherwise why not, in words.</returns>
    public string? Register(in SeriesDefinition definition, out int id, out ValueKind kind)
    {
        kind = definition.Kind;
        if (Catalog.TryFind(definition.Device, definition.Tag, out id))
        {
            kind = Catalog.KindOf(id);
            return null;
        }
        if (definition.Device.Length == 0 || definition.Tag.Length == 0) return "its device or tag would have an empty name";
        if (definition.Device.Length > MaxNameBytes || definition.Tag.Length > MaxNameBytes) return $"its device or tag would have a name of more than {MaxNameBytes} bytes";
        if (NewSeries >= MaxNewSeries)
        {
            Refused++;
            return $"it would be a new series, after {MaxNewSeries} of them: raise limits.new_series";
        }
        try
        {
            id = Catalog.Register(definition);
        }
        catch (ArgumentException unfit)
        {
            return unfit.Message;
        }
        NewSeries++;
        return null;
    }
}
