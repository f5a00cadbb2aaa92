using System.Text.Unicode;

namespace HyperIngest.Mqtt;

/// <summary>Topic names and topic filters (MQTT 5.0, 4.7 and 4.8).</summary>
public static class MqttTopic
{
    /// <summary>Most bytes of a name or filter.</summary>
    public const int MaxBytes = ushort.MaxValue;

    private const byte Separator = (byte)'/';
    private const byte AnyLevel = (byte)'+';
    private const byte AnyRest = (byte)'#';

    private static ReadOnlySpan<byte> SharePrefix => "$share/"u8;

    /// <summary>Whether something can be published to it: 1 to 65,535 bytes of UTF-8 without U+0000, <c>+</c> and <c>#</c>.</summary>
    public static bool IsName(ReadOnlySpan<byte> topic) => IsText(topic) && !topic.ContainsAny((byte)0, AnyLevel, AnyRest);

    /// <summary>The same of a string.</summary>
    public static bool IsName(string topic) => TryEncode(topic, out byte[] bytes) && IsName(bytes);

    /// <summary>
    /// Whether it can be subscribed to: levels that are a name without wildcards, <c>+</c>, or as the last <c>#</c>; with <c>$share/group/</c> before it for a shared subscription.
    /// </summary>
    public static bool IsFilter(ReadOnlySpan<byte> filter)
    {
        if (!IsText(filter) || filter.Contains((byte)0)) return false;
        if (filter.StartsWith(SharePrefix))
        {
            ReadOnlySpan<byte> group = filter[SharePrefix.Length..];
            int end = group.IndexOf(Separator);
            // 4.8.2: a group is at least one character, without wildcards, and a filter follows.
            if (end <= 0 || end == group.Length - 1 || group[..end].ContainsAny(AnyLevel, AnyRest)) return false;
            filter = group[(end + 1)..];
        }
        while (true)
        {
            int end = filter.IndexOf(Separator);
            ReadOnlySpan<byte> level = end < 0 ? filter : filter[..end];
            if (level.ContainsAny(AnyLevel, AnyRest) && level.Length > 1) return false;
            if (end < 0) return true;
            if (level is [AnyRest]) return false;
            filter = filter[(end + 1)..];
        }
    }

    /// <summary>The same of a string.</summary>
    public static bool IsFilter(string filter) => TryEncode(filter, out byte[] bytes) && IsFilter(bytes);

    /// <summary>The filter that messages are held against: without <c>$share/group/</c>.</summary>
    public static ReadOnlySpan<byte> WithoutShare(ReadOnlySpan<byte> filter)
    {
        if (!filter.StartsWith(SharePrefix)) return filter;
        int end = filter[SharePrefix.Length..].IndexOf(Separator);
        return end < 0 ? filter : filter[(SharePrefix.Length + end + 1)..];
    }

    /// <summary>Whether a message to <paramref name="topic"/> comes with a subscription to <paramref name="filter"/>; both must be valid. Names that begin with <c>$</c> match no wildcard at the beginning (4.7.2).</summary>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> topic)
    {
        filter = WithoutShare(filter);
        if (topic.StartsWith((byte)'$') && !filter.IsEmpty && filter[0] is AnyLevel or AnyRest) return false;
        while (true)
        {
            int filterEnd = filter.IndexOf(Separator), topicEnd = topic.IndexOf(Separator);
            ReadOnlySpan<byte> wanted = filterEnd < 0 ? filter : filter[..filterEnd];
            if (wanted is [AnyRest]) return true;
            ReadOnlySpan<byte> level = topicEnd < 0 ? topic : topic[..topicEnd];
            if (wanted is not [AnyLevel] && !wanted.SequenceEqual(level)) return false;
            if (filterEnd < 0) return topicEnd < 0;
            filter = filter[(filterEnd + 1)..];
            // 4.7.1.2: "sport/#" is also the parent, "sport".
            if (topicEnd < 0) return filter is [AnyRest];
            topic = topic[(topicEnd + 1)..];
        }
    }

    private static bool IsText(ReadOnlySpan<byte> text) => text.Length is > 0 and <= MaxBytes && Utf8.IsValid(text);

    private static bool TryEncode(string text, out byte[] bytes)
    {
        bytes = [];
        try
        {
            bytes = MqttText.Encode(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
