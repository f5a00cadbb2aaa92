using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds how a group of a plant's devices is OPC UA servers.</summary>
internal static class UaServerBinder
{
    /// <summary>How a group's devices are servers; null for those that are none.</summary>
    public static UaServerDeviceOptions? Bind(SectionReader device)
    {
        if (!device.Has(PlantSchema.Device.Serves)) return null;
        SectionReader reader = device.Section(PlantSchema.Device.Serves);
        if (device.Has(PlantSchema.Device.UnitsPerPort)) device.Error(PlantSchema.Device.UnitsPerPort, "is for Modbus devices; an OPC UA server has a port of its own: remove it, or remove opcua");
        if (device.Has(PlantSchema.Device.Publishes)) device.Error(PlantSchema.Device.Serves, "mqtt is there too; a device speaks one of them: remove the other");
        UaServerDeviceOptions plain = new();
        return plain with
        {
            Security = reader.Has(UaServerSchema.Security) ? [.. reader.List(UaServerSchema.Security).Select(Offer)] : plain.Security,
            Anonymous = reader.Get(UaServerSchema.Anonymous),
            Users = [.. reader.List(UaServerSchema.Users).Select(u => new UaPasswordIdentity(u.Get(UaServerSchema.User.Name), u.Get(UaServerSchema.User.Password)))],
            Namespace = reader.Get(UaServerSchema.Namespace),
            Nodes = reader.Get(UaServerSchema.Nodes),
            MinSampling = reader.Get(UaServerSchema.MinSampling),
            MinPublishing = reader.Get(UaServerSchema.MinPublishing),
            MaxSessions = reader.Get(UaServerSchema.MaxSessions),
            MaxNodesPerCall = reader.Get(UaServerSchema.MaxNodesPerCall),
            Certificates = reader.Has(UaServerSchema.Certificates) ? reader.Get(UaServerSchema.Certificates) : null,
        };
    }

    private static UaEndpointSecurity Offer(SectionReader reader)
    {
        UaSecurityPolicy policy = reader.Get(UaServerSchema.Offer.Policy);
        if (!reader.Has(UaServerSchema.Offer.Mode)) return new UaEndpointSecurity(policy, UaPolicyProfile.Of(policy).UsualMode);
        UaSecurityMode mode = reader.Get(UaServerSchema.Offer.Mode);
        if (!UaPolicyProfile.Of(policy).Allows(mode))
        {
            reader.Error(UaServerSchema.Offer.Mode, policy == UaSecurityPolicy.None
                ? $"expected None, found {reader.Found(UaServerSchema.Offer.Mode)}: without a policy nothing can be signed"
                : $"expected Sign or SignAndEncrypt, found {reader.Found(UaServerSchema.Offer.Mode)}: the policy is {OpcUaSessionSchema.Policies.Format(policy)}");
        }
        return new UaEndpointSecurity(policy, mode);
    }
}
