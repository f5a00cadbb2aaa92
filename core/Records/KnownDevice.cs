using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>A device a reader has met, and its tags, found by their UTF-8 bytes.</summary>
internal sealed class KnownDevice
{
    private readonly ByteKeyTable _tags = new();
    private KnownSeries[] _series = new KnownSeries[8];
    // A poll sends its tags in the same order every time: the next tag is mostly the one that came after this one.
    private int _next;

    public KnownDevice(string name) => Name = name;

    /// <summary>The catalog's own string.</summary>
    public string Name { get; }

    /// <summary>The tag's place in this device; -1 when it is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ReadOnlySpan<byte> tag)
    {
        int found = _next;
        if (!_tags.IsAt(found, tag))
        {
            found = _tags.Find(tag);
            if (found < 0) return -1;
        }
        _next = found + 1 == _tags.Count ? 0 : found + 1;
        return found;
    }

    /// <summary>What is known of the tag at a place.</summary>
    public ref KnownSeries this[int place] => ref _series[place];

    public void Add(ReadOnlySpan<byte> tag, int seriesId, ValueKind kind)
    {
        int place = _tags.Add(tag);
        if (place >= _series.Length) Array.Resize(ref _series, 2 * _series.Length);
        _series[place] = new KnownSeries { SeriesId = seriesId, Kind = kind };
    }
}

/// <summary>A series a reader has met.</summary>
internal struct KnownSeries
{
    public int SeriesId;
    public ValueKind Kind;

    /// <summary>Whether the reader of JSON records has the bytes its records begin with.</summary>
    public bool HasJson;
}
