using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>Checks an MQTT source's options, without connecting.</summary>
public static class MqttSourceValidation
{
    // MQTT 3.1.1, 3.1.3.1: longer ones a broker may take.
    private const int MaxClientIdBytes = 65_535;

    /// <summary>All that is wrong, in words; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(MqttSourceOptions options)
    {
        List<string> errors = [];
        MqttClientOptions client = options.Client;
        if (options.Name.Length == 0) errors.Add("the source has no name; its marks in the journal need one");
        if (client.Host.Length == 0) errors.Add("no broker; mqtt://host:port is expected");
        if (client.Port is < 1 or > ushort.MaxValue) errors.Add($"broker port {client.Port}; 1 to 65535 are accepted");
        if (client.ClientId.Length == 0 && client.SessionExpiry > TimeSpan.Zero) errors.Add("a session that is kept needs a client id of its own: it is the session's name");
        if (Encoding.UTF8.GetByteCount(client.ClientId) > MaxClientIdBytes) errors.Add($"a client id of more than {MaxClientIdBytes} bytes");
        if (client.ReceiveMaximum is < 1 or > ushort.MaxValue) errors.Add($"receive maximum {client.ReceiveMaximum}; 1 to 65535 are accepted");
        if (options.Limits.MaxNewSeries is < 0 or > 100_000_000) errors.Add($"limit of {options.Limits.MaxNewSeries} new series; 0 to 100,000,000 are accepted");
        if (options.Limits.MaxNameBytes is < 1 or > 4096) errors.Add($"limit of {options.Limits.MaxNameBytes} bytes a name; 1 to 4,096 are accepted");
        if (options.Limits.MaxTopics is < 1 or > 1 << 24) errors.Add($"limit of {options.Limits.MaxTopics} topics; 1 to 16,777,216 are accepted");
        if (options.AcknowledgeInterval < TimeSpan.FromMilliseconds(1) || options.AcknowledgeInterval > TimeSpan.FromSeconds(1))
        {
            errors.Add($"acknowledge interval {options.AcknowledgeInterval}; 1 ms to 1 s are accepted");
        }
        if (!Enum.IsDefined(options.GatewayTime)) errors.Add($"gateway time {(int)options.GatewayTime}; arrival and payload are known");
        errors.AddRange(MqttRuleValidation.Check(options.Rules));
        bool needsHost = options.Rules.Any(r => r.Payload is MqttSparkplugPayload);
        if (needsHost && options.Sparkplug is null) errors.Add("a rule has Sparkplug B payloads, and the source is no Sparkplug host; give it sparkplug");
        if (!needsHost && options.Sparkplug is not null) errors.Add("the source is a Sparkplug host, and no rule has Sparkplug B payloads; add one for spBv1.0/#");
        if (options.Rules.FirstOrDefault(r => r.Payload is MqttSparkplugPayload && r.Group is not null) is { } shared)
        {
            errors.Add($"the rule for {shared.Topic} shares Sparkplug B messages in group '{shared.Group}'; a host must see all of an edge node's messages: remove the group, and split by Sparkplug group ids (spBv1.0/GROUP/#)");
        }
        if (options.Sparkplug?.HostId is { } host && !SparkplugTopic.IsIdentifier(Encoding.UTF8.GetBytes(host))) errors.Add($"sparkplug host id '{host}'; a name without '/', '+' and '#' is accepted");
        return errors;
    }
}
