using HyperIngest.Core;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>What holds for a plant file whose devices speak something else than Modbus, when a load profile drives it.</summary>
internal static class PublishedLoad
{
    /// <summary>How the plant's readings come; what a load run cannot do with it is reported.</summary>
    public static LoadSource SourceOf(SectionReader root, Plant plant)
    {
        if (plant.Devices.FirstOrDefault(d => d.OpcUa is not null) is { } server)
        {
            root.Error(ProfileSchema.Plant, $"expected Modbus devices, or devices that publish over MQTT, found {server.Name}, which is an OPC UA server; hyperingest demo --source opcua measures those");
        }
        LoadSource source = plant.Nodes.Count > 0 ? LoadSource.Mqtt : LoadSource.Modbus;
        if (root.Has(ProfileSchema.Source) && root.Get(ProfileSchema.Source) != source)
        {
            string found = source == LoadSource.Mqtt ? "devices that publish over MQTT" : "Modbus devices";
            root.Error(ProfileSchema.Source, $"plant {plant.Options.Name} has {found}; expected source: {ProfileSchema.Source.Type.Format(source)}, or no source at all");
        }
        if (source == LoadSource.Modbus) return source;
        if (plant.Devices.FirstOrDefault(d => d.Mqtt is null) is { } asked)
        {
            root.Error(ProfileSchema.Plant, $"expected devices that all publish or all are polled, found {plant.Devices.First(d => d.Mqtt is not null).Name}, which publishes, and {asked.Name}, which does not; a profile has one rate for one kind");
        }
        if (plant.Devices.FirstOrDefault(d => d.ClockSkew != TimeSpan.Zero) is { } skewed)
        {
            root.Error(ProfileSchema.Plant, $"expected clocks that are right, found {skewed.Name}, whose clock is {Duration.Format(skewed.ClockSkew.Duration())} {(skewed.ClockSkew > TimeSpan.Zero ? "ahead" : "behind")}; latency counts from the time in the message");
        }
        if (plant.Devices.FirstOrDefault(d => d.Mqtt is { Format: MqttPublishFormat.Json, MessageReadings: > 1 }) is { } many)
        {
            root.Error(ProfileSchema.Plant, $"expected Sparkplug B, or JSON with readings_per_message: 1, found {many.Name} with {many.Mqtt!.MessageReadings}; the tags of such a message have other names in the product, and could not be verified");
        }
        return source;
    }
}
