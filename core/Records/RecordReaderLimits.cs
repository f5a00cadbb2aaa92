using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>What a <see cref="RecordReader"/> takes from bytes that anybody may have written.</summary>
public sealed record RecordReaderLimits
{
    /// <summary>Series this reader may add to the catalog in its life; 600,000 by default, a large site.</summary>
    public int MaxNewSeries { get; init; } = 600_000;

    /// <summary>Longest device, tag, unit, topic or tenant in UTF-8 bytes; 512 by default, at most <see cref="SeriesCatalog.MaxNameLength"/>.</summary>
    public int MaxNameBytes { get; init; } = 512;

    /// <summary>Most readings in a record; 65,536 by default: 2 MB once decoded, and a few bytes of a columnar record can claim as many.</summary>
    public int MaxReadings { get; init; } = 65_536;

    /// <summary>Most tags in a record's table; 65,536 by default.</summary>
    public int MaxTags { get; init; } = 65_536;

    /// <summary>Throws when a limit is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative or zero, or the longest name longer than the catalog takes.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxNewSeries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxNameBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxNameBytes, SeriesCatalog.MaxNameLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxReadings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxTags);
    }
}
