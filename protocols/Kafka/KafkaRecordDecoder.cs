using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;

namespace HyperIngest.Protocols.Kafka;

/// <summary>Makes readings of a record's bytes: finds its format, skips a schema registry's prefix, decodes. The consuming thread's.</summary>
internal sealed class KafkaRecordDecoder
{
    // Magic byte and schema id; see ConfluentPrefix.
    private const int PrefixBytes = 5;

    private readonly RecordReader _reader;
    private readonly RecordFormat? _configured;

    public KafkaRecordDecoder(SeriesCatalog catalog, RecordFormat? configured, RecordReaderLimits limits)
    {
        _reader = new RecordReader(catalog, limits);
        _configured = configured;
    }

    /// <summary>The readings of the last record that was good.</summary>
    public DecodedReadings Decoded { get; } = new();

    /// <summary>Series that were new.</summary>
    public int NewSeries => _reader.NewSeries;

    /// <summary>Decodes a record.</summary>
    /// <param name="header">Its format header; empty for none.</param>
    /// <param name="value">Its value.</param>
    /// <param name="nowTicks">The gateway time of readings that have none.</param>
    /// <returns>Why it cannot be read; null when it was.</returns>
    public string? Decode(ReadOnlySpan<byte> header, ReadOnlySpan<byte> value, long nowTicks)
    {
        if (value.IsEmpty) return "it has no value";
        RecordFormat format;
        if (!header.IsEmpty)
        {
            if (!RecordFormats.TryParse(header, out format)) return "its header hyperingest-format names no format; json, protobuf and columnar are known";
        }
        else if (_configured is { } configured)
        {
            format = configured;
        }
        else if (!TryDetect(value, out format))
        {
            return "it begins like none of the formats json, protobuf and columnar, and neither a header nor the source's configuration says which it is";
        }
        if (ConfluentPrefix.IsAt(value))
        {
            if (!ConfluentPrefix.TrySkip(format, value, out _, out ReadOnlySpan<byte> rest)) return "it begins with a schema registry's zero byte and not with a whole prefix";
            value = rest;
        }
        RecordStatus status = _reader.TryRead(format, value, nowTicks, Decoded);
        return status.IsComplete ? null : status.ToString();
    }

    // Behind a schema registry's prefix protobuf has the index of its message, which begins with 0 or 2.
    private static bool TryDetect(ReadOnlySpan<byte> value, out RecordFormat format)
    {
        if (!ConfluentPrefix.IsAt(value)) return RecordFormats.TryDetect(value, out format);
        format = RecordFormat.Protobuf;
        if (value.Length <= PrefixBytes) return false;
        return value[PrefixBytes] is 0 or 2 || RecordFormats.TryDetect(value[PrefixBytes..], out format);
    }

    /// <summary>The format header of a consumed record; empty for none.</summary>
    public static ReadOnlySpan<byte> HeaderOf(KafkaBatch batch, int index) => batch.TryGetHeader(index, RecordHeaders.Format, out ReadOnlySpan<byte> value) ? value : default;
}
