using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Postgres;

/// <summary>What the sink logs.</summary>
internal static partial class PostgresEvents
{
    [LoggerMessage(2100, LogLevel.Information, "Sink {Sink}: connected to PostgreSQL {Version}; {Table} is kept as {Layout}.")]
    public static partial void Prepared(ILogger logger, string sink, string version, string table, string layout);

    [LoggerMessage(2101, LogLevel.Information,
        "Sink {Sink}, shard {Shard}: the database has cursors of other journals of node {Node} ({Journals}); journal {Journal} is new to it and starts at 0.")]
    public static partial void OtherJournal(ILogger logger, string sink, int shard, string node, string journals, Guid journal);

    [LoggerMessage(2102, LogLevel.Warning, "Table {Table}: rows from {From} on go to the default partition, which has such rows already: {Reason}")]
    public static partial void IntervalInDefault(ILogger logger, string table, string from, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "Sink {Sink}: partitions could not be made ahead or indexed, the next try is in {Wait}: {Reason}")]
    public static partial void PartitionsLate(ILogger logger, string sink, TimeSpan wait, string reason);

    [LoggerMessage(2105, LogLevel.Information, "Sink {Sink}: whether its series table is there could not be seen, the next look is in {Wait}: {Reason}")]
    public static partial void SeriesNotSeen(ILogger logger, string sink, TimeSpan wait, string reason);

    [LoggerMessage(2104, LogLevel.Warning, "Sink {Sink}: a table or column is not as it was ({Reason}); looking at the schema again.")]
    public static partial void SchemaChanged(ILogger logger, string sink, string reason);
}
