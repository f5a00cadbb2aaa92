using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// A topic's name with places for what differs between readings. There is none for the device: a topic costs a cluster files and memory in every broker, and a device is what partitions and keys are for.
/// </summary>
internal sealed class TopicTemplate
{
    // Kafka, org.apache.kafka.common.internals.Topic: MAX_NAME_LENGTH, and the letters of LEGAL_CHARS.
    private const int MaxLength = 249;

    /// <summary>What stands where a reading has no tenant.</summary>
    public const string NoTenant = "default";

    private readonly List<(Place Place, string Text)> _parts;

    private enum Place
    {
        Text,
        Tenant,
        Classification,
        Node,
    }

    private TopicTemplate(List<(Place, string)> parts) => _parts = parts;

    /// <summary>Whether tenants have topics of their own.</summary>
    public bool HasTenant => _parts.Exists(static p => p.Place == Place.Tenant);

    /// <summary>Reads a template; null when it is one that cannot be, and <paramref name="problem"/> says why.</summary>
    public static TopicTemplate? Parse(string text, out string? problem)
    {
        problem = null;
        List<(Place, string)> parts = [];
        int at = 0;
        while (at < text.Length && problem is null)
        {
            int open = text.IndexOf('{', at);
            string literal = open < 0 ? text[at..] : text[at..open];
            foreach (char c in literal)
            {
                if (!IsLegal(c)) problem = $"a topic may have letters, digits, '.', '_' and '-' and not '{c}'";
            }
            if (literal.Length > 0) parts.Add((Place.Text, literal));
            if (open < 0) break;
            int close = text.IndexOf('}', open);
            string name = close < 0 ? text[(open + 1)..] : text[(open + 1)..close];
            Place? place = close < 0 ? null : name switch
            {
                "tenant" => Place.Tenant,
                "classification" => Place.Classification,
                "node" => Place.Node,
                _ => null,
            };
            if (place is null) problem ??= $"'{{{name}{(close < 0 ? "" : "}")}' is none of {{tenant}}, {{classification}} and {{node}}";
            else parts.Add((place.Value, ""));
            at = close + 1;
        }
        if (problem is null && parts.Count == 0) problem = "a topic has at least one character";
        if (problem is null && text is "." or "..") problem = "a topic cannot be '.' or '..'";
        if (problem is null && text.Length > MaxLength) problem = $"a topic has at most {MaxLength} characters";
        return problem is null ? new TopicTemplate(parts) : null;
    }

    /// <summary>The topic of readings; null when it cannot be one, and <paramref name="problem"/> says why.</summary>
    public string? Expand(string node, string tenant, Classification classification, out string? problem)
    {
        StringBuilder name = new();
        foreach ((Place place, string text) in _parts)
        {
            name.Append(place switch
            {
                Place.Tenant => Legal(tenant.Length == 0 ? NoTenant : tenant),
                Place.Classification => ClassificationNames.NameOf(classification),
                Place.Node => Legal(node),
                _ => text,
            });
        }
        string topic = name.ToString();
        problem = topic.Length > MaxLength ? $"the topic '{topic[..40]}…' has {topic.Length} characters and may have {MaxLength}: shorten the tenant's or the node's name"
            : topic is "." or ".." ? $"a topic cannot be '{topic}'"
            : null;
        return problem is null ? topic : null;
    }

    private static string Legal(string text) => string.Create(text.Length, text, static (into, from) =>
    {
        for (int i = 0; i < from.Length; i++) into[i] = IsLegal(from[i]) ? from[i] : '_';
    });

    private static bool IsLegal(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
