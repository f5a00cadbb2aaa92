using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Reads records back into readings. One reader a consuming thread; they may share a catalog. Whatever the bytes are, nothing is thrown and nothing beyond the limits is allocated or
/// registered; a record of known series allocates nothing.
/// </summary>
/// <remarks>
/// Names become series: a series the catalog does not have is registered as the record describes it, once the whole record is known to be sound. The unit, classification and topic of
/// a series the catalog has stay as they are there; its kind and tenant must be the record's.
/// </remarks>
public sealed class RecordReader
{
    private readonly SeriesResolver _resolver;
    private readonly JsonRecordReader _json;
    private readonly ProtobufBatchReader _protobuf;
    private readonly ColumnarBatchReader _columnar;

    /// <summary>A reader into a catalog.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is none.</exception>
    public RecordReader(SeriesCatalog catalog, RecordReaderLimits? limits = null)
    {
        limits ??= new RecordReaderLimits();
        limits.Validate();
        _resolver = new SeriesResolver(catalog, limits);
        TextInterning texts = new(catalog.Texts);
        _json = new JsonRecordReader(_resolver, texts);
        _protobuf = new ProtobufBatchReader(_resolver, texts);
        _columnar = new ColumnarBatchReader(_resolver, texts);
    }

    /// <summary>Series this reader has added to the catalog.</summary>
    public int NewSeries => _resolver.NewSeries;

    /// <summary>Reads one record.</summary>
    /// <param name="format">What its header says or <see cref="RecordFormats.TryDetect"/> found.</param>
    /// <param name="value">The record, without a <see cref="ConfluentPrefix"/>.</param>
    /// <param name="missingGatewayTime">UTC ticks for a JSON reading that has no gateway time of its own: now, or the broker's time of the record.</param>
    /// <param name="into">Gets the readings; empty when the record is malformed.</param>
    public RecordStatus TryRead(RecordFormat format, ReadOnlySpan<byte> value, long missingGatewayTime, DecodedReadings into)
    {
        into.Clear();
        RecordStatus status = format switch
        {
            RecordFormat.Json => _json.TryRead(value, missingGatewayTime, into),
            RecordFormat.Protobuf => _protobuf.TryRead(value, into),
            RecordFormat.Columnar => _columnar.TryRead(value, into),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The record formats are json, protobuf and columnar."),
        };
        if (!status.IsComplete) into.Clear();
        return status;
    }
}
