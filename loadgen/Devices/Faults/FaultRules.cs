using System.Globalization;
using HyperIngest.Core;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>Something in a fault that cannot be.</summary>
/// <param name="Key">The key as plant files and JSON write it: <c>chance</c>; empty for the fault as a whole.</param>
/// <param name="Message">What was expected and what was found.</param>
public readonly record struct FaultProblem(string Key, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Key.Length == 0 ? Message : $"{Key}: {Message}";
}

/// <summary>What holds for every fault, wherever it was written.</summary>
public static class FaultRules
{
    /// <summary>Longest <see cref="FaultSpec.At"/>, <see cref="FaultSpec.For"/> and <see cref="FaultSpec.Repeat"/>.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(365);

    /// <summary>Longest <see cref="FaultSpec.Pause"/> and <see cref="FaultSpec.Jitter"/>.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>Shortest <see cref="FaultSpec.For"/>: below it hardly a request would fall into it.</summary>
    public static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);

    /// <summary>Most <see cref="FaultSpec.Every"/>.</summary>
    public const int MostEvery = 1_000_000;

    /// <summary>Fewest <see cref="FaultSpec.Bytes"/>.</summary>
    public const int FewestBytes = 1 << 10;

    /// <summary>Most <see cref="FaultSpec.Bytes"/>: MQTT has no larger packet, topic and all.</summary>
    public const int MostBytes = (256 << 20) - (64 << 10) - 16;

    /// <summary>Longest pattern in <see cref="FaultSpec.Devices"/>.</summary>
    public const int LongestPattern = 255;

    /// <summary>All that is wrong with a fault; empty when it can be set in force.</summary>
    public static IReadOnlyList<FaultProblem> Check(FaultSpec spec)
    {
        List<FaultProblem> problems = [];
        if (!Enum.IsDefined(spec.Kind)) Add("kind", $"one of {string.Join(", ", FaultNames.All.Select(k => k.Word))}", ((int)spec.Kind).ToString(CultureInfo.InvariantCulture));
        if (spec.Devices.Length is 0 or > LongestPattern) Add("devices", $"a name or pattern of 1 to {LongestPattern} characters", $"{spec.Devices.Length}");
        if (!(spec.Chance > 0 && spec.Chance <= 1)) Add("chance", "a number above 0 to 1", spec.Chance.ToString("R", CultureInfo.InvariantCulture));
        if (spec.Every is < 1 or > MostEvery) Add("every", $"a whole number from 1 to {MostEvery}", spec.Every.ToString(CultureInfo.InvariantCulture));
        if (spec.After < 0) Add("after", "a whole number from 0", spec.After.ToString(CultureInfo.InvariantCulture));
        if (spec.Requests < 1) Add("requests", "a whole number from 1", $"{spec.Requests}");
        if (spec.ExceptionCode is < 1 or > 255) Add("exception_code", "a whole number from 1 to 255", spec.ExceptionCode.ToString(CultureInfo.InvariantCulture));
        if (spec.Bytes is < FewestBytes or > MostBytes) Add("bytes", $"a whole number from {FewestBytes} to {MostBytes}", spec.Bytes.ToString(CultureInfo.InvariantCulture));
        CheckTime("at", spec.At, TimeSpan.Zero, LongestTime);
        CheckTime("pause", spec.Pause, TimeSpan.Zero, LongestPause);
        CheckTime("jitter", spec.Jitter, TimeSpan.Zero, LongestPause);
        CheckTime("skew", spec.Skew, -LongestTime, LongestTime);
        if (spec.For is { } lasts) CheckTime("for", lasts, ShortestTime, LongestTime);
        if (spec.Repeat is { } repeat)
        {
            CheckTime("repeat", repeat, ShortestTime, LongestTime);
            if (spec.For is not { } each) problems.Add(new FaultProblem("repeat", "expected for beside it: how long each time lasts"));
            else if (repeat <= each) Add("repeat", $"more than for ({Duration.Format(each)})", Duration.Format(repeat));
        }
        CheckKind(spec, problems);
        return problems;

        void Add(string key, string expected, string found) => problems.Add(new FaultProblem(key, $"expected {expected}, found {found}"));

        void CheckTime(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) Add(key, $"a duration, {Duration.Format(least)} to {Duration.Format(most)}", Duration.Format(value));
        }
    }

    /// <summary>Why a fault can do nothing to a device; null when it can.</summary>
    public static string? Unfit(FaultSpec spec, PlantDevice device) => device switch
    {
        { OpcUa: { } server } => UnfitForOpcUa(spec, server),
        { Mqtt: { } mqtt } => UnfitForMqtt(spec, mqtt),
        _ => spec.Kind switch
        {
            FaultKind.SeqGap or FaultKind.ReconnectStorm => $"{FaultNames.Of(spec.Kind)} is for devices that publish over MQTT, and for OPC UA servers",
            FaultKind.Oversize => $"{FaultNames.Of(spec.Kind)} is for devices that publish over MQTT",
            _ => IsOfOpcUaAlone(spec.Kind) ? $"{FaultNames.Of(spec.Kind)} is for OPC UA servers" : null,
        },
    };

    /// <summary>Whether a fault is in what happens when it comes into force, and not in what is done with a request or message.</summary>
    internal static bool IsAtATime(FaultKind kind) => kind == FaultKind.ReconnectStorm || IsOfOpcUaAlone(kind);

    private static readonly FaultKind[] OfMqtt =
    [
        FaultKind.Drop, FaultKind.Silence, FaultKind.Delay, FaultKind.Garbage, FaultKind.Duplicate, FaultKind.OutOfOrder, FaultKind.SeqGap, FaultKind.Oversize, FaultKind.ReconnectStorm,
        FaultKind.ClockSkew,
    ];

    private static readonly FaultKind[] OfOpcUa =
    [
        FaultKind.ReconnectStorm, FaultKind.SessionClosed, FaultKind.SubscriptionDropped, FaultKind.NodeUnknown, FaultKind.SlowPublish, FaultKind.SeqGap, FaultKind.ExpiredCertificate, FaultKind.ClockSkew,
    ];

    private static bool IsOfOpcUaAlone(FaultKind kind) =>
        kind is FaultKind.SessionClosed or FaultKind.SubscriptionDropped or FaultKind.NodeUnknown or FaultKind.SlowPublish or FaultKind.ExpiredCertificate;

    private static string? UnfitForMqtt(FaultSpec spec, MqttPublishOptions mqtt)
    {
        if (!OfMqtt.Contains(spec.Kind))
        {
            return $"{FaultNames.Of(spec.Kind)} is for {(IsOfOpcUaAlone(spec.Kind) ? "OPC UA servers" : "Modbus devices")}; those that publish have {string.Join(", ", OfMqtt.Select(FaultNames.Of))}";
        }
        return spec.Kind switch
        {
            FaultKind.SeqGap when mqtt.Format != MqttPublishFormat.Sparkplug => "seq-gap is for format sparkplug, where messages have sequence numbers",
            FaultKind.Duplicate when mqtt.Qos != MqttQos.AtLeastOnce => "duplicate is a message of QoS 1 that is sent again; give the devices mqtt: { qos: 1 }",
            _ => null,
        };
    }

    private static string? UnfitForOpcUa(FaultSpec spec, UaServerDeviceOptions server)
    {
        if (!OfOpcUa.Contains(spec.Kind)) return $"{FaultNames.Of(spec.Kind)} is for {(spec.Kind == FaultKind.Oversize ? "devices that publish" : "Modbus devices")}; OPC UA servers have {string.Join(", ", OfOpcUa.Select(FaultNames.Of))}";
        return spec.Kind switch
        {
            FaultKind.SeqGap when !IsWithoutCounts(spec) => "seq-gap of an OPC UA server is at a time, not at a message: expected at, for and repeat, and none of chance, every, after and requests",
            FaultKind.ExpiredCertificate when server.Security.All(s => s.Policy == UaSecurityPolicy.None) => "expired-certificate is for servers that show one; give the devices opcua: { security: [..] } with another policy than none",
            _ => null,
        };
    }

    private static bool IsWithoutCounts(FaultSpec spec) => spec is { Chance: >= 1, Every: 1, After: 0, Requests: null };

    // What says nothing for the kind it stands beside was meant for another one.
    private static void CheckKind(FaultSpec spec, List<FaultProblem> problems)
    {
        if (spec.Jitter != TimeSpan.Zero && spec.Kind != FaultKind.Delay) problems.Add(new FaultProblem("jitter", "is for kind delay; remove it, or change the kind"));
        if (spec.Bytes != new FaultSpec { Kind = spec.Kind }.Bytes && spec.Kind != FaultKind.Oversize) problems.Add(new FaultProblem("bytes", "is for kind oversize; remove it, or change the kind"));
        if (IsAtATime(spec.Kind) && !IsWithoutCounts(spec))
        {
            problems.Add(new FaultProblem("kind", $"{FaultNames.Of(spec.Kind)} is at a time, not at a message: expected at, for and repeat, and none of chance, every, after and requests"));
        }
        if (spec.Kind != FaultKind.ClockSkew)
        {
            if (spec.Skew != TimeSpan.Zero) problems.Add(new FaultProblem("skew", "is for kind clock-skew; remove it, or change the kind"));
            return;
        }
        if (spec.Skew == TimeSpan.Zero) problems.Add(new FaultProblem("skew", "expected a duration, such as 5s or -5s, by which the clock is wrong; found none"));
        if (!IsWithoutCounts(spec))
        {
            problems.Add(new FaultProblem("kind", "a clock is wrong for a time, not for a request: expected at, for and repeat, and none of chance, every, after and requests"));
        }
    }
}
