using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a plant's broker and how its devices publish.</summary>
internal static class PublishBinder
{
    /// <summary>The broker; null when the file has none.</summary>
    public static MqttClientOptions? Broker(SectionReader root)
    {
        if (!root.Has(PlantSchema.Broker)) return null;
        SectionReader reader = root.Section(PlantSchema.Broker);
        return MqttClientBinder.Bind(reader, PublishSchema.Address) with { ClientId = reader.Has(PublishSchema.ClientId) ? reader.Get(PublishSchema.ClientId) : "" };
    }

    /// <summary>How a group of devices publishes; null for Modbus devices.</summary>
    public static MqttPublishOptions? Publish(SectionReader device)
    {
        if (!device.Has(PlantSchema.Device.Publishes)) return null;
        SectionReader reader = device.Section(PlantSchema.Device.Publishes);
        if (device.Has(PlantSchema.Device.UnitsPerPort)) device.Error(PlantSchema.Device.UnitsPerPort, "is for Modbus devices, which have ports; remove it, or remove mqtt");
        return new MqttPublishOptions
        {
            Format = reader.Get(PublishSchema.Format),
            Topic = reader.Get(PublishSchema.Topic),
            Group = reader.Has(PublishSchema.Group) ? reader.Get(PublishSchema.Group) : null,
            DevicesPerNode = reader.Get(PublishSchema.DevicesPerNode),
            ReadingsPerMessage = reader.GetOrNull(PublishSchema.ReadingsPerMessage),
            Qos = reader.Get(PublishSchema.Qos),
            Interval = reader.Get(PublishSchema.Interval),
            Window = reader.Get(PublishSchema.Window),
        };
    }
}
