using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Mqtt.Uns;

/// <summary>The topic of every series a lane has met, in UTF-8, made once: from then on a reading costs one look into an array.</summary>
internal sealed class SeriesTopics(SeriesCatalog catalog, TopicTemplate template, string node)
{
    private readonly SeriesCatalog _catalog = catalog;
    private readonly TopicTemplate _template = template;
    private readonly string _node = node;

    // Null while the series was not met; empty when it can have no topic.
    private byte[]?[] _topics = new byte[]?[64];

    /// <summary>The series' topic; empty when it can have none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Of(int series)
    {
        byte[]?[] topics = _topics;
        if ((uint)series < (uint)topics.Length && topics[series] is { } topic) return topic;
        return Make(series);
    }

    /// <summary>Why a series has no topic.</summary>
    public string WhyNot(int series)
    {
        if ((uint)series >= (uint)_catalog.Count) return $"series {series} is not in the catalog, which has 0 to {_catalog.Count - 1}";
        _template.Expand(_node, _catalog[series], out string? problem);
        return problem ?? "it has a topic";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte[] Make(int series)
    {
        if ((uint)series >= (uint)_catalog.Count) return [];
        if (series >= _topics.Length) Array.Resize(ref _topics, Math.Max(series + 1, 2 * _topics.Length));
        return _topics[series] = _template.Expand(_node, _catalog[series], out _) ?? [];
    }
}
