using HyperIngest.Core;
using HyperIngest.Core.Readings;

namespace HyperIngest.Host.Query;

/// <summary>Which series of a catalog are asked for. Decided once a series, so that a reading costs one look into an array.</summary>
internal sealed class SeriesFilter
{
    private readonly bool[] _wanted;

    /// <summary>The series whose device matches one of <paramref name="devices"/> and whose tag matches one of <paramref name="tags"/>; an empty list matches all.</summary>
    public SeriesFilter(SeriesCatalog catalog, IReadOnlyList<Glob> devices, IReadOnlyList<Glob> tags)
    {
        _wanted = new bool[catalog.Count];
        // Names repeat: a thousand devices of one template have the same tags.
        Dictionary<string, bool> byDevice = new(StringComparer.Ordinal), byTag = new(StringComparer.Ordinal);
        for (int i = 0; i < _wanted.Length; i++)
        {
            string device = catalog.DeviceOf(i), tag = catalog.TagOf(i);
            _wanted[i] = Decide(byDevice, devices, device) && Decide(byTag, tags, tag);
            if (!_wanted[i]) continue;
            Count++;
            LongestDevice = Math.Max(LongestDevice, device.Length);
            LongestTag = Math.Max(LongestTag, tag.Length);
        }
    }

    /// <summary>Series asked for.</summary>
    public int Count { get; }

    /// <summary>Characters of the longest device name among them.</summary>
    public int LongestDevice { get; }

    /// <summary>Characters of the longest tag name among them.</summary>
    public int LongestTag { get; }

    /// <summary>Whether a series is asked for; false for one the catalog did not have when this was made.</summary>
    public bool Wants(int seriesId) => (uint)seriesId < (uint)_wanted.Length && _wanted[seriesId];

    private static bool Decide(Dictionary<string, bool> known, IReadOnlyList<Glob> globs, string name)
    {
        if (globs.Count == 0) return true;
        if (!known.TryGetValue(name, out bool matches)) known.Add(name, matches = globs.Any(g => g.Matches(name)));
        return matches;
    }
}
