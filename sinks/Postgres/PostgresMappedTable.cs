using HyperIngest.Core.Delivery;
using Npgsql;

namespace HyperIngest.Sinks.Postgres;

/// <summary>An existing table as the database describes it, and the COPY that fills it.</summary>
internal sealed record PostgresMappedTable(string QuotedName, MappedColumn[] Columns)
{
    /// <summary>The COPY statement.</summary>
    public string Copy { get; } =
        $"copy {QuotedName} ({string.Join(", ", Columns.Select(static c => PostgresIdentifier.Quote(c.Name)))}) from stdin (format binary)";

    /// <summary>Reads the table's columns and fits the mapping to them.</summary>
    /// <exception cref="SinkException">No such table or column, a type that cannot take its field, or a column that must have a value and gets none.</exception>
    public static async Task<PostgresMappedTable> ReadAsync(NpgsqlConnection connection, PostgresMapping mapping, CancellationToken cancellationToken)
    {
        Dictionary<string, (string Type, bool Required)> found = new(StringComparer.Ordinal);
        string? name = null;
        await using (NpgsqlCommand command = new(
            """
            select format('%I.%I', n.nspname, c.relname), a.attname::text,
                   coalesce(b.typname, t.typname)::text, a.attnotnull and not a.atthasdef and a.attidentity = ''
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            join pg_type t on t.oid = a.atttypid
            left join pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
            where c.oid = to_regclass($1)
            """,
            connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mapping.Table });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                name = reader.GetString(0);
                found.Add(reader.GetString(1), (reader.GetString(2), reader.GetBoolean(3)));
            }
        }
        if (name is null)
        {
            throw new SinkException(DeliveryOutcome.Stop(
                $"table {mapping.Table} is not there (looked for on the search path as the sink's user). Create it, or write its name with its schema"));
        }
        List<MappedColumn> columns = [];
        foreach ((string column, PostgresField field) in mapping.Columns)
        {
            if (!found.Remove(column, out (string Type, bool Required) description))
            {
                throw new SinkException(DeliveryOutcome.Stop(
                    $"table {name} has no column {column} that {field} could go into (or it is mapped twice); its other columns are {string.Join(", ", found.Keys)}"));
            }
            columns.Add(MappedColumn.For(name, column, field, description.Type));
        }
        foreach ((string column, (string type, bool required)) in found)
        {
            if (!required) continue;
            throw new SinkException(DeliveryOutcome.Stop(
                $"table {name}, column {column} ({type}) is NOT NULL without a default and the mapping does not fill it. Map it, or give it a default"));
        }
        return new PostgresMappedTable(name, [.. columns]);
    }
}
