using HyperIngest.Core.Journal;

namespace HyperIngest.Core.Delivery;

/// <summary>A place readings are delivered to: PostgreSQL, Kafka, a broker. It opens one lane for each shard, and the lanes run side by side.</summary>
public interface ISink : IAsyncDisposable
{
    /// <summary>The sink's name in the configuration, unique in a node; cursors, metrics and dead letters carry it.</summary>
    string Name { get; }

    /// <summary>Most readings a lane should be given at once; the lane joins consecutive batches up to this many.</summary>
    int MaxReadingsPerDelivery { get; }

    /// <summary>
    /// Least time from one delivery's begin to the next's, unless the next is full: a lane waits for more readings rather than make many small deliveries. Zero delivers at once.
    /// </summary>
    TimeSpan Linger => TimeSpan.Zero;

    /// <summary>
    /// Makes sure the other side is there and fit (schema, topics), once, before any lane opens; called again by the lanes' backoff until it
    /// succeeds. Throws when it cannot; the exception says what to do.
    /// </summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Opens the lane of one shard: connects, and reads back the cursor where the sink keeps it itself.</summary>
    Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken);
}

/// <summary>Whose readings a lane carries; a cursor that a sink stores is only good for the same identity.</summary>
/// <param name="Node">The node's name in the configuration.</param>
/// <param name="JournalId">The journal folder's own id: a new folder starts its offsets at 0, and an old cursor must not be taken for it.</param>
/// <param name="Shard">The shard, 0-based.</param>
public readonly record struct LaneIdentity(string Node, Guid JournalId, int Shard);

/// <summary>One shard's way into a sink. Used by one lane loop at a time, never concurrently.</summary>
public interface ISinkLane : IAsyncDisposable
{
    /// <summary>
    /// Where the sink itself says it is (exactly-once sinks, which store it in the delivery's own transaction); null when the sink keeps no cursor
    /// and the lane must use the cursor file beside the journal, which gives at-least-once.
    /// </summary>
    JournalPosition? StoredCursor { get; }

    /// <summary>
    /// After <see cref="DeliveryVerdict.AcceptedExcept"/>: the readings of that chunk that are poison, by ascending index. Valid until the next call.
    /// </summary>
    IReadOnlyList<RefusedReading> Refused => [];

    /// <summary>
    /// Delivers all readings of <paramref name="chunk"/> or none, and with them, in the same transaction, the cursor <see cref="DeliveryChunk.End"/>. (A sink without transactions
    /// may have taken some when it says Retry; it is given the same chunk again and should deliver only the rest.)
    /// Expected failures are outcomes; an exception means a dead connection (the lane is disposed and opened anew) or a bug.
    /// The chunk is the caller's and must not be kept past the call.
    /// </summary>
    ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken);

    /// <summary>
    /// Stores <paramref name="cursor"/> without delivering anything: a poison reading went to the dead letters and the lane moves past it.
    /// </summary>
    ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken);
}
