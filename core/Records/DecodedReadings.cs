using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>The readings of one record, all of one device. Made once a consuming thread and used again for every record.</summary>
public sealed class DecodedReadings
{
    private Reading[] _readings = new Reading[1];

    /// <summary>The device, as the catalog keeps it (the same string every time), for the choice of a shard; empty when nothing is decoded.</summary>
    public string Device { get; internal set; } = "";

    /// <summary>How many readings there are.</summary>
    public int Count { get; internal set; }

    /// <summary>
    /// Readings of this record whose text the <see cref="TextTable"/> had no room for or that is too long: they are here with the empty text and <see cref="StatusCodes.BadOutOfMemory"/>.
    /// </summary>
    public int TextsRefused { get; internal set; }

    /// <summary>The readings, in the record's order; good until the next record is read.</summary>
    public Span<Reading> Readings => _readings.AsSpan(0, Count);

    /// <summary>Forgets the readings.</summary>
    public void Clear()
    {
        Device = "";
        Count = 0;
        TextsRefused = 0;
    }

    /// <summary>Room for <paramref name="readings"/> readings; what was there is lost.</summary>
    internal Span<Reading> Slots(int readings)
    {
        if (_readings.Length < readings) _readings = new Reading[Math.Max(readings, 2 * _readings.Length)];
        return _readings.AsSpan(0, readings);
    }
}
