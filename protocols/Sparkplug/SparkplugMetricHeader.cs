namespace HyperIngest.Sparkplug;

/// <summary>All of a metric to be written but its value. A field that is not set is not written.</summary>
public readonly ref struct SparkplugMetricHeader
{
    /// <summary>Its name in UTF-8; empty: it has none, as in data by alias.</summary>
    public ReadOnlySpan<byte> Name { get; init; }

    /// <summary>Its property set, written by a <see cref="SparkplugPropertyWriter"/>; empty: it has none.</summary>
    public ReadOnlySpan<byte> PropertyBytes { get; init; }

    /// <summary>Its alias; null: it has none.</summary>
    public ulong? Alias { get; init; }

    /// <summary>When it was sampled, ms since 1970-01-01 UTC; null: it has no time of its own.</summary>
    public ulong? Timestamp { get; init; }

    /// <summary>Its type; <see cref="SparkplugDataType.Unknown"/>: it does not say, as in data.</summary>
    public SparkplugDataType DataType { get; init; }

    /// <summary>It is not the current value but one of the past, sent late.</summary>
    public bool IsHistorical { get; init; }

    /// <summary>It is not to be stored.</summary>
    public bool IsTransient { get; init; }
}
