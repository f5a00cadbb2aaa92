using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.Kafka;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds the sources of a site.</summary>
internal static class SourceBinder
{
    /// <summary>All such sources of a site, by their kind.</summary>
    /// <param name="root">The file's root.</param>
    /// <param name="deviceNames">Lines of the devices there are, by name.</param>
    public static (IReadOnlyList<KafkaSourceOptions> Kafka, IReadOnlyList<MqttSourceOptions> Mqtt, IReadOnlyList<OpcUaSourceConfiguration> OpcUa) Bind(
        SectionReader root, Dictionary<string, int> deviceNames)
    {
        List<KafkaSourceOptions> kafka = [];
        List<MqttSourceOptions> mqtt = [];
        List<OpcUaSourceConfiguration> opcUa = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        Dictionary<(string Broker, string ClientId), int> clients = [];
        string node = root.Get(SiteSchema.Node);
        OpcUaSourceBinder opcUaBinder = new(node, deviceNames);
        foreach (SectionReader reader in root.List(SiteSchema.Sources))
        {
            int before = reader.Problems.ErrorCount;
            string type = reader.Get(SourceSchema.Type);
            // Of a kind that is not known no other key is known to be right or wrong.
            if (reader.Problems.ErrorCount > before) continue;
            string name;
            if (type == SourceSchema.Mqtt)
            {
                MqttSourceOptions source = MqttSourceBinder.Bind(reader, node);
                mqtt.Add(source);
                name = source.Name;
                if (!clients.TryAdd((source.Client.Address, source.Client.ClientId), reader.Mark.Line))
                {
                    reader.Error(MqttSourceSchema.ClientId,
                        $"client id '{source.Client.ClientId}' is that of the source in line {clients[(source.Client.Address, source.Client.ClientId)]} at the same broker: each would throw the other out");
                }
            }
            else if (type == SourceSchema.OpcUa)
            {
                opcUa.Add(opcUaBinder.Bind(reader));
                name = opcUa[^1].Options.Name;
            }
            else
            {
                kafka.Add(KafkaSourceBinder.Bind(reader));
                name = kafka[^1].Name;
            }
            if (name.Length > 0 && reader.Has(SourceSchema.Name) && !lines.TryAdd(name, reader.Mark.Line))
            {
                reader.Error(SourceSchema.Name, $"source '{name}' is there already, in line {lines[name]}; source names are unique in a node");
            }
        }
        return (kafka, mqtt, opcUa);
    }
}
