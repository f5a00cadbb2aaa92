namespace HyperIngest.LoadGen.Kafka;

/// <summary>One partition of one topic.</summary>
internal readonly record struct TopicPartition(string Topic, int Partition);
