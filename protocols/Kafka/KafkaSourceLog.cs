using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Kafka;

/// <summary>The log lines of a Kafka source: changes of state, never one a record.</summary>
internal static partial class KafkaSourceLog
{
    [LoggerMessage(EventId = 411, Level = LogLevel.Information, Message = "Kafka source {Source}: joins group {Group} at {Brokers} for {Topics}.")]
    public static partial void Joining(ILogger logger, string source, string group, string brokers, string topics);

    [LoggerMessage(EventId = 412, Level = LogLevel.Information, Message = "Kafka source {Source}: {Count} partitions came, it has {Total} now: {Partitions}.")]
    public static partial void Assigned(ILogger logger, string source, int count, int total, string partitions);

    [LoggerMessage(EventId = 413, Level = LogLevel.Information, Message = "Kafka source {Source}: {Count} partitions given back, it has {Total} now: {Partitions}.")]
    public static partial void GivenBack(ILogger logger, string source, int count, int total, string partitions);

    [LoggerMessage(EventId = 414, Level = LogLevel.Warning,
        Message = "Kafka source {Source}: {Count} partitions were taken away before they could be given back (the member was silent too long, or another has its name); what was not committed is read again by their next owner: {Partitions}.")]
    public static partial void TakenAway(ILogger logger, string source, int count, string partitions);

    [LoggerMessage(EventId = 415, Level = LogLevel.Warning,
        Message = "Kafka source {Source}: {Partition} is given back before offset {Next} was durable and committed (it is to {Committed}): its next owner reads the records between again.")]
    public static partial void GivenBackEarly(ILogger logger, string source, string partition, long next, long committed);

    [LoggerMessage(EventId = 416, Level = LogLevel.Information,
        Message = "Kafka source {Source}: {Partition} begins at offset {From}; its readings up to offset {To} are in the journal and are passed over where they are.")]
    public static partial void ReadsAgain(ILogger logger, string source, string partition, long from, long to);

    [LoggerMessage(EventId = 417, Level = LogLevel.Error,
        Message = "Kafka source {Source}: LOST {Partition} offsets {First} to {Last}: the brokers had deleted them before they were read. Going on at {Next}. Longer retention, or more nodes, would have kept them.")]
    public static partial void Lost(ILogger logger, string source, string partition, long first, long last, long next);

    [LoggerMessage(EventId = 418, Level = LogLevel.Error,
        Message = "Kafka source {Source}: {Partition} ends at offset {End}, before {Expected}, which this group has reached: the topic was made anew or its brokers lost the rest. Everything in it, from {Next}, is read.")]
    public static partial void CutShort(ILogger logger, string source, string partition, long end, long expected, long next);

    [LoggerMessage(EventId = 419, Level = LogLevel.Warning, Message = "Kafka source {Source}: {Partition} has nothing at its offset and its ends cannot be asked for ({Error}); tried again.")]
    public static partial void EndsUnknown(ILogger logger, string source, string partition, string error);

    [LoggerMessage(EventId = 420, Level = LogLevel.Warning, Message = "Kafka source {Source}: {Error}; further ones are counted, not logged, until it is well again.")]
    public static partial void Faulty(ILogger logger, string source, string error);

    [LoggerMessage(EventId = 421, Level = LogLevel.Information, Message = "Kafka source {Source}: well again.")]
    public static partial void Recovered(ILogger logger, string source);

    [LoggerMessage(EventId = 422, Level = LogLevel.Error, Message = "Kafka source {Source}: the consumer is out of order ({Error}); a new one is made in {Pause}.")]
    public static partial void Broken(ILogger logger, string source, string error, TimeSpan pause);

    [LoggerMessage(EventId = 423, Level = LogLevel.Critical, Message = "Kafka source {Source}: a defect in the source; its consumer is made anew in {Pause}.")]
    public static partial void Defect(ILogger logger, string source, TimeSpan pause, Exception defect);

    [LoggerMessage(EventId = 424, Level = LogLevel.Warning,
        Message = "Kafka source {Source}: {Partition} offset {Offset} is no readings and is a dead letter: {Reason}. Further ones are counted, not logged, until {Partition} gives a good record.")]
    public static partial void Unparseable(ILogger logger, string source, string partition, long offset, string reason);

    [LoggerMessage(EventId = 425, Level = LogLevel.Warning, Message = "Kafka source {Source}: paused: a shard's ring has been full for a while. The group is kept.")]
    public static partial void Paused(ILogger logger, string source);

    [LoggerMessage(EventId = 426, Level = LogLevel.Information, Message = "Kafka source {Source}: goes on.")]
    public static partial void Resumed(ILogger logger, string source);

    [LoggerMessage(EventId = 427, Level = LogLevel.Error, Message = "Kafka source {Source}: waits, because the dead letters cannot be written: {Reason}")]
    public static partial void LettersRefused(ILogger logger, string source, string reason);

    [LoggerMessage(EventId = 428, Level = LogLevel.Warning, Message = "Kafka source {Source}: offsets could not be committed: {Error}; further failures are counted, not logged, until one succeeds.")]
    public static partial void CommitFailed(ILogger logger, string source, string error);
}
