using System.Globalization;
using System.Text;
using HyperIngest.Core;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.OpcUa.Channel;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Writes a plant of verifiable sequences as the file that <c>sim</c> and <c>verify</c> read, so that a demo's parts can be run again by hand.</summary>
internal static class PlantFile
{
    /// <summary>Writes it.</summary>
    /// <remarks>A broker's password is not written: the file says that it is in <see cref="PasswordVariable"/>, which a child must be given.</remarks>
    public static void Write(PlantOptions plant, string path)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.Append(format, $"plant: {plant.Name}\nseed: {plant.Seed}\nbase_port: {plant.BasePort}\n");
        if (plant.Broker is { } broker) WriteBroker(text, broker);
        text.Append("devices:\n");
        foreach (PlantDeviceOptions group in plant.Devices)
        {
            text.Append(format, $"  - name: \"{group.Name}\"\n    count: {group.Count}\n");
            if (group.Mqtt is { } mqtt) WritePublishing(text, mqtt);
            else if (group.OpcUa is { } server) WriteServer(text, server);
            else text.Append(format, $"    units_per_port: {group.UnitsPerPort}\n");
            text.Append("    tags:\n");
            foreach (PlantTagOptions tag in group.Tags)
            {
                string address = group.Mqtt is null && group.OpcUa is null ? string.Create(format, $"address: {tag.StartAddress}, ") : "";
                text.Append(format, $"      - {{ name: \"{tag.Name}\", count: {tag.Count}, {address}type: {tag.Type.ToString().ToLowerInvariant()} }}\n");
            }
        }
        File.WriteAllText(path, text.ToString());
    }

    /// <summary>The environment variable that has the broker's password for a child.</summary>
    public const string PasswordVariable = "HYPERINGEST_BROKER_PASSWORD";

    private static void WriteBroker(StringBuilder text, MqttClientOptions broker)
    {
        BrokerAddress address = new(broker.Host, broker.Port, broker.Tls is not null);
        text.Append(CultureInfo.InvariantCulture, $"broker:\n  address: {address}\n  version: {(broker.Version == MqttVersion.V5 ? "5.0" : "3.1.1")}\n");
        Add("  client_id", broker.ClientId);
        Add("  user", broker.User);
        if (broker.Password is not null) Add("  password", $"${{{PasswordVariable}}}");
        if (broker.Tls is not { } tls) return;
        text.Append(CultureInfo.InvariantCulture, $"  tls:\n    verify: {(tls.Verify ? "true" : "false")}\n");
        Add("    ca_file", tls.CaFile);
        Add("    certificate_file", tls.CertificateFile);
        Add("    key_file", tls.KeyFile);
        Add("    server_name", tls.ServerName);

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value)) text.Append(CultureInfo.InvariantCulture, $"{key}: \"{value}\"\n");
        }
    }

    private static void WritePublishing(StringBuilder text, MqttPublishOptions mqtt)
    {
        bool sparkplug = mqtt.Format == MqttPublishFormat.Sparkplug;
        text.Append(CultureInfo.InvariantCulture, $"    mqtt:\n      format: {(sparkplug ? "sparkplug" : "json")}\n");
        if (!sparkplug) text.Append(CultureInfo.InvariantCulture, $"      topic: \"{mqtt.Topic}\"\n");
        if (mqtt.Group is not null) text.Append(CultureInfo.InvariantCulture, $"      group: \"{mqtt.Group}\"\n");
        text.Append(CultureInfo.InvariantCulture,
            $"      devices_per_node: {mqtt.DevicesPerNode}\n      readings_per_message: {mqtt.MessageReadings}\n      qos: {(int)mqtt.Qos}\n      interval: {Duration.Format(mqtt.Interval)}\n      window: {mqtt.Window}\n");
    }

    private static void WriteServer(StringBuilder text, UaServerDeviceOptions server)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        text.Append("    opcua:\n      security:\n");
        foreach (UaEndpointSecurity offered in server.Security)
        {
            text.Append(format, $"        - {{ policy: {OpcUaSessionSchema.Policies.Format(offered.Policy)}, mode: {OpcUaSessionSchema.Modes.Format(offered.Mode)} }}\n");
        }
        text.Append(format, $"      max_nodes_per_call: {server.MaxNodesPerCall}\n");
        if (server.Certificates is { } folder) text.Append(format, $"      certificates: \"{folder}\"\n");
    }
}
