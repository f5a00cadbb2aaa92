using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>One rule of an MQTT source: which topics it subscribes to, what their payloads are and how the series of them are named. The first rule that a topic matches has it.</summary>
public sealed record MqttRuleOptions
{
    /// <summary>
    /// The topics, level by level: a literal; <c>+</c>; <c>{name}</c>, which is <c>+</c> and keeps the level under that name, maybe with literals around it
    /// (<c>sensor-{device}</c>); as the last level <c>#</c>, or <c>{name#}</c>, which is <c>#</c> and keeps all of the rest. For example <c>{site}/{line}/{device}/{tag#}</c>.
    /// </summary>
    public required string Topic { get; init; }

    /// <summary>The group of a shared subscription (<c>$share/group/...</c>), by which several nodes split a stream; null for a subscription of this node's own. Default null.</summary>
    public string? Group { get; init; }

    /// <summary>The most that is asked for; default 1, at least once.</summary>
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>The device's name, with the topic's captures: <c>{site}.{device}</c>. Default <c>{device}</c>. Of no effect when the payload names devices itself (records, Sparkplug B).</summary>
    public string Device { get; init; } = "{device}";

    /// <summary>
    /// The tag's name, with the topic's captures and, where the payload has tags of its own (members, items, fields), <c>{member}</c>, the name it has there. Null, the default, is
    /// <c>{tag}</c>, and for such payloads <c>{member}</c>, or <c>{tag}.{member}</c> when the topic captures a tag.
    /// </summary>
    public string? Tag { get; init; }

    /// <summary>Who owns the series, with the topic's captures; default empty.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Engineering unit of the rule's new series; default empty.</summary>
    public string Unit { get; init; } = "";

    /// <summary>What the rule's new series are about; default telemetry.</summary>
    public Classification Classification { get; init; } = Classification.Telemetry;

    /// <summary>What the payloads are; default JSON of one value.</summary>
    public MqttPayloadOptions Payload { get; init; } = new MqttJsonPayload();
}
