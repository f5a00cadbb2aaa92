namespace HyperIngest.Sinks.Postgres;

/// <summary>A table rows are copied into, and the times it takes.</summary>
internal sealed class PostgresCopyTarget
{
    private const string NarrowColumns = "(time, value, series_id, status)";
    private const string AllColumns = "(time, value, series_id, status, value_text)";

    /// <summary>A target that takes times from <paramref name="fromTicks"/>, inclusive, to <paramref name="toTicks"/>, exclusive.</summary>
    public PostgresCopyTarget(string quotedTable, long fromTicks, long toTicks)
    {
        Table = quotedTable;
        FromTicks = fromTicks;
        ToTicks = toTicks;
        CopyNarrow = $"copy {quotedTable} {NarrowColumns} from stdin (format binary)";
        CopyWithText = $"copy {quotedTable} {AllColumns} from stdin (format binary)";
    }

    /// <summary>A target with a COPY of its own, for any time.</summary>
    public PostgresCopyTarget(string copy)
    {
        Table = "";
        ToTicks = PostgresTime.MaxTicks + 1;
        CopyNarrow = CopyWithText = copy;
    }

    /// <summary>The table, quoted; empty for a COPY of its own.</summary>
    public string Table { get; }

    /// <summary>First time it takes, in ticks.</summary>
    public long FromTicks { get; }

    /// <summary>First time it no longer takes, in ticks.</summary>
    public long ToTicks { get; }

    /// <summary>The COPY without the text column.</summary>
    public string CopyNarrow { get; }

    /// <summary>The COPY with it.</summary>
    public string CopyWithText { get; }

    /// <summary>True when the table takes this time.</summary>
    public bool Takes(long ticks) => ticks >= FromTicks && ticks < ToTicks;
}
