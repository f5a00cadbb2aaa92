namespace HyperIngest.Core.Journal;

/// <summary>
/// A place in one shard's journal: the logical byte offset of a record and how many of its readings lie before the place. Offsets only
/// grow, over all segments and restarts, so that positions compare by time of arrival.
/// </summary>
/// <param name="Offset">Logical offset of a record's first byte; 0 is the first record ever written.</param>
/// <param name="Index">
/// Readings of that record already taken; 0 means the record's start. In a record that retention has thinned, those that went count as they did before: a position means the same reading
/// for ever.
/// </param>
public readonly record struct JournalPosition(long Offset, int Index) : IComparable<JournalPosition>
{
    /// <summary>Before everything.</summary>
    public static JournalPosition Start => default;

    /// <inheritdoc/>
    public int CompareTo(JournalPosition other)
    {
        int byOffset = Offset.CompareTo(other.Offset);
        return byOffset != 0 ? byOffset : Index.CompareTo(other.Index);
    }

    /// <summary>Earlier in the journal.</summary>
    public static bool operator <(JournalPosition left, JournalPosition right) => left.CompareTo(right) < 0;

    /// <summary>Later in the journal.</summary>
    public static bool operator >(JournalPosition left, JournalPosition right) => left.CompareTo(right) > 0;

    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(JournalPosition left, JournalPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Later or the same.</summary>
    public static bool operator >=(JournalPosition left, JournalPosition right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Index == 0 ? $"{Offset}" : $"{Offset}+{Index}";
}
