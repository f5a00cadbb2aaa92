using HyperIngest.Core.Delivery;

namespace HyperIngest.Sinks.Postgres;

/// <summary>How a column takes its field: one of PostgreSQL's binary forms.</summary>
internal enum ColumnForm : byte
{
    /// <summary>timestamp and timestamptz: int64 microseconds since 2000-01-01.</summary>
    Timestamp,

    /// <summary>float8.</summary>
    Float8,

    /// <summary>float4.</summary>
    Float4,

    /// <summary>int2.</summary>
    Int2,

    /// <summary>int4.</summary>
    Int4,

    /// <summary>int8.</summary>
    Int8,

    /// <summary>numeric.</summary>
    Numeric,

    /// <summary>bool.</summary>
    Bool,

    /// <summary>text, varchar, bpchar, name: UTF-8.</summary>
    Text,
}

/// <summary>One column of an existing table: what fills it and in which form.</summary>
internal readonly record struct MappedColumn(string Name, PostgresField Field, ColumnForm Form)
{
    /// <summary>The column for a field, from the type's name in <c>pg_type</c>.</summary>
    /// <exception cref="SinkException">The type cannot take the field; the message names table, column, type and the types that can.</exception>
    public static MappedColumn For(string table, string column, PostgresField field, string typeName)
    {
        ColumnForm? form = typeName switch
        {
            "timestamptz" or "timestamp" => ColumnForm.Timestamp,
            "float8" => ColumnForm.Float8,
            "float4" => ColumnForm.Float4,
            "int2" => ColumnForm.Int2,
            "int4" => ColumnForm.Int4,
            "int8" => ColumnForm.Int8,
            "numeric" => ColumnForm.Numeric,
            "bool" => ColumnForm.Bool,
            "text" or "varchar" or "bpchar" or "name" => ColumnForm.Text,
            _ => null,
        };
        ColumnForm[] accepted = AcceptedBy(field);
        if (form is { } found && Array.IndexOf(accepted, found) >= 0) return new MappedColumn(column, field, found);
        throw new SinkException(DeliveryOutcome.Stop(
            $"table {table}, column {column}: its type is {typeName}, and {field} can go into {string.Join(", ", accepted.Select(NameOf))} only. Map another field or column"));
    }

    private static ColumnForm[] AcceptedBy(PostgresField field) => field switch
    {
        PostgresField.Time or PostgresField.GatewayTime or PostgresField.SourceTime => [ColumnForm.Timestamp],
        PostgresField.Value =>
            [ColumnForm.Float8, ColumnForm.Float4, ColumnForm.Numeric, ColumnForm.Int2, ColumnForm.Int4, ColumnForm.Int8, ColumnForm.Bool, ColumnForm.Text],
        PostgresField.Status => [ColumnForm.Int4, ColumnForm.Int8],
        PostgresField.Quality => [ColumnForm.Text, ColumnForm.Int2, ColumnForm.Int4, ColumnForm.Bool],
        _ => [ColumnForm.Text],
    };

    private static string NameOf(ColumnForm form) => form switch
    {
        ColumnForm.Timestamp => "timestamptz, timestamp",
        ColumnForm.Text => "text, varchar, char",
        _ => form.ToString().ToLowerInvariant(),
    };
}
