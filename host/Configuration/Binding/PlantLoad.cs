using HyperIngest.Core;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>What holds for a plant file's devices when a load profile drives them.</summary>
internal static class PlantLoad
{
    /// <summary>How the plant's readings come; what a load run cannot do with it is reported.</summary>
    public static LoadSource SourceOf(SectionReader root, Plant plant)
    {
        PlantDevice first = plant.Devices[0];
        LoadSource source = SourceOf(first);
        if (root.Has(ProfileSchema.Source) && root.Get(ProfileSchema.Source) != source)
        {
            root.Error(ProfileSchema.Source, $"plant {plant.Options.Name} has {Plural(source)}; expected source: {ProfileSchema.Source.Type.Format(source)}, or no source at all");
        }
        if (plant.Devices.FirstOrDefault(d => SourceOf(d) != source) is { } other)
        {
            root.Error(ProfileSchema.Plant, $"expected devices of one kind, found {first.Name}, {Singular(source)}, and {other.Name}, {Singular(SourceOf(other))}; a profile has one rate for one kind");
        }
        if (source == LoadSource.Mqtt) CheckPublishers(root, plant);
        if (source == LoadSource.OpcUa) CheckServers(root, plant);
        return source;
    }

    private static LoadSource SourceOf(PlantDevice device) => device.Mqtt is not null ? LoadSource.Mqtt : device.OpcUa is not null ? LoadSource.OpcUa : LoadSource.Modbus;

    private static string Plural(LoadSource source) => source switch
    {
        LoadSource.Mqtt => "devices that publish over MQTT",
        LoadSource.OpcUa => "OPC UA servers",
        _ => "Modbus devices",
    };

    private static string Singular(LoadSource source) => source switch
    {
        LoadSource.Mqtt => "which publishes over MQTT",
        LoadSource.OpcUa => "which is an OPC UA server",
        _ => "which is polled over Modbus",
    };

    private static void CheckPublishers(SectionReader root, Plant plant)
    {
        if (plant.Devices.FirstOrDefault(d => d.ClockSkew != TimeSpan.Zero) is { } skewed)
        {
            root.Error(ProfileSchema.Plant, $"expected clocks that are right, found {skewed.Name}, whose clock is {Duration.Format(skewed.ClockSkew.Duration())} {(skewed.ClockSkew > TimeSpan.Zero ? "ahead" : "behind")}; latency counts from the time in the message");
        }
        if (plant.Devices.FirstOrDefault(d => d.Mqtt is { Format: MqttPublishFormat.Json, MessageReadings: > 1 }) is { } many)
        {
            root.Error(ProfileSchema.Plant, $"expected Sparkplug B, or JSON with readings_per_message: 1, found {many.Name} with {many.Mqtt!.MessageReadings}; the tags of such a message have other names in the product, and could not be verified");
        }
    }

    private static void CheckServers(SectionReader root, Plant plant)
    {
        if (plant.Devices.FirstOrDefault(d => d.OpcUa is { } server && !server.Security.Any(s => s.Policy == UaSecurityPolicy.None)) is { } secured)
        {
            root.Error(ProfileSchema.Plant, $"expected servers that offer policy none, found {secured.Name}, which does not; hyperingest demo --source opcua --policy measures those");
        }
        if (plant.Devices.FirstOrDefault(d => d.OpcUa is { Anonymous: false }) is { } closed)
        {
            root.Error(ProfileSchema.Plant, $"expected servers that let in anonymous users, found {closed.Name}, which does not");
        }
    }
}
