using System.Text;
using System.Text.Unicode;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// From the names in a record to the ids in the catalog. Names met before are found by their bytes and cost no allocation; new ones are registered, within the reader's limits, once
/// the whole record is known to be sound.
/// </summary>
internal sealed class SeriesResolver
{
    private readonly SeriesCatalog _catalog;
    private readonly RecordReaderLimits _limits;

    // Keyed by the tenant's length, the tenant and the device.
    private readonly ByteKeyTable _deviceKeys = new();
    private readonly List<KnownDevice> _devices = [];
    private int _last;
    private int _newSeries;

    public SeriesResolver(SeriesCatalog catalog, RecordReaderLimits limits)
    {
        _catalog = catalog;
        _limits = limits;
    }

    public SeriesCatalog Catalog => _catalog;

    public RecordReaderLimits Limits => _limits;

    /// <summary>Series registered that the catalog did not have.</summary>
    public int NewSeries => _newSeries;

    /// <summary>The device, when a series of it was resolved before; null otherwise.</summary>
    public KnownDevice? Find(ReadOnlySpan<byte> tenant, ReadOnlySpan<byte> device)
    {
        if (tenant.Length > _limits.MaxNameBytes || device.Length > _limits.MaxNameBytes) return null;
        Span<byte> key = stackalloc byte[sizeof(ushort) + tenant.Length + device.Length];
        WriteKey(tenant, device, key);
        if (!_deviceKeys.IsAt(_last, key))
        {
            int found = _deviceKeys.Find(key);
            if (found < 0) return null;
            _last = found;
        }
        return _devices[_last];
    }

    /// <summary>What keeps a name from being one; <see cref="RecordFault.None"/> when nothing does.</summary>
    public RecordFault CheckName(ReadOnlySpan<byte> name, bool mayBeEmpty)
    {
        if (name.IsEmpty) return mayBeEmpty ? RecordFault.None : RecordFault.EmptyName;
        if (name.Length > _limits.MaxNameBytes) return RecordFault.NameTooLong;
        return Utf8.IsValid(name) ? RecordFault.None : RecordFault.NotUtf8;
    }

    /// <summary>What keeps one of a series' names, all but the device's, from being one.</summary>
    public RecordFault CheckNames(in RecordSeries series)
    {
        RecordFault fault = CheckName(series.Tag, mayBeEmpty: false);
        if (fault == RecordFault.None) fault = CheckName(series.Unit, mayBeEmpty: true);
        if (fault == RecordFault.None) fault = CheckName(series.Topic, mayBeEmpty: true);
        return fault == RecordFault.None ? CheckName(series.Tenant, mayBeEmpty: true) : fault;
    }

    /// <summary>Finds the series in the catalog or registers it, and remembers it. All its names were looked at by <see cref="CheckName"/>.</summary>
    public RecordFault TryAdd(in RecordSeries series, out KnownDevice device, out int place)
    {
        device = null!;
        place = -1;
        string name = Encoding.UTF8.GetString(series.Device);
        string tag = Encoding.UTF8.GetString(series.Tag);
        string tenant = Encoding.UTF8.GetString(series.Tenant);
        if (!_catalog.TryFind(name, tag, out int id))
        {
            if (_newSeries >= _limits.MaxNewSeries) return RecordFault.TooManyNewSeries;
            SeriesDefinition definition = new(
                name, tag, series.Kind, Encoding.UTF8.GetString(series.Unit), Encoding.UTF8.GetString(series.Topic), tenant, series.Classification);
            try
            {
                id = _catalog.Register(definition);
            }
            catch (ArgumentException)
            {
                // The names are sound, so another thread registered it since, with another kind.
                return RecordFault.KindChanged;
            }
            _newSeries++;
        }
        SeriesDefinition known = _catalog[id];
        if (known.Kind != series.Kind) return RecordFault.KindChanged;
        if (known.Tenant != tenant) return RecordFault.TenantChanged;
        device = Find(series.Tenant, series.Device) ?? AddDevice(series.Tenant, series.Device, known.Device);
        place = device.Find(series.Tag);
        if (place < 0)
        {
            device.Add(series.Tag, id, known.Kind);
            place = device.Find(series.Tag);
        }
        return RecordFault.None;
    }

    private KnownDevice AddDevice(ReadOnlySpan<byte> tenant, ReadOnlySpan<byte> device, string name)
    {
        Span<byte> key = stackalloc byte[sizeof(ushort) + tenant.Length + device.Length];
        WriteKey(tenant, device, key);
        KnownDevice known = new(name);
        _last = _deviceKeys.Add(key);
        _devices.Add(known);
        return known;
    }

    private static void WriteKey(ReadOnlySpan<byte> tenant, ReadOnlySpan<byte> device, Span<byte> key)
    {
        key[0] = (byte)tenant.Length;
        key[1] = (byte)(tenant.Length >> 8);
        tenant.CopyTo(key[sizeof(ushort)..]);
        device.CopyTo(key[(sizeof(ushort) + tenant.Length)..]);
    }
}
