using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>What a device's values take on the wire.</summary>
public static class UaValueBytes
{
    // A notification's item has its handle before its value, and an element of a Read's answer has not.
    private const int HandleBytes = sizeof(uint);

    /// <summary>Bytes a value, as a notification of all of a device's tags has them; headers of messages and chunks are its part in them.</summary>
    public static double Of(DeviceTemplate template, UaDeviceMode mode)
    {
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        UaSample[] samples = new UaSample[template.Tags.Count];
        new UaDeviceVariables(new SimulatedDevice("size", template), new UaServerDeviceOptions(), new ValueHold())
            .Take([.. Enumerable.Range(0, samples.Length)], DateTime.UtcNow.Ticks, samples);
        NotificationWriter message = new(writer, 1, samples[0].SourceTicks);
        for (int i = 0; i < samples.Length; i++) message.Item((uint)i, samples[i].Type, samples[i].Bits, UaStatusCodes.Good, samples[i].SourceTicks, samples[i].SourceTicks);
        message.End();
        return (buffer.Length / (double)samples.Length) - (mode == UaDeviceMode.Poll ? HandleBytes : 0);
    }
}
