using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;

namespace HyperIngest.LoadGen.Devices;

/// <summary>What faults do to a simulator's devices, by what they speak.</summary>
/// <param name="closeRefused">Shows a Modbus port's connections to its fault.</param>
/// <param name="publishing">The publishers; null for none.</param>
/// <param name="servers">The OPC UA servers; null for none.</param>
internal sealed class FaultActions(Action<int> closeRefused, MqttPublishing? publishing, UaServers? servers) : IFaultActions
{
    /// <inheritdoc/>
    public void CloseRefused(int port) => closeRefused(port);

    /// <inheritdoc/>
    public void Begin(FaultSpec spec, int device)
    {
        if (servers?.Find(device) is not { } server) publishing?.Cut(device);
        else server.Begin(spec);
    }

    /// <inheritdoc/>
    public void End(FaultSpec spec, int device, FaultSpec? stays) => servers?.Find(device)?.End(spec, stays);
}
