namespace HyperIngest.LoadGen.Kafka;

/// <summary>One partition of one topic.</summary>
internal readonly record struct PartitionId(string Topic, int Partition);
