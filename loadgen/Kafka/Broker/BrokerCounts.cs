namespace HyperIngest.LoadGen.Kafka;

/// <summary>What the broker has counted so far.</summary>
/// <param name="Connected">Connections open now.</param>
/// <param name="Accepted">Connections accepted.</param>
/// <param name="Malformed">Requests that were not laid out as their version says; each closed its connection.</param>
/// <param name="Unsupported">Requests that are not answered, or not in that version; each closed its connection.</param>
/// <param name="Cut">Connections closed because a test wanted it.</param>
public readonly record struct BrokerCounts(int Connected, long Accepted, long Malformed, long Unsupported, long Cut);
