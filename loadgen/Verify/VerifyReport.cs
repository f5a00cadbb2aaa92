namespace HyperIngest.LoadGen.Verify;

/// <summary>What a sink was found to hold, against what the devices answered.</summary>
public sealed record VerifyReport
{
    /// <summary>Readings of verifiable series the devices answered.</summary>
    public required long Served { get; init; }

    /// <summary>Readings of verifiable series found, with any status that is not bad; duplicates and altered ones included.</summary>
    public required long Received { get; init; }

    /// <summary>Answered, not found, and not <see cref="Unjournalled"/>.</summary>
    public required long Lost { get; init; }

    /// <summary>Found once more than answered.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Found after a later one of the same series, or with a later time than a later one.</summary>
    public required long Reordered { get; init; }

    /// <summary>Found with a value the series never had.</summary>
    public required long Altered { get; init; }

    /// <summary>Found with a bad status; they carry no value and stand for no answer.</summary>
    public required long Bad { get; init; }

    /// <summary>Found in series whose generator cannot be verified.</summary>
    public required long Unverified { get; init; }

    /// <summary>Found in series the plant does not have.</summary>
    public required long Unknown { get; init; }

    /// <summary>Answered and not found, in a gap around a moment the collector was killed; 0 when no such moments were given.</summary>
    public required long Unjournalled { get; init; }

    /// <summary>The longest time from the last reading found before such a gap to the kill; what was answered and unjournalled is younger than this.</summary>
    public required TimeSpan UnjournalledReach { get; init; }

    /// <summary>Up to 10 examples of each finding.</summary>
    public required IReadOnlyList<VerifyExample> Examples { get; init; }

    /// <summary>All of it there, once, in order, unaltered, and nothing else.</summary>
    public bool IsClean => Lost == 0 && Duplicated == 0 && Reordered == 0 && Altered == 0 && Unknown == 0;
}

/// <summary>What was found wrong with a reading.</summary>
public enum VerifyFinding
{
    /// <summary>Missing.</summary>
    Lost,

    /// <summary>There twice.</summary>
    Duplicated,

    /// <summary>In the wrong place.</summary>
    Reordered,

    /// <summary>Not a value of the series.</summary>
    Altered,

    /// <summary>Not a series of the plant.</summary>
    Unknown,

    /// <summary>Missing around a kill.</summary>
    Unjournalled,
}

/// <summary>One finding, for a human.</summary>
/// <param name="Finding">What is wrong.</param>
/// <param name="Device">The device; empty for an unknown series.</param>
/// <param name="Tag">The tag; empty for an unknown series.</param>
/// <param name="FirstN">The reading's number in its series, from 0; of an altered one, what its value decodes to; -1 where there is none.</param>
/// <param name="Count">How many in a row, for missing ones; else 1.</param>
/// <param name="Time">The reading's time, of missing ones the time of the reading before; null where there is none.</param>
public sealed record VerifyExample(VerifyFinding Finding, string Device, string Tag, long FirstN, long Count, DateTime? Time)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string numbers = FirstN < 0 ? "" : Count == 1 ? $" n={FirstN}" : $" n={FirstN}..{FirstN + Count - 1}";
        string time = Time is { } t ? $" {(Finding is VerifyFinding.Lost or VerifyFinding.Unjournalled ? "after" : "at")} {t:yyyy-MM-ddTHH:mm:ss.fffff}Z" : "";
        return $"{Finding.ToString().ToLowerInvariant()}: {Device}/{Tag}{numbers}{time}";
    }
}

/// <summary>Readings of one series that are missing in a row.</summary>
/// <param name="Device">The device's number in the plant.</param>
/// <param name="Tag">The tag's number in the device.</param>
/// <param name="FirstN">Number of the first one missing.</param>
/// <param name="Count">How many.</param>
/// <param name="Before">Time of the reading before, to 10 us; null when the series begins with the gap.</param>
/// <param name="After">Time of the reading after, to 10 us; null when the series ends with the gap.</param>
public readonly record struct SeriesGap(int Device, int Tag, long FirstN, long Count, DateTime? Before, DateTime? After);
