using System.Buffers;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>The series whose records, as <see cref="JsonRecordWriter"/> writes them, a reader knows by the bytes before and behind the value.</summary>
internal sealed class JsonKnownSeries
{
    private readonly ByteKeyTable _prefixes = new();
    private readonly JsonTails _tails = new();
    private readonly ArrayBufferWriter<byte> _prefix = new();
    private Known[] _known = new Known[8];
    // Readings of a poll follow one another in the same order every time.
    private int _next;

    /// <summary>A series' device, id, kind and the bytes behind its value.</summary>
    public readonly record struct Known(string Device, int SeriesId, ValueKind Kind, JsonTail Tail);

    /// <summary>Adds a series with the unit, classification and so on that its first record had.</summary>
    public void Add(int seriesId, in SeriesDefinition definition)
    {
        _prefix.ResetWrittenCount();
        JsonWords.WritePrefix(_prefix, definition.Device, definition.Tag);
        int place = _prefixes.Add(_prefix.WrittenSpan);
        if (place >= _known.Length) Array.Resize(ref _known, 2 * _known.Length);
        _known[place] = new Known(definition.Device, seriesId, definition.Kind, _tails.Of(definition));
    }

    /// <summary>The series whose prefix <paramref name="record"/> begins with, and the prefix's length; false when there is none.</summary>
    public bool TryFind(ReadOnlySpan<byte> record, out Known known, out int valueAt)
    {
        known = default;
        valueAt = 0;
        int place = _next;
        if (place < _prefixes.Count && record.StartsWith(_prefixes.KeyAt(place)))
        {
            valueAt = _prefixes.KeyAt(place).Length;
        }
        else
        {
            valueAt = EndOfPrefix(record);
            if (valueAt == 0) return false;
            place = _prefixes.Find(record[..valueAt]);
            if (place < 0) return false;
        }
        _next = place + 1 == _prefixes.Count ? 0 : place + 1;
        known = _known[place];
        return true;
    }

    private static int EndOfPrefix(ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith(JsonWords.BeforeDevice)) return 0;
        int at = EndOfString(record, JsonWords.BeforeDevice.Length);
        if (!record[at..].StartsWith(JsonWords.BeforeTag)) return 0;
        at = EndOfString(record, at + JsonWords.BeforeTag.Length);
        return record[at..].StartsWith(JsonWords.BeforeValue) ? at + JsonWords.BeforeValue.Length : 0;
    }

    /// <summary>Where the string that <paramref name="at"/> is in ends: the place of its closing quote, or the record's length.</summary>
    public static int EndOfString(ReadOnlySpan<byte> record, int at)
    {
        while (at < record.Length)
        {
            int special = record[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (special < 0) return record.Length;
            at += special;
            if (record[at] == '"') return at;
            at += 2;
        }
        return record.Length;
    }
}
