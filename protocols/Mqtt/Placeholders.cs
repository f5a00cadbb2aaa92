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

namespace HyperIngest.Protocols.Mqtt.Topics
{
    internal sealed class TopicRouter(IReadOnlyList<MqttRuleOptions> rules, SeriesRegistrar registrar, IMessageDecoder? sparkplug = null, int maxTopics = 1) : IMessageDecoder
    {
        public IReadOnlyList<MqttSubscription> Subscriptions => [];
        public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into) => "no";
    }
}

namespace HyperIngest.Protocols.Mqtt
{
    public static class MqttRuleValidation { public static IReadOnlyList<string> Check(IReadOnlyList<MqttRuleOptions> rules) => []; public static IReadOnlyList<string> Check(MqttRuleOptions rule) => []; }
}
