namespace HyperIngest.Core.Delivery;

/// <summary>What became of a delivery.</summary>
public enum DeliveryVerdict : byte
{
    /// <summary>The sink has it, durably, and its cursor (where it keeps one) is past it.</summary>
    Accepted,

    /// <summary>The sink does not have it, nothing of it; trying again may help.</summary>
    Retry,

    /// <summary>The sink does not have it and will not take it as it is: at least one of its readings is poison.</summary>
    Rejected,

    /// <summary>
    /// The sink has it, durably, but for the readings in <see cref="ISinkLane.Refused"/>, which are poison: for sinks that take a delivery reading by reading and cannot take back
    /// what they took. Its cursor (where it keeps one) is not moved: the lane does that once the refused ones are dead letters.
    /// </summary>
    AcceptedExcept,

    /// <summary>The sink cannot go on until somebody changes something (a table is missing, a password is wrong); keep the lane where it is and say so.</summary>
    Stop,
}

/// <summary>The outcome of one <see cref="ISinkLane.DeliverAsync"/>.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">For all but Accepted: what the sink said, fit for a log line and a dead letter; no secrets.</param>
/// <param name="RetryAfter">For Retry: the least wait the sink asks for; zero leaves it to the lane's backoff.</param>
/// <param name="PoisonHint">
/// For Rejected: one more than the index in the chunk of the reading the sink complained of; 0 when it did not say. The lane delivers that reading by itself to make
/// sure, so a wrong hint costs time and nothing else.
/// </param>
public readonly record struct DeliveryOutcome(DeliveryVerdict Verdict, string? Reason = null, TimeSpan RetryAfter = default, int PoisonHint = 0)
{
    /// <summary>The sink has it.</summary>
    public static DeliveryOutcome Accepted => default;

    /// <summary>Try again.</summary>
    public static DeliveryOutcome Retry(string reason, TimeSpan after = default) => new(DeliveryVerdict.Retry, reason, after);

    /// <summary>At least one reading is poison; which one, the sink did not say.</summary>
    public static DeliveryOutcome Rejected(string reason) => new(DeliveryVerdict.Rejected, reason);

    /// <summary>The reading at <paramref name="index"/> of the chunk is poison; others may be too.</summary>
    public static DeliveryOutcome Rejected(string reason, int index) => new(DeliveryVerdict.Rejected, reason, PoisonHint: index + 1);

    /// <summary>The sink has all but the readings that the lane lists as refused.</summary>
    public static DeliveryOutcome AcceptedExcept(string reason) => new(DeliveryVerdict.AcceptedExcept, reason);

    /// <summary>Nothing helps but a person.</summary>
    public static DeliveryOutcome Stop(string reason) => new(DeliveryVerdict.Stop, reason);
}
