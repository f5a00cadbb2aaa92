using System.Text;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>Reads one level of a topic template and adds its captures to those of the levels before it.</summary>
internal readonly struct TopicLevelParser(string text, bool isLast, List<string> captures)
{
    /// <summary>The level; null for no fault, otherwise what is wrong with it.</summary>
    public string? TryParse(out TopicLevel? level)
    {
        level = null;
        if (text is "+" or "#")
        {
            if (text == "#" && !isLast) return "'#' stands before other levels; it is the last level or none";
            level = new TopicLevel(text == "+" ? TopicLevelKind.One : TopicLevelKind.Rest, [[]], captures.Count);
            return null;
        }
        int first = captures.Count;
        List<byte[]> literals = [];
        bool isRest = false;
        int at = 0;
        while (true)
        {
            int open = text.IndexOf('{', at);
            string literal = text[at..(open < 0 ? text.Length : open)];
            if (UnfitLiteral(literal) is { } unfit) return unfit;
            if (open >= 0 && literal.Length == 0 && literals.Count > 0) return $"level '{text}' has two captures side by side; nobody can tell where one ends, put a literal between them";
            literals.Add(Encoding.UTF8.GetBytes(literal));
            if (open < 0) break;
            int close = text.IndexOf('}', open);
            if (close < 0) return $"level '{text}' opens '{{' and does not close it";
            if (AddCapture(text[(open + 1)..close], out isRest) is { } wrong) return wrong;
            at = close + 1;
        }
        TopicLevelKind kind = isRest ? TopicLevelKind.Rest : literals.Count > 1 ? TopicLevelKind.One : TopicLevelKind.Literal;
        level = new TopicLevel(kind, [.. literals], first);
        return null;
    }

    private string? AddCapture(string name, out bool isRest)
    {
        isRest = name.EndsWith('#');
        if (isRest)
        {
            if (!isLast) return $"'{{{name}}}' stands before other levels; a capture of the rest is the last level";
            if (text.Length != name.Length + 2) return $"level '{text}' has more than '{{{name}}}'; a capture of the rest is a level by itself";
            name = name[..^1];
        }
        if (!IsName(name)) return $"level '{text}' captures '{name}', which is no name; letters, digits, '_' and '-' make one";
        if (name == NameTemplate.Member) return $"level '{text}' captures '{name}', the name for what a payload calls its values; take another";
        if (captures.Contains(name)) return $"'{{{name}}}' stands twice in it; a name is captured once";
        captures.Add(name);
        return null;
    }

    private string? UnfitLiteral(string literal)
    {
        if (literal.AsSpan().IndexOfAny('+', '#') >= 0) return $"level '{text}' has a '+' or '#' beside other characters; a wildcard is a level by itself";
        return literal.Contains('}', StringComparison.Ordinal) ? $"level '{text}' closes a '}}' that it did not open" : null;
    }

    internal static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-');
}
