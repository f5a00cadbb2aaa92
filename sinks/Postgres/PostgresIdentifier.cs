namespace HyperIngest.Sinks.Postgres;

/// <summary>Quotes names for SQL text.</summary>
internal static class PostgresIdentifier
{
    /// <summary>Longest name PostgreSQL keeps (NAMEDATALEN - 1), in bytes; it cuts longer ones, silently.</summary>
    public const int MaxBytes = 63;

    /// <summary>The name as a quoted identifier.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Schema and name, both quoted.</summary>
    public static string Quote(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";

    /// <summary>The text as a string literal; standard_conforming_strings is on in every supported server.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
