using HyperIngest.Host.Commands.Chaos.Faults;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>The stand-in Kafka broker, in this process: it outlives every kill of the node and keeps every record. Exactly once, so that all four counts must be zero.</summary>
internal sealed class KafkaChaosSink : IChaosSink
{
    /// <summary>Its name, on the command line too.</summary>
    public const string SinkName = "kafka";

    /// <summary>The one topic that the plant's readings go to.</summary>
    public const string Topic = "telemetry.raw";

    // Several, so that a delivery is a transaction over several partitions.
    private const int Partitions = 4;

    private KafkaChaosSink(StandInBroker broker)
    {
        Broker = broker;
        Faults = [new StopBroker(this), new CutBrokerConnections(this), new RefuseRequests(this)];
    }

    /// <inheritdoc/>
    public string Name => SinkName;

    /// <inheritdoc/>
    public string Description => $"the stand-in broker in this process, at {Broker.BootstrapServers}; it is no Apache Kafka";

    /// <inheritdoc/>
    public string SiteItem => $"{{ name: {SinkName}, type: kafka, brokers: \"{Broker.BootstrapServers}\", topic: {Topic}, exactly_once: true, stall_time: 1s }}";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IReadOnlyList<IChaosFault> Faults { get; }

    /// <summary>The broker.</summary>
    public StandInBroker Broker { get; }

    /// <summary>Held by the one fault that may stop and start the broker, or wants it to be there.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Starts the broker, with the topic.</summary>
    public static KafkaChaosSink Start()
    {
        StandInBroker broker = StandInBroker.Start();
        broker.CreateTopic(Topic, Partitions);
        return new KafkaChaosSink(broker);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> VerifyArguments(string sitePath, string folder) =>
        ["--kafka", Broker.BootstrapServers, "--topic", Topic, "--spool", Path.Combine(folder, "verify.spool")];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        Turn.Dispose();
    }
}
