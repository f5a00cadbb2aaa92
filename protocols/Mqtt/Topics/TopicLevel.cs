namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>What a level of a topic template takes.</summary>
internal enum TopicLevelKind : byte
{
    /// <summary>Itself.</summary>
    Literal,

    /// <summary>Any one level: <c>+</c>, or captures with literals around them.</summary>
    One,

    /// <summary>All that is left: <c>#</c> or <c>{name#}</c>.</summary>
    Rest,
}

/// <summary>
/// A level of a topic template: <see cref="Literals"/> stand around and between the captures, one more than there are of those; captures are numbered through the template from
/// <see cref="FirstCapture"/>.
/// </summary>
internal sealed record TopicLevel(TopicLevelKind Kind, byte[][] Literals, int FirstCapture)
{
    /// <summary>Captures of this level.</summary>
    public int Captures => Literals.Length - 1;

    /// <summary>Whether a level, or with <see cref="TopicLevelKind.Rest"/> all of the rest, fits; where its captures are in the topic, <paramref name="at"/> being its first byte there.</summary>
    public bool TryMatch(ReadOnlySpan<byte> level, int at, Span<Range> captures)
    {
        ReadOnlySpan<byte> first = Literals[0];
        if (Captures == 0) return Kind != TopicLevelKind.Literal || level.SequenceEqual(first);
        ReadOnlySpan<byte> last = Literals[^1];
        if (level.Length < first.Length + last.Length || !level.StartsWith(first) || !level.EndsWith(last)) return false;
        int start = first.Length;
        int end = level.Length - last.Length;
        for (int i = 0; i < Captures; i++)
        {
            // The shortest that lets the literal behind it stand: whatever is to the right only gains by that.
            int length = i == Captures - 1 ? end - start : level[start..end].IndexOf(Literals[i + 1]);
            if (length < 0) return false;
            captures[FirstCapture + i] = new Range(at + start, at + start + length);
            start += length + (i == Captures - 1 ? 0 : Literals[i + 1].Length);
        }
        return true;
    }
}
