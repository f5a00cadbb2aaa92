#pragma warning disable
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;

namespace HyperIngest.Protocols.Mqtt.Sparkplug
{
    public sealed record SparkplugHostOptions { public string? HostId { get; init; } }

    internal interface ISparkplugCommands { void RequestRebirth(string group, string node); }

    internal sealed class SparkplugHost(SparkplugHostOptions options, SeriesRegistrar registrar, ISparkplugCommands commands, MetricRegistry metrics, MetricLabel label) : IMessageDecoder
    {
        public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into) => "no";
    }
}
