using System.Text;
using HyperIngest.Core;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>A name made of a topic's captures: <c>{site}.{device}</c>. Made once a series; it may allocate.</summary>
internal sealed class NameTemplate
{
    /// <summary>Stands for what the payload calls its value.</summary>
    public const string Member = "member";

    // The place of Member among captures.
    private const int MemberPart = -1;

    private readonly Part[] _parts;

    private NameTemplate(Part[] parts) => _parts = parts;

    private readonly record struct Part(string? Literal, int Capture);

    /// <summary>Whether it has <see cref="Member"/> in it.</summary>
    public bool HasMember => _parts.Any(p => p.Literal is null && p.Capture == MemberPart);

    /// <summary>Reads a template of a topic's names.</summary>
    /// <param name="what">What it names, for the message.</param>
    /// <param name="text">As it was written.</param>
    /// <param name="topic">What it may refer to.</param>
    /// <param name="hasMember">Whether it may refer to <see cref="Member"/>.</param>
    /// <param name="error">What is wrong with it.</param>
    public static NameTemplate? TryParse(string what, string text, TopicTemplate topic, bool hasMember, out string error)
    {
        error = "";
        List<Part> parts = [];
        for (int at = 0; at < text.Length;)
        {
            int brace = text.AsSpan(at).IndexOfAny('{', '}');
            int open = brace < 0 ? text.Length : at + brace;
            if (open > at) parts.Add(new Part(text[at..open], 0));
            if (open == text.Length) break;
            int close = text.IndexOf('}', open);
            if (text[open] == '}' || close < 0)
            {
                error = $"{what} '{text}' has a '{text[open]}' without its other half";
                return null;
            }
            string name = text[(open + 1)..close];
            int capture = name == Member && hasMember ? MemberPart : IndexOf(topic, name);
            if (capture < MemberPart)
            {
                error = Unknown(what, text, name, topic, hasMember);
                return null;
            }
            parts.Add(new Part(null, capture));
            at = close + 1;
        }
        return new NameTemplate([.. parts]);
    }

    /// <summary>The name for a topic.</summary>
    public string Expand(ReadOnlySpan<byte> topic, ReadOnlySpan<Range> captures, ReadOnlySpan<byte> member)
    {
        StringBuilder name = new();
        foreach (Part part in _parts)
        {
            if (part.Literal is { } literal) name.Append(literal);
            else name.Append(Encoding.UTF8.GetString(part.Capture == MemberPart ? member : topic[captures[part.Capture]]));
        }
        return name.ToString();
    }

    private static int IndexOf(TopicTemplate topic, string name)
    {
        for (int i = 0; i < topic.Captures.Count; i++)
        {
            if (topic.Captures[i] == name) return i;
        }
        return MemberPart - 1;
    }

    private static string Unknown(string what, string text, string name, TopicTemplate topic, bool hasMember)
    {
        List<string> known = [.. topic.Captures];
        if (hasMember) known.Add(Member);
        string expected = known.Count == 0 ? "the topic captures no names" : "known are " + string.Join(", ", known.Select(k => $"{{{k}}}"));
        return $"{what} '{text}' refers to {{{name}}}, which topic '{topic.Text}' does not capture; {expected}{Nearest.Hint(name, known)}";
    }
}
