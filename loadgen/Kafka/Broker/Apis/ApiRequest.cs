namespace HyperIngest.LoadGen.Kafka;

/// <summary>A request on its way through the broker.</summary>
internal sealed class ApiRequest
{
    public required BrokerState Broker { get; init; }

    public required BrokerFaults Faults { get; init; }

    public required KafkaApi Api { get; init; }

    public required short Version { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Where the client reached the broker: what it is told to connect to.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required WireReader Body { get; init; }

    /// <summary>The error a test wants answered, everywhere an error can stand; the request is then not carried out.</summary>
    public KafkaError? Injected { get; init; }

    /// <summary>Ends when the connection does.</summary>
    public required CancellationToken Closing { get; init; }

    /// <summary>A produce request with acks 0: nothing is sent back.</summary>
    public bool WantsNoAnswer { get; set; }

    /// <summary>The error a test wants for this partition, if it wants one.</summary>
    public KafkaError? InjectedFor(PartitionId partition) => Injected ?? Faults.PartitionError(Api, partition);
}
