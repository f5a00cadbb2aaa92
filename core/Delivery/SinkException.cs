namespace HyperIngest.Core.Delivery;

/// <summary>
/// A sink could not be prepared, a lane could not be opened, or a lane's connection is dead. The message is fit for a log line and holds no secrets.
/// </summary>
public sealed class SinkException : Exception
{
    /// <summary>An exception with what it means for the lane.</summary>
    /// <param name="outcome">Retry, or Stop when nothing helps but a person; its reason becomes the message.</param>
    /// <param name="inner">What the client library threw.</param>
    public SinkException(DeliveryOutcome outcome, Exception? inner = null)
        : base(outcome.Reason, inner) => Outcome = outcome;

    /// <summary>What it means for the lane.</summary>
    public DeliveryOutcome Outcome { get; }
}
