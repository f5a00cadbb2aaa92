using HyperIngest.Core.Telemetry;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>What the broker counts.</summary>
internal sealed class BrokerCounters
{
    private readonly Dictionary<KafkaApi, Counter> _requests = ApiTable.All.ToDictionary(api => api.Key, _ => new Counter());

    public Counter Accepted { get; } = new();

    public Counter Malformed { get; } = new();

    public Counter Unsupported { get; } = new();

    public Counter Cut { get; } = new();

    public Counter Requests(KafkaApi api) => _requests[api];
}
