using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>Checks the rules of an MQTT source before anything starts.</summary>
public static class MqttRuleValidation
{
    // Larger than any payload that raw values are laid out in by hand.
    private const int MaxOffset = (1 << 20) - 1;
    private const int MaxFieldCount = 4096;

    /// <summary>Everything that is wrong with a source's rules, in words that say which rule, what was found and what is accepted; empty when all is well.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<MqttRuleOptions> rules)
    {
        List<string> errors = [];
        if (rules.Count == 0) errors.Add("there are no topics; one rule at least is needed");
        HashSet<string> topics = new(StringComparer.Ordinal);
        foreach (MqttRuleOptions rule in rules)
        {
            errors.AddRange(Check(rule));
            if (!topics.Add(rule.Topic)) errors.Add($"rule '{rule.Topic}': the topic is that of a rule before it, which takes all of its messages");
        }
        return errors;
    }

    /// <summary>Everything that is wrong with a rule; empty when all is well.</summary>
    public static IReadOnlyList<string> Check(MqttRuleOptions rule)
    {
        TopicTemplate? topic = TopicTemplate.TryParse(rule.Topic, out string error);
        if (topic is null) return [error];
        List<string> errors = [];
        if (!Enum.IsDefined(rule.Qos)) errors.Add($"qos {(int)rule.Qos}; 0, 1 and 2 are accepted");
        if (!Enum.IsDefined(rule.Classification)) errors.Add($"classification {(int)rule.Classification} is unknown");
        if (rule.Group is { } group && (group.Length == 0 || group.AsSpan().IndexOfAny('/', '+', '#') >= 0)) errors.Add($"group '{group}'; a name without '/', '+' and '#' is accepted");
        if (rule.Payload is MqttSparkplugPayload) CheckSparkplug(errors, rule, topic);
        else if (rule.Payload is not MqttRecordPayload) CheckNames(errors, rule, topic);
        switch (rule.Payload)
        {
            case MqttJsonPayload json:
                CheckJson(errors, json);
                break;
            case MqttTextPayload text:
                Defined(errors, "kind", text.Kind);
                break;
            case MqttBinaryPayload binary:
                CheckBinary(errors, binary);
                break;
        }
        return [.. errors.Select(e => $"rule '{rule.Topic}': {e}")];
    }

    /// <summary>The templates of a rule that was checked.</summary>
    internal static (NameTemplate Device, NameTemplate Tag, NameTemplate Tenant) NamesOf(MqttRuleOptions rule, TopicTemplate topic)
    {
        List<string> errors = [];
        return CheckNames(errors, rule, topic) ?? throw new ArgumentException(string.Join("; ", errors), nameof(rule));
    }

    private static (NameTemplate Device, NameTemplate Tag, NameTemplate Tenant)? CheckNames(List<string> errors, MqttRuleOptions rule, TopicTemplate topic)
    {
        bool hasMember = HasMembers(rule.Payload);
        string tagText = rule.Tag ?? (!hasMember ? "{tag}" : topic.Captures.Contains("tag") ? "{tag}.{member}" : "{member}");
        NameTemplate? device = Parse("device", rule.Device, false);
        NameTemplate? tag = Parse("tag", tagText, hasMember);
        NameTemplate? tenant = Parse("tenant", rule.Tenant, false);
        if (rule.Device.Length == 0) errors.Add("device is empty; a template such as '{device}' is expected");
        if (tagText.Length == 0) errors.Add("tag is empty; a template such as '{tag}' is expected");
        if (hasMember && tag is { HasMember: false }) errors.Add($"tag '{tagText}' does not have {{member}} and the payload has several tags, which would be one series");
        return device is null || tag is null || tenant is null ? null : (device, tag, tenant);

        NameTemplate? Parse(string what, string text, bool member)
        {
            NameTemplate? template = NameTemplate.TryParse(what, text, topic, member, out string error);
            if (template is null) errors.Add(error);
            return template;
        }
    }

    private static bool HasMembers(MqttPayloadOptions payload) => payload switch
    {
        MqttJsonPayload json => json.Shape != MqttJsonShape.Value,
        MqttBinaryPayload binary => binary.Fields.Count != 1 || binary.Fields[0].Tag.Length > 0 || binary.Fields[0].Count > 1,
        _ => false,
    };

