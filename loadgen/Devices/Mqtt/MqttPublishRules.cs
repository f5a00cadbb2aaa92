using System.Text;
using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What holds for publishers, wherever they were written down.</summary>
public static class MqttPublishRules
{
    /// <summary>The place of the plant's name in a topic.</summary>
    public const string PlantPlace = "{plant}";

    /// <summary>The place of a device's name in a topic.</summary>
    public const string DevicePlace = "{device}";

    /// <summary>The place of a tag's name in a topic.</summary>
    public const string TagPlace = "{tag}";

    /// <summary>Shortest interval that is not zero.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest interval.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(24);

    /// <summary>Most devices behind a connection, and most readings in a message.</summary>
    public const int Most = 10_000;

    /// <summary>Longest topic template.</summary>
    public const int LongestTopic = 1024;

    /// <summary>All that is wrong with how a group publishes; empty when it can.</summary>
    public static IReadOnlyList<string> Check(MqttPublishOptions options, string plant, int tagsADevice)
    {
        List<string> problems = [];
        if (!Enum.IsDefined(options.Format)) problems.Add($"format {(int)options.Format} is none of json and sparkplug");
        if (options.Qos is not (MqttQos.AtMostOnce or MqttQos.AtLeastOnce)) problems.Add($"qos {(int)options.Qos} is not 0 or 1");
        if (options.MessageReadings is < 1 or > Most) problems.Add($"readings per message {options.ReadingsPerMessage} is not 1 to {Most}");
        if (options.Window is < 1 or > ushort.MaxValue) problems.Add($"window {options.Window} is not 1 to {ushort.MaxValue}");
        if (options.Interval != TimeSpan.Zero && (options.Interval < ShortestInterval || options.Interval > LongestInterval))
        {
            problems.Add($"interval {options.Interval} is neither 0 (as fast as the broker takes) nor {ShortestInterval.TotalMilliseconds:0} ms to {LongestInterval.TotalHours:0} h");
        }
        if (options.Format == MqttPublishFormat.Sparkplug)
        {
            if (options.DevicesPerNode is < 0 or > Most) problems.Add($"devices per node {options.DevicesPerNode} is not 0 to {Most}");
            string group = options.Group ?? plant;
            if (NameProblem(group) is { } wrong) problems.Add($"group '{group}' {wrong}");
            return problems;
        }
        if (options.Group is not null) problems.Add("a group id is for format sparkplug; remove it, or change the format");
        if (options.DevicesPerNode is < 1 or > Most) problems.Add($"devices per node {options.DevicesPerNode} is not 1 to {Most}: 0 is for format sparkplug");
        CheckTopic(options, plant, tagsADevice, problems);
        return problems;
    }

    /// <summary>Why a name cannot be one level of a topic, and so no Sparkplug id; null when it can.</summary>
    public static string? NameProblem(string name)
    {
        if (name.Length == 0) return "is empty; a level of a topic needs a name";
        int at = name.AsSpan().IndexOfAny("/+#\0");
        return at < 0 ? null : $"has '{(name[at] == '\0' ? "NUL" : name[at])}' in it, which a level of a topic cannot have";
    }

    private static void CheckTopic(MqttPublishOptions options, string plant, int tagsADevice, List<string> problems)
    {
        string topic = options.Topic;
        if (topic.Length == 0 || Encoding.UTF8.GetByteCount(topic) > LongestTopic) problems.Add($"topic '{topic}' is not 1 to {LongestTopic} bytes");
        if (topic.AsSpan().ContainsAny("+#\0")) problems.Add($"topic '{topic}' has a wildcard or NUL in it; nobody can publish there");
        if (topic.Contains(PlantPlace, StringComparison.Ordinal) && NameProblem(plant) is { } wrong) problems.Add($"topic '{topic}': the plant's name {wrong}");
        if (!topic.Contains(DevicePlace, StringComparison.Ordinal)) problems.Add($"topic '{topic}' has no {DevicePlace}; a reader could not tell the devices apart");
        bool hasTag = topic.Contains(TagPlace, StringComparison.Ordinal);
        if (options.MessageReadings == 1 && !hasTag && tagsADevice > 1) problems.Add($"topic '{topic}' has no {TagPlace}; with one reading a message a reader could not tell the tags apart");
        if (options.MessageReadings > 1 && hasTag) problems.Add($"topic '{topic}' has {TagPlace}, but a message has {options.MessageReadings} readings; remove one of the two");
    }
}
