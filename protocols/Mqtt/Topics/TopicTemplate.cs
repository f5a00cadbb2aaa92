using System.Text;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>
/// A rule's topics: the filter that subscribes to them, and the levels it keeps by name. Immutable; matching allocates nothing.
/// </summary>
public sealed class TopicTemplate
{
    /// <summary>Most captures in a template.</summary>
    public const int MaxCaptures = 32;

    // MQTT 5.0, 1.5.4: a string has a length of two bytes.
    private const int MaxBytes = 65_535;

    private readonly TopicLevel[] _levels;
    private readonly string[] _captures;

    private TopicTemplate(string text, string filter, TopicLevel[] levels, string[] captures)
    {
        Text = text;
        Filter = filter;
        _levels = levels;
        _captures = captures;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The topic filter of its subscription: captures are <c>+</c> and <c>#</c>.</summary>
    public string Filter { get; }

    /// <summary>The names it captures, in the topic's order.</summary>
    public IReadOnlyList<string> Captures => _captures;

    /// <summary>Reads a template; null, and what is wrong in words, when it is none.</summary>
    public static TopicTemplate? TryParse(string text, out string error)
    {
        error = "";
        if (text.Length == 0) error = "topic is empty; a template such as '{site}/{device}/{tag}' is expected";
        else if (text.Contains('\0', StringComparison.Ordinal)) error = $"topic '{text.Replace('\0', '?')}' has a NUL character, which MQTT forbids";
        else if (text.StartsWith("$share/", StringComparison.Ordinal)) error = $"topic '{text}' begins with $share; write the topic alone and the group as group";
        if (error.Length > 0) return null;

        string[] parts = text.Split('/');
        TopicLevel[] levels = new TopicLevel[parts.Length];
        List<string> captures = [];
        StringBuilder filter = new();
        for (int i = 0; i < parts.Length; i++)
        {
            TopicLevelParser parser = new(parts[i], isLast: i == parts.Length - 1, captures);
            if (parser.TryParse(out TopicLevel? level) is { } wrong)
            {
                error = $"topic '{text}': {wrong}";
                return null;
            }
            levels[i] = level!;
            if (i > 0) filter.Append('/');
            filter.Append(level!.Kind switch { TopicLevelKind.Literal => parts[i], TopicLevelKind.One => "+", _ => "#" });
        }
        if (captures.Count > MaxCaptures) error = $"topic '{text}' captures {captures.Count} names; {MaxCaptures} at most are accepted";
        else if (Encoding.UTF8.GetByteCount(text) > MaxBytes) error = $"topic of {Encoding.UTF8.GetByteCount(text)} bytes; {MaxBytes} at most are accepted";
        return error.Length > 0 ? null : new TopicTemplate(text, filter.ToString(), levels, [.. captures]);
    }

    /// <summary>Whether a topic is one of these, by MQTT's own rules (5.0, 4.7).</summary>
    /// <param name="topic">The topic in UTF-8.</param>
    /// <param name="captures">Gets where in the topic each capture is; room for <see cref="Captures"/>.</param>
    public bool TryMatch(ReadOnlySpan<byte> topic, Span<Range> captures)
    {
        // 4.7.2: a wildcard at the start does not take the broker's own topics.
        if (_levels[0].Kind != TopicLevelKind.Literal && !topic.IsEmpty && topic[0] == '$') return false;
        int at = 0;
        foreach (TopicLevel level in _levels)
        {
            if (level.Kind == TopicLevelKind.Rest)
            {
                // 4.7.1.2: # is also the level above it; a rest that is to name something must be there.
                if (at > topic.Length) return level.Captures == 0;
                return level.TryMatch(topic[at..], at, captures);
            }
            if (at > topic.Length) return false;
            int length = topic[at..].IndexOf((byte)'/');
            int end = length < 0 ? topic.Length : at + length;
            if (!level.TryMatch(topic[at..end], at, captures)) return false;
            at = end + 1;
        }
        return at > topic.Length;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
