using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Kafka;

/// <summary>The topics of a sink. Two tenants whose names differ only in characters that a topic may not have must not meet in one topic: that is refused. Shared by all lanes.</summary>
internal sealed class TopicNames(string sink, TopicTemplate template)
{
    private readonly string _sink = sink;
    private readonly TopicTemplate _template = template;
    private readonly Lock _naming = new();

    // Under _naming: whose topic it is.
    private readonly Dictionary<string, string> _tenants = new(StringComparer.Ordinal);

    /// <summary>The topic of readings.</summary>
    /// <exception cref="SinkException">There can be none (Stop); the message says why and what to do.</exception>
    public string Of(string node, string tenant, Classification classification)
    {
        string topic = _template.Expand(node, tenant, classification, out string? problem) ?? throw new SinkException(DeliveryOutcome.Stop($"sink {_sink}: {problem}"));
        if (!_template.HasTenant) return topic;
        lock (_naming)
        {
            if (_tenants.TryAdd(topic, tenant) || _tenants[topic] == tenant) return topic;
            throw new SinkException(DeliveryOutcome.Stop(
                $"sink {_sink}: the tenants '{_tenants[topic]}' and '{tenant}' would both be in the topic '{topic}': rename one, or take {{tenant}} out of the sink's topic"));
        }
    }
}