    private static void CheckSparkplug(List<string> errors, MqttRuleOptions rule, TopicTemplate topic)
    {
        if (!rule.Topic.StartsWith("spBv1.0/", StringComparison.Ordinal)) errors.Add("the payload is Sparkplug B and the topic is outside of its namespace; 'spBv1.0/#' is expected, or a part of it");
        if (topic.Captures.Count > 0) errors.Add($"it captures {{{topic.Captures[0]}}} and Sparkplug B names its devices and tags itself; write '+' or '#'");
    }

    private static void CheckJson(List<string> errors, MqttJsonPayload json)
    {
        Defined(errors, "shape", json.Shape);
        Defined(errors, "time unit", json.TimeUnit);
        Defined(errors, "quality type", json.QualityType);
        Defined(errors, "kind", json.Kind);
        if (json.Shape != MqttJsonShape.Members && json.Value.Length == 0) errors.Add("the value's path is empty; a path such as 'data.value' is expected");
        if (json.Shape == MqttJsonShape.Items && json.ItemTag.Length == 0) errors.Add("the path of an item's tag is empty; a path such as 'tag' is expected");
        if (json.Shape != MqttJsonShape.Items && json.Items.Length > 0) errors.Add($"items '{json.Items}' with shape {json.Shape}; a path of items is for shape {MqttJsonShape.Items}");
        string[] paths = json.Shape switch
        {
            MqttJsonShape.Value => [json.Value, json.Time, json.Quality],
            MqttJsonShape.Members => [json.Time, json.Quality],
            _ => [json.ItemTag, json.Value, json.Time, json.Quality],
        };
        foreach (IGrouping<string, string> same in paths.Where(p => p.Length > 0).GroupBy(p => p).Where(g => g.Count() > 1)) errors.Add($"path '{same.Key}' is given for {same.Count()} things; a member is one");
    }

    private static void CheckBinary(List<string> errors, MqttBinaryPayload binary)
    {
        if (binary.Fields.Count is 0 or > MaxFieldCount) errors.Add($"{binary.Fields.Count} fields; 1 to {MaxFieldCount} are accepted");
        HashSet<string> tags = new(StringComparer.Ordinal);
        foreach (MqttBinaryField field in binary.Fields)
        {
            string at = field.Tag.Length > 0 ? $"field '{field.Tag}'" : $"field at {field.Offset}";
            if (field.Tag.Length == 0 && binary.Fields.Count > 1) errors.Add($"{at}: has no tag; of several fields each needs one");
            string[] names = field.Count is > 1 and <= MaxFieldCount ? [.. Enumerable.Range(0, field.Count).Select(i => $"{field.Tag}.{i}")] : [field.Tag];
            if (names.FirstOrDefault(n => !tags.Add(n)) is { Length: > 0 } twice) errors.Add($"{at}: tag '{twice}' is used twice; tags are unique in a payload");
            Defined(errors, $"{at}: type", field.Type);
            Defined(errors, $"{at}: order", field.Order);
            Range(errors, $"{at}: offset", field.Offset, 0, MaxOffset);
            Range(errors, $"{at}: count", field.Count, 1, MaxFieldCount);
            if (field.Bit is not { } bit) continue;
            if (field.Type != MqttBinaryType.Bool) errors.Add($"{at}: bit {bit} with type {field.Type}; a bit is for type {MqttBinaryType.Bool} only");
            Range(errors, $"{at}: bit", bit, 0, 7);
        }
        if (binary.Time is not { } time) return;
        Defined(errors, "time: type", time.Type);
        Defined(errors, "time: order", time.Order);
        Defined(errors, "time: unit", time.Unit);
        Range(errors, "time: offset", time.Offset, 0, MaxOffset);
        if (time.Type == MqttBinaryType.Bool) errors.Add("time: type Bool; a time is a number");
    }

    private static void Range(List<string> errors, string what, int found, int least, int most)
    {
        if (found < least || found > most) errors.Add($"{what} {found}; {least} to {most} are accepted");
    }

    private static void Defined<TEnum>(List<string> errors, string what, TEnum found)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(found)) errors.Add($"{what} {found} is unknown; {string.Join(", ", Enum.GetNames<TEnum>())} are accepted");
    }
}
