using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Mqtt.Uns;

/// <summary>A topic with places for what differs between series.</summary>
internal sealed class TopicTemplate
{
    // MQTT 5.0, 1.5.4: a string's length has two bytes.
    public const int MaxTopicBytes = ushort.MaxValue;

    // Levels of the template, each of literals and places.
    private readonly List<List<(Place Place, string Text)>> _levels;
    private readonly MqttSlash _slash;

    private enum Place
    {
        Text,
        Tenant,
        Device,
        Tag,
        Unit,
        Classification,
        Node,
    }

    private TopicTemplate(List<List<(Place, string)>> levels, MqttSlash slash)
    {
        _levels = levels;
        _slash = slash;
    }

    /// <summary>Reads a template; null when it is one that cannot be, and <paramref name="problem"/> says why.</summary>
    public static TopicTemplate? Parse(string text, MqttSlash slash, out string? problem)
    {
        problem = text.Length == 0 ? "a topic has at least one character" : text[0] == '$' ? "topics that begin with '$' are the broker's own" : null;
        List<List<(Place, string)>> levels = [];
        bool varies = false;
        foreach (string level in text.Split('/'))
        {
            List<(Place, string)> parts = [];
            for (int at = 0; at < level.Length && problem is null;)
            {
                int open = level.IndexOf('{', at);
                string literal = open < 0 ? level[at..] : level[at..open];
                problem = ProblemOf(literal);
                if (literal.Length > 0) parts.Add((Place.Text, literal));
                if (open < 0) break;
                int close = level.IndexOf('}', open);
                string name = close < 0 ? level[(open + 1)..] : level[(open + 1)..close];
                if (close < 0 || PlaceOf(name) is not { } place)
                {
                    problem ??= $"'{{{name}{(close < 0 ? "" : "}")}' is none of {{tenant}}, {{device}}, {{tag}}, {{unit}}, {{classification}} and {{node}}";
                    break;
                }
                parts.Add((place, ""));
                varies |= place is Place.Device or Place.Tag;
                at = close + 1;
            }
            levels.Add(parts);
        }
        if (problem is null && !varies) problem = "all readings would be on one topic: put {device} and {tag} in it";
        return problem is null ? new TopicTemplate(levels, slash) : null;
    }

    /// <summary>The topic of a series in UTF-8; null when it can have none, and <paramref name="problem"/> says why.</summary>
    public byte[]? Expand(string node, in SeriesDefinition series, out string? problem)
    {
        string topic = series.Topic.Length > 0 ? Legal(series.Topic, MqttSlash.Levels) : Fill(node, series);
        // Subscriptions to # do not see topics that begin with $, and brokers keep them for themselves.
        if (topic.StartsWith('$')) topic = string.Concat("_", topic.AsSpan(1));
        problem = null;
        if (topic.Length == 0)
        {
            problem = "its topic is empty";
            return null;
        }
        int bytes = Encoding.UTF8.GetByteCount(topic);
        if (bytes <= MaxTopicBytes) return Encoding.UTF8.GetBytes(topic);
        problem = $"its topic has {bytes} bytes, and may have {MaxTopicBytes}: {topic[..64]}…";
        return null;
    }

    private string Fill(string node, in SeriesDefinition series)
    {
        StringBuilder topic = new();
        foreach (List<(Place, string)> parts in _levels)
        {
            int before = topic.Length;
            if (before > 0) topic.Append('/');
            int start = topic.Length;
            bool isWritten = parts.Count == 0;
            foreach ((Place place, string text) in parts)
            {
                topic.Append(place switch
                {
                    Place.Tenant => Legal(series.Tenant, _slash),
                    Place.Device => Legal(series.Device, _slash),
                    Place.Tag => Legal(series.Tag, _slash),
                    Place.Unit => Legal(series.Unit, _slash),
                    Place.Classification => ClassificationNames.NameOf(series.Classification),
                    Place.Node => Legal(node, _slash),
                    _ => text,
                });
            }
            // A level that is empty because its places are goes away with its slash; one that the template has empty stays.
            if (topic.Length == start && !isWritten) topic.Length = before;
        }
        return topic.ToString();
    }

    private static string? ProblemOf(string literal)
    {
        foreach (char c in literal)
        {
            if (!IsLegal(c)) return $"a topic that is published to may not have {(char.IsControl(c) ? $"U+{(int)c:X4}" : $"'{c}'")}";
        }
        return null;
    }

    private static Place? PlaceOf(string name) => name switch
    {
        "tenant" => Place.Tenant,
        "device" => Place.Device,
        "tag" => Place.Tag,
        "unit" => Place.Unit,
        "classification" => Place.Classification,
        "node" => Place.Node,
        _ => null,
    };

    private static string Legal(string text, MqttSlash slash) => string.Create(text.Length, (text, slash), static (into, from) =>
    {
        for (int i = 0; i < into.Length; i++)
        {
            char c = from.text[i];
            into[i] = IsLegal(c) && (c != '/' || from.slash == MqttSlash.Levels) ? c : '_';
        }
    });

    // Wildcards (4.7.1), and what 1.5.4 lets a receiver close the connection for: control characters and those that Unicode says are none.
    private static bool IsLegal(char c) => c is not ('+' or '#') && !char.IsControl(c) && c is not (>= '\uFDD0' and <= '\uFDEF') and not ('\uFFFE' or '\uFFFF');
}
