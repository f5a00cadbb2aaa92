using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>What a tag's values become.</summary>
internal enum UaItemForm : byte
{
    /// <summary>Not known yet: the server has not said what the node's type is.</summary>
    Unknown,

    /// <summary>Readings of one series.</summary>
    Scalar,

    /// <summary>Readings of a series an element.</summary>
    Elements,
}

/// <summary>A tag as its values find it, by its number: 8 bytes, because a device may have 50,000.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct UaItem
{
    /// <summary>The series; of a tag with elements its place in <see cref="UaTagTable.ElementsOf"/>.</summary>
    public int Series;

    /// <summary>How the series' values are read.</summary>
    public ValueKind Kind;

    /// <summary>What values become.</summary>
    public UaItemForm Form;

    /// <summary>Whether it was logged that its values are no readings.</summary>
    public bool IsSkipLogged;

    /// <summary>Whether the server knows the node no more, or refuses it.</summary>
    public bool IsBad;
}

/// <summary>A device's tags and their series. A tag's number, its place in the options, is its client handle at the server. Under the device's gate, but for the constructor.</summary>
internal sealed class UaTagTable
{
    private readonly UaDeviceOptions _device;
    private readonly SeriesCatalog _catalog;
    private readonly UaItem[] _items;
    private readonly List<int[]> _elements = [];

    /// <summary>Registers the tags whose kind the configuration says, and finds those the catalog knows from before.</summary>
    /// <exception cref="ArgumentException">A series is known with another kind.</exception>
    public UaTagTable(UaDeviceOptions device, SeriesCatalog catalog)
    {
        _device = device;
        _catalog = catalog;
        _items = new UaItem[device.Tags.Count];
        for (int i = 0; i < _items.Length; i++)
        {
            UaTag tag = device.Tags[i];
            Readings += Math.Max(1, tag.Elements);
            if (tag.Kind is { } kind) Register(i, kind);
        }
    }

    /// <summary>Tags.</summary>
    public int Count => _items.Length;

    /// <summary>Readings that a value of every tag makes.</summary>
    public int Readings { get; }

    /// <summary>The tags by number.</summary>
    public UaItem[] Items => _items;

    /// <summary>A tag by number, as configured.</summary>
    public UaTag this[int tag] => _device.Tags[tag];

    /// <summary>The series of a tag's elements.</summary>
    public int[] ElementsOf(in UaItem item) => _elements[item.Series];

    /// <summary>A tag's kind has become known: its series is registered, or found.</summary>
    /// <exception cref="ArgumentException">The catalog knows the series with another kind, or a name is unfit; the message names the tag.</exception>
    public void Register(int tag, ValueKind kind)
    {
        UaTag options = _device.Tags[tag];
        ref UaItem item = ref _items[tag];
        if (item.Form != UaItemForm.Unknown) return;
        if (options.Elements == 0)
        {
            item.Series = SeriesOf(options, options.Name, kind);
            item.Kind = kind;
            item.Form = UaItemForm.Scalar;
            return;
        }
        int[] series = new int[options.Elements];
        for (int i = 0; i < series.Length; i++) series[i] = SeriesOf(options, $"{options.Name}[{i}]", kind);
        item.Series = _elements.Count;
        item.Kind = kind;
        item.Form = UaItemForm.Elements;
        _elements.Add(series);
    }

    /// <summary>A bad reading of each of a tag's series, if they are known.</summary>
    public void AddBad(int tag, uint status, long gatewayTicks, UaReadingBlock into)
    {
        ref readonly UaItem item = ref _items[tag];
        if (item.Form == UaItemForm.Scalar) into.AddBad(new Reading(item.Series, status, 0, gatewayTicks, 0));
        if (item.Form != UaItemForm.Elements) return;
        foreach (int series in ElementsOf(item)) into.AddBad(new Reading(series, status, 0, gatewayTicks, 0));
    }

    private int SeriesOf(UaTag tag, string name, ValueKind kind) => _catalog.Register(new SeriesDefinition(_device.Name, name, kind, tag.Unit, Tenant: _device.Tenant));
}
