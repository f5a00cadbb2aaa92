using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka;

/// <summary>What the sink logs.</summary>
internal static partial class KafkaEvents
{
    [LoggerMessage(2200, LogLevel.Information, "Sink {Sink}: writes {Format} records into {Topic} by librdkafka {Version}, {Guarantee}.")]
    public static partial void Prepared(ILogger logger, string sink, string format, string topic, string version, string guarantee);

    [LoggerMessage(2201, LogLevel.Information, "Sink {Sink}, shard {Shard}: topic {Topic} has {Partitions} partitions.")]
    public static partial void TopicFound(ILogger logger, string sink, int shard, string topic, int partitions);

    [LoggerMessage(2202, LogLevel.Warning,
        "Sink {Sink}, shard {Shard}: topic {Topic} has {Partitions} partitions now and had {Before}: devices move to other partitions, and their order is not kept over the move.")]
    public static partial void TopicGrew(ILogger logger, string sink, int shard, string topic, int partitions, int before);

    [LoggerMessage(2203, LogLevel.Warning, "Sink {Sink}, shard {Shard}: {Records} records were given up unconfirmed; brokers may have them already, and then they are there twice.")]
    public static partial void GivenUp(ILogger logger, string sink, int shard, int records);

    [LoggerMessage(2204, LogLevel.Information, "Sink {Sink}, shard {Shard}: transactional id {Id}; the cursor is in group {Group} at {Topic}[0].")]
    public static partial void Transactional(ILogger logger, string sink, int shard, string id, string group, string topic);

    [LoggerMessage(2205, LogLevel.Information, "Sink {Sink}: schema {Subject} is registered as {Id}.")]
    public static partial void SchemaRegistered(ILogger logger, string sink, string subject, int id);

    [LoggerMessage(2206, LogLevel.Information, "Sink {Sink}, shard {Shard}: group {Group} has a cursor of another journal ({Note}); journal {Journal} is new to it and starts at 0.")]
    public static partial void OtherJournal(ILogger logger, string sink, int shard, string group, string note, Guid journal);

    [LoggerMessage(2207, LogLevel.Warning, "Sink {Sink}, shard {Shard}: the transaction was not aborted in order ({Reason}); the next producer ends it.")]
    public static partial void NotAborted(ILogger logger, string sink, int shard, string reason);
}
