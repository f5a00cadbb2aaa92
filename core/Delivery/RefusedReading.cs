namespace HyperIngest.Core.Delivery;

/// <summary>A reading that a sink will never take, of a delivery whose other readings it has.</summary>
/// <param name="Index">Its index in the chunk.</param>
/// <param name="Reason">What the sink said, fit for a log line and a dead letter; no secrets.</param>
public readonly record struct RefusedReading(int Index, string Reason);
