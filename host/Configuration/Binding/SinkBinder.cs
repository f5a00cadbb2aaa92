using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Postgres;
using Npgsql;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds the sinks.</summary>
internal static class SinkBinder
{
    /// <summary>All sinks of a site, by their kind.</summary>
    public static (IReadOnlyList<PostgresOptions> Postgres, IReadOnlyList<KafkaSinkOptions> Kafka, IReadOnlyList<MqttSinkOptions> Mqtt) Bind(SectionReader root)
    {
        List<PostgresOptions> postgres = [];
        List<KafkaSinkOptions> kafka = [];
        List<MqttSinkOptions> mqtt = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (SectionReader reader in root.List(SiteSchema.Sinks))
        {
            int before = reader.Problems.ErrorCount;
            string type = reader.Get(SinkSchema.Type);
            // Of a kind that is not known no other key is known to be right or wrong.
            if (reader.Problems.ErrorCount > before) continue;
            string name;
            if (type == SinkSchema.Kafka)
            {
                kafka.Add(KafkaSinkBinder.Bind(reader));
                name = kafka[^1].Name;
            }
            else if (type == SinkSchema.Mqtt)
            {
                mqtt.Add(MqttSinkBinder.Bind(reader));
                name = mqtt[^1].Name;
            }
            else
            {
                postgres.Add(BindPostgres(reader));
                name = postgres[^1].Name;
            }
            if (name.Length > 0 && reader.Has(SinkSchema.Name) && !lines.TryAdd(name, reader.Mark.Line))
            {
                reader.Error(SinkSchema.Name, $"sink '{name}' is there already, in line {lines[name]}; sink names are unique in a node");
            }
        }
        return (postgres, kafka, mqtt);
    }

    private static PostgresOptions BindPostgres(SectionReader reader)
    {
        string table = reader.Get(SinkSchema.Table);
        PostgresMapping? mapping = null;
        if (reader.Has(SinkSchema.Columns))
        {
            mapping = new PostgresMapping { Table = table, Columns = reader.Named(SinkSchema.Columns) };
            if (!reader.Has(SinkSchema.Table)) reader.Error(SinkSchema.Table, "missing; columns needs the existing table they are columns of");
            foreach (Key own in (Key[])[SinkSchema.Schema, SinkSchema.SeriesTable, SinkSchema.Partition, SinkSchema.PartitionsAhead, SinkSchema.TimeIndex])
            {
                if (reader.Has(own)) reader.Error(own, $"{own.Name} is for the sink's own tables, and with columns it makes none; remove one of the two");
            }
        }
        string connection = reader.Get(SinkSchema.Connection);
        if (!IsConnectionString(connection))
        {
            // The driver's own message may quote the string, and with it the password.
            reader.Error(SinkSchema.Connection, "expected an Npgsql connection string with a Host, such as Host=db;Database=plant;Username=ingest; what is there is not one (its value is not shown)");
        }
        return new PostgresOptions
        {
            Name = reader.Get(SinkSchema.Name),
            ConnectionString = connection,
            Schema = reader.Get(SinkSchema.Schema),
            MaxRowsPerCommit = reader.Get(SinkSchema.RowsPerCommit),
            CommitInterval = reader.Get(SinkSchema.CommitInterval),
            Table = new PostgresTableOptions
            {
                Readings = mapping is null ? table : SinkSchema.Table.Fallback,
                Series = reader.Get(SinkSchema.SeriesTable),
                PartitionInterval = reader.Get(SinkSchema.Partition),
                PartitionsAhead = reader.Get(SinkSchema.PartitionsAhead),
                TimeIndex = reader.Get(SinkSchema.TimeIndex),
            },
            Mapping = mapping,
            StatementTimeout = reader.Get(SinkSchema.Timeout),
        };
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (Exception refused) when (refused is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
