namespace HyperIngest.LoadGen.Kafka;

/// <summary>What a consumer is shown of transactions (a fetch request's isolation level).</summary>
public enum KafkaIsolation : sbyte
{
    /// <summary>Everything, aborted or not.</summary>
    ReadUncommitted = 0,

    /// <summary>Nothing of an aborted transaction, and nothing from the first open one on.</summary>
    ReadCommitted = 1,
}
