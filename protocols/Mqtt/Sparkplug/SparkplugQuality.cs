using HyperIngest.Core.Readings;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>The property <c>Quality</c> of a metric (Sparkplug 3.0, 6.4.9) as an OPC UA status.</summary>
internal static class SparkplugQuality
{
    // The three of the specification; senders that pass on an OPC DA server's have others below 256, whose top two bits are the severity.
    private const ulong Good = 192;
    private const ulong Stale = 500;
    private const ulong MaxOpcDa = 255;
    private const int OpcDaSeverity = 0xC0;

    /// <summary>The status a metric's quality stands for; good when it has none.</summary>
    public static uint StatusOf(in SparkplugMetric metric)
    {
        if (!metric.Properties.TryFind("Quality"u8, out SparkplugProperty quality) || quality.IsNull || quality.ValueField is not (SparkplugValueField.Int or SparkplugValueField.Long)) return StatusCodes.Good;
        if (quality.ValueBits == Stale) return StatusCodes.UncertainNoCommunicationLastUsableValue;
        if (quality.ValueBits > MaxOpcDa) return StatusCodes.Uncertain;
        return (quality.ValueBits & OpcDaSeverity) switch
        {
            Good => StatusCodes.Good,
            0x40 => StatusCodes.Uncertain,
            _ => StatusCodes.Bad,
        };
    }
}
