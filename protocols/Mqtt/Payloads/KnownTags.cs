using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>The tags that a topic's payloads name themselves, found by the bytes of those names.</summary>
internal sealed class KnownTags
{
    private readonly ByteKeyTable _names = new();
    private KnownTag[] _tags = new KnownTag[4];
    // A device sends its tags in the same order every time: the next tag is mostly the one that came after this one.
    private int _next;

    /// <summary>A tag's place; -1 when it is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ReadOnlySpan<byte> name)
    {
        int found = _next;
        if (!_names.IsAt(found, name))
        {
            found = _names.Find(name);
            if (found < 0) return -1;
        }
        _next = found + 1 == _names.Count ? 0 : found + 1;
        return found;
    }

    /// <summary>What is known of the tag at a place.</summary>
    public ref KnownTag this[int place] => ref _tags[place];

    /// <summary>Remembers a tag; its place.</summary>
    public int Add(ReadOnlySpan<byte> name, int seriesId, ValueKind kind)
    {
        int place = _names.Add(name);
        if (place == _tags.Length) Array.Resize(ref _tags, 2 * _tags.Length);
        _tags[place] = new KnownTag { SeriesId = seriesId, Kind = kind };
        return place;
    }
}

/// <summary>A tag of a topic.</summary>
internal struct KnownTag
{
    public int SeriesId;
    public ValueKind Kind;

    /// <summary>The payload, by its decoder's count, that had the tag last, and where its reading is: of a member that comes twice the last counts.</summary>
    public long Payload;
    public int Reading;
}
