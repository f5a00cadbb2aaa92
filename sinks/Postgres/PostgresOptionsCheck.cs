using System.Text;
using Npgsql;

namespace HyperIngest.Sinks.Postgres;

/// <summary>The ranges that <see cref="PostgresOptions"/> promises.</summary>
internal static class PostgresOptionsCheck
{
    public static void Check(PostgresOptions options)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Npgsql's message may quote a part of the string, and that part may be the password.
            throw new ArgumentException(
                $"sink {options.Name}: the connection string cannot be read; expected 'Host=...;Username=...;Password=...;Database=...'.", nameof(options));
        }
        Range(options.MaxRowsPerCommit is >= 1 and <= 1_000_000, options, nameof(options.MaxRowsPerCommit), options.MaxRowsPerCommit, "1 to 1000000");
        Range(
            options.CommitInterval >= TimeSpan.Zero && options.CommitInterval <= TimeSpan.FromSeconds(10),
            options, nameof(options.CommitInterval), options.CommitInterval, "0 to 10 s");
        Range(
            options.StatementTimeout >= TimeSpan.FromMilliseconds(1) && options.StatementTimeout <= TimeSpan.FromHours(1),
            options, nameof(options.StatementTimeout), options.StatementTimeout, "1 ms to 1 h");
        Range(
            options.Table.PartitionInterval >= TimeSpan.FromHours(1) && options.Table.PartitionInterval <= TimeSpan.FromDays(31),
            options, nameof(options.Table.PartitionInterval), options.Table.PartitionInterval, "1 h to 31 d");
        Range(options.Table.PartitionsAhead is >= 1 and <= 100, options, nameof(options.Table.PartitionsAhead), options.Table.PartitionsAhead, "1 to 100");
        Range(options.Mapping is not { Columns.Count: 0 }, options, nameof(options.Mapping), "no columns", "at least one column");
        foreach (string name in (string[])[options.Schema, options.Table.Readings, options.Table.Series])
        {
            Range(name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= PostgresIdentifier.MaxBytes, options, "a table's or schema's name", name, "1 to 63 bytes");
        }
    }

    private static void Range(bool holds, PostgresOptions options, string name, object found, string expected)
    {
        if (!holds) throw new ArgumentException($"sink {options.Name}: {name} is {found}, expected {expected}.", nameof(options));
    }
}
