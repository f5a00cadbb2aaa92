namespace HyperIngest.Sinks.Postgres;

/// <summary>A PostgreSQL or TimescaleDB sink.</summary>
public sealed record PostgresOptions
{
    /// <summary>The sink's name, unique in the node; default <c>postgres</c>.</summary>
    public string Name { get; init; } = "postgres";

    /// <summary>Npgsql connection string. It may hold a password: never log it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Schema for the sink's own tables; default <c>public</c>.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>
    /// Most rows in one transaction, 1 to 1,000,000; default 262,144. A lane waits for the WAL's fsync at each commit: one lane reached 1.8 M rows/s with 65,536, 2.2 with
    /// 131,072 and 2.5 with 262,144, which is what psql reaches in one transaction. It is a limit, not a goal: a lane that keeps up commits what has come since the last commit.
    /// </summary>
    public int MaxRowsPerCommit { get; init; } = 262_144;

    /// <summary>
    /// Least time between a lane's commits, unless <see cref="MaxRowsPerCommit"/> rows wait, zero to 10 s; default 100 ms: ten commits a second cost the server and the disk
    /// little, and a reading is in the table well within a second.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The sink's own tables; ignored with <see cref="Mapping"/>.</summary>
    public PostgresTableOptions Table { get; init; } = new();

    /// <summary>An existing table to fill instead of the sink's own; null for its own.</summary>
    public PostgresMapping? Mapping { get; init; }

    /// <summary>Longest a statement may take before it counts as failed; default 30 s.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>The sink's own readings table.</summary>
public sealed record PostgresTableOptions
{
    /// <summary>The readings table; default <c>readings</c>.</summary>
    public string Readings { get; init; } = "readings";

    /// <summary>The dimension table of series; default <c>series</c>.</summary>
    public string Series { get; init; } = "series";

    /// <summary>Time a partition (or hypertable chunk) covers, 1 hour to 31 days; default 1 day.</summary>
    public TimeSpan PartitionInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Partitions kept ready ahead of now, 1 to 100; default 3.</summary>
    public int PartitionsAhead { get; init; } = 3;

    /// <summary>When a partition gets its BRIN index on time; default always, so that a question about the last hour does not read the whole day.</summary>
    public PostgresTimeIndex TimeIndex { get; init; } = PostgresTimeIndex.Always;
}

/// <summary>When the readings' time is indexed (BRIN: small, and fit for rows that arrive in time's order).</summary>
public enum PostgresTimeIndex
{
    /// <summary>
    /// When the partition's interval is over, without blocking writers. Even a BRIN index costs a COPY 200 ns a row (270 ns without, 470 ns with, measured on PostgreSQL
    /// 15), which is why the partition being filled has none: choose an interval whose newest partition may be read whole.
    /// </summary>
    WhenPast,

    /// <summary>From the start, on every partition.</summary>
    Always,

    /// <summary>Never; somebody else sees to it.</summary>
    Never,
}

/// <summary>What a column of an existing table is filled with.</summary>
public enum PostgresField
{
    /// <summary>The reading's time: the device's when it sent one, else the gateway's.</summary>
    Time,

    /// <summary>When the gateway had it.</summary>
    GatewayTime,

    /// <summary>The device's time; NULL when it sent none.</summary>
    SourceTime,

    /// <summary>The value as a number; NULL for text.</summary>
    Value,

    /// <summary>The value as text; NULL for numbers.</summary>
    ValueText,

    /// <summary>The OPC UA StatusCode as a number.</summary>
    Status,

    /// <summary>The status' severity as text: good, uncertain or bad.</summary>
    Quality,

    /// <summary>The device's name.</summary>
    Device,

    /// <summary>The tag's name.</summary>
    Tag,

    /// <summary>The topic; device/tag where the series has none.</summary>
    Topic,

    /// <summary>The tenant.</summary>
    Tenant,

    /// <summary>The engineering unit.</summary>
    Unit,
}

/// <summary>An existing table and which of its columns is filled with what. Column types are read from the database when the lane opens.</summary>
public sealed record PostgresMapping
{
    /// <summary>The table, with its schema where it is not on the search path.</summary>
    public required string Table { get; init; }

    /// <summary>Column name to field, in COPY order; columns not named get their default.</summary>
    public required IReadOnlyList<KeyValuePair<string, PostgresField>> Columns { get; init; }
}
