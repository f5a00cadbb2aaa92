using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;

namespace HyperIngest.Sinks.Kafka;

/// <summary>What a lane's thread does: the calls of <see cref="ISinkLane"/>, blocking. Made, used and disposed on that thread.</summary>
internal interface IKafkaDelivery : IDisposable
{
    /// <inheritdoc cref="ISinkLane.StoredCursor"/>
    JournalPosition? StoredCursor { get; }

    /// <inheritdoc cref="ISinkLane.Refused"/>
    IReadOnlyList<RefusedReading> Refused { get; }

    /// <inheritdoc cref="ISinkLane.DeliverAsync"/>
    DeliveryOutcome Deliver(DeliveryChunk chunk, CancellationToken cancellationToken);

    /// <inheritdoc cref="ISinkLane.SkipToAsync"/>
    DeliveryOutcome SkipTo(JournalPosition cursor, CancellationToken cancellationToken);
}
