using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds an MQTT source.</summary>
internal static class MqttSourceBinder
{
    /// <summary>The source.</summary>
    /// <param name="reader">Its section.</param>
    /// <param name="node">The node's name, for the client id.</param>
    public static MqttSourceOptions Bind(SectionReader reader, string node)
    {
        int before = reader.Problems.ErrorCount;
        string name = reader.Get(SourceSchema.Name);
        MqttRuleOptions[] rules = [.. reader.List(MqttSourceSchema.Rules).Select(MqttRuleBinder.Bind)];
        SectionReader limits = reader.Section(MqttSourceSchema.Limited);
        SectionReader sparkplug = reader.Section(MqttSourceSchema.Host);
        MqttSourceOptions source = new()
        {
            Name = name,
            Client = MqttClientBinder.Bind(reader) with
            {
                ClientId = reader.Has(MqttSourceSchema.ClientId) ? reader.Get(MqttSourceSchema.ClientId) : $"{node}-{name}",
                SessionExpiry = reader.Get(MqttSourceSchema.SessionExpiry),
                ReceiveMaximum = reader.Get(MqttSourceSchema.ReceiveMaximum),
            },
            Rules = rules,
            Limits = new MqttSourceLimits
            {
                MaxNewSeries = limits.Get(MqttSourceSchema.Limits.NewSeries),
                MaxNameBytes = limits.Get(MqttSourceSchema.Limits.NameBytes),
                MaxTopics = limits.Get(MqttSourceSchema.Limits.Topics),
            },
            // A rule for Sparkplug B needs a host, and one that is all defaults needs no section.
            Sparkplug = reader.Has(MqttSourceSchema.Host) || rules.Any(r => r.Payload is MqttSparkplugPayload) ? Host(sparkplug) : null,
            AcknowledgeInterval = reader.Get(MqttSourceSchema.AcknowledgeInterval),
            GatewayTime = reader.Get(MqttSourceSchema.Timestamp),
        };
        if (source.Client.Version == MqttVersion.V311 && reader.Has(MqttSourceSchema.ReceiveMaximum))
        {
            reader.Warning(MqttSourceSchema.ReceiveMaximum, "MQTT 3.1.1 cannot say it to the broker, whose own limit holds; use version 5.0");
        }
        // Only options that are right so far: one mistake is one message.
        if (reader.Problems.ErrorCount > before) return source;
        foreach (string problem in MqttSourceValidation.Check(source)) reader.Error(problem.Contains("rule", StringComparison.Ordinal) ? MqttSourceSchema.Rules : MqttClientSchema.Broker, problem);
        return source;
    }

    private static SparkplugHostOptions Host(SectionReader reader) => new()
    {
        HostId = reader.Has(MqttSourceSchema.Sparkplug.HostId) ? reader.Get(MqttSourceSchema.Sparkplug.HostId) : null,
        Device = reader.Get(MqttSourceSchema.Sparkplug.Device),
        Node = reader.Get(MqttSourceSchema.Sparkplug.Node),
        Tenant = reader.Get(MqttSourceSchema.Sparkplug.Tenant),
        ReorderTimeout = reader.Get(MqttSourceSchema.Sparkplug.ReorderTimeout),
        RebirthDelay = reader.Get(MqttSourceSchema.Sparkplug.RebirthDelay),
        MaxNodes = reader.Get(MqttSourceSchema.Sparkplug.MaxNodes),
        MaxDevicesPerNode = reader.Get(MqttSourceSchema.Sparkplug.MaxDevices),
        MaxWaitingBytes = reader.Get(MqttSourceSchema.Sparkplug.Waiting),
        MaxMetricsPerNode = reader.Get(MqttSourceSchema.Sparkplug.MaxMetrics),
    };
}
