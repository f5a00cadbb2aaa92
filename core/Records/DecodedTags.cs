using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>The tag table of the batch record being read: the series and kind of each place. A tag not met before has no series until the record is known to be sound.</summary>
internal sealed class DecodedTags
{
    /// <summary>In place of the id of a series not met before.</summary>
    public const int Unknown = -1;

    private int[] _ids = new int[64];
    private ValueKind[] _kinds = new ValueKind[64];

    public int Count { get; private set; }

    /// <summary>How many have no series yet.</summary>
    public int UnknownCount { get; private set; }

    /// <summary>The device of the tags that are known.</summary>
    public KnownDevice? Device { get; set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public ReadOnlySpan<ValueKind> Kinds => _kinds.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        UnknownCount = 0;
        Device = null;
    }

    public void Add(int id, ValueKind kind)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, 2 * Count);
            Array.Resize(ref _kinds, 2 * Count);
        }
        _ids[Count] = id;
        _kinds[Count++] = kind;
        if (id == Unknown) UnknownCount++;
    }

    /// <summary>Gives a place its series.</summary>
    public void Resolve(int place, int id) => _ids[place] = id;

    /// <summary>Puts the ids in place of the places that readings of unknown tags were given as -1 - place.</summary>
    public void Patch(Span<Reading> readings)
    {
        for (int i = 0; i < readings.Length; i++)
        {
            Reading reading = readings[i];
            if (reading.SeriesId < 0) readings[i] = new Reading(_ids[-1 - reading.SeriesId], reading.Status, reading.SourceTime, reading.GatewayTime, reading.ValueBits);
        }
    }
}
