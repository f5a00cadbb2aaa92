using HyperIngest.Core.Journal;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Delivery;

/// <summary>What lanes and dead letters log.</summary>
internal static partial class LaneEvents
{
    [LoggerMessage(1200, LogLevel.Information, "Sink {Sink}, shard {Shard}: lane running from {Cursor}, journal end {End}.")]
    public static partial void Running(ILogger logger, string sink, int shard, JournalPosition cursor, long end);

    [LoggerMessage(1201, LogLevel.Warning, "Sink {Sink}, shard {Shard}: not delivered, will try again: {Reason}")]
    public static partial void Retrying(ILogger logger, string sink, int shard, string reason);

    [LoggerMessage(1202, LogLevel.Error,
        "Sink {Sink}, shard {Shard}: stopped at {Cursor}: {Reason}. The readings stay in the journal; once the cause is mended the lane goes on by itself.")]
    public static partial void Stopped(ILogger logger, string sink, int shard, JournalPosition cursor, string reason);

    [LoggerMessage(1203, LogLevel.Information, "Sink {Sink}, shard {Shard}: delivering again.")]
    public static partial void Recovered(ILogger logger, string sink, int shard);

    [LoggerMessage(1204, LogLevel.Warning, "Sink {Sink}, shard {Shard}: poison reading at {Position} ({Device}/{Tag}) put into the dead letters: {Reason}")]
    public static partial void Poison(ILogger logger, string sink, int shard, JournalPosition position, string device, string tag, string reason);

    [LoggerMessage(1205, LogLevel.Error, "Sink {Sink}, shard {Shard}: journal bytes {From} to {To} are gone and were never delivered.")]
    public static partial void Lost(ILogger logger, string sink, int shard, long from, long to);

    [LoggerMessage(1206, LogLevel.Warning,
        "Sink {Sink}, shard {Shard}: its cursor {Cursor} lies past the journal's end {End}: the journal lost its tail to a crash after the sink had it. Going on from {End}.")]
    public static partial void TailLost(ILogger logger, string sink, int shard, JournalPosition cursor, long end);

    [LoggerMessage(1207, LogLevel.Information, "Sink {Sink}, shard {Shard}: replaying from {From} (the cursor was {Cursor}).")]
    public static partial void Replaying(ILogger logger, string sink, int shard, JournalPosition from, JournalPosition cursor);

    [LoggerMessage(1208, LogLevel.Debug, "Sink {Sink}, shard {Shard}: closing the dead connection failed too.")]
    public static partial void CloseFailed(ILogger logger, Exception exception, string sink, int shard);

    [LoggerMessage(1209, LogLevel.Warning, "Dead letters in {Folder} passed {MaxBytes} bytes: {File} with {Letters} letters was deleted.")]
    public static partial void LettersDeleted(ILogger logger, string folder, long maxBytes, string file, long letters);

    [LoggerMessage(1210, LogLevel.Critical, "Sink {Sink}, shard {Shard}: the lane failed and will be opened anew.")]
    public static partial void Failed(ILogger logger, Exception exception, string sink, int shard);
}
