using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a sink: those that all have, and those of PostgreSQL.</summary>
internal static class SinkSchema
{
    public static readonly ValueKey<string> Name = new("name", Scalars.Text(63), OptionDefaults.Postgres.Name, "The sink's name, unique in the node; cursors, metrics and dead letters carry it.") { Required = true };

    public const string Postgres = "postgres";

    public const string Kafka = "kafka";

    public const string Mqtt = "mqtt";

    public static readonly ValueKey<string> Type = new("type", Scalars.Choice((Postgres, Postgres), (Kafka, Kafka), (Mqtt, Mqtt)), Postgres, "What it is; `postgres` is PostgreSQL or TimescaleDB.") { Required = true };

    public static readonly ValueKey<string> Connection = new("connection", Scalars.Text(4096) with { Name = "connection string", Expected = "an Npgsql connection string, best by reference: ${PG_CONNECTION}" }, "Host=localhost",
        "Npgsql connection string, such as `Host=db;Database=plant;Username=ingest`. Give it by reference, `${PG_CONNECTION}`: it is never shown.")
    { Required = true, Secret = true };

    public static readonly ValueKey<string> Schema = new("schema", Scalars.Text(63), OptionDefaults.Postgres.Schema, "Database schema for the sink's own tables; made when missing.");

    public static readonly ValueKey<string> Table = new("table", Scalars.Text(127), OptionDefaults.Postgres.Table.Readings, "The readings table. With `columns`: an existing table, with its schema where it is not on the search path.");

    public static readonly NamedValuesKey<PostgresField> Columns = new("columns",
        Scalars.Choice(
            ("time", PostgresField.Time), ("gateway_time", PostgresField.GatewayTime), ("source_time", PostgresField.SourceTime), ("value", PostgresField.Value),
            ("value_text", PostgresField.ValueText), ("status", PostgresField.Status), ("quality", PostgresField.Quality), ("device", PostgresField.Device),
            ("tag", PostgresField.Tag), ("topic", PostgresField.Topic), ("tenant", PostgresField.Tenant), ("unit", PostgresField.Unit)),
        "Columns of an existing table and what each is filled with; the sink then makes no tables of its own, and columns not named get their default.");

    public static readonly ValueKey<string> SeriesTable = new("series_table", Scalars.Text(63), OptionDefaults.Postgres.Table.Series, "The dimension table of series; not with `columns`.");

    public static readonly ValueKey<TimeSpan> Partition = new("partition", Scalars.Duration(TimeSpan.FromHours(1), TimeSpan.FromDays(31)), OptionDefaults.Postgres.Table.PartitionInterval, "Time a partition (or hypertable chunk) covers; not with `columns`.");

    public static readonly ValueKey<int> PartitionsAhead = new("partitions_ahead", Scalars.Integer(1, 100), OptionDefaults.Postgres.Table.PartitionsAhead, "Partitions kept ready ahead of now; not with `columns`.");

    public static readonly ValueKey<PostgresTimeIndex> TimeIndex = new("time_index",
        Scalars.Choice(("always", PostgresTimeIndex.Always), ("when-past", PostgresTimeIndex.WhenPast), ("never", PostgresTimeIndex.Never)),
        OptionDefaults.Postgres.Table.TimeIndex,
        "When a partition gets its BRIN index on time: from the start, once its interval is over (rows then cost a third less), or never; not with `columns`.");

    public static readonly ValueKey<int> RowsPerCommit = new("rows_per_commit", Scalars.Integer(1, 1_000_000), OptionDefaults.Postgres.MaxRowsPerCommit, "Most rows in one transaction.");

    public static readonly ValueKey<TimeSpan> CommitInterval = new("commit_interval", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromSeconds(10)), OptionDefaults.Postgres.CommitInterval, "Least time between a lane's commits, unless `rows_per_commit` rows wait.");

    public static readonly ValueKey<TimeSpan> Timeout = new("timeout", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)), OptionDefaults.Postgres.StatementTimeout, "Longest a statement may take.");

    public static readonly Section Sink = new("PostgreSQL sink", Name, Type, Connection, Schema, Table, Columns, SeriesTable, Partition, PartitionsAhead, TimeIndex, RowsPerCommit, CommitInterval, Timeout);
}
