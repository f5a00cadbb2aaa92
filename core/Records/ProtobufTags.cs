using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Reads the Tag messages of a ReadingBatch and finds their series.</summary>
internal sealed class ProtobufTags
{
    private readonly SeriesResolver _resolver;
    private Place[] _places = new Place[64];
    private int _count;

    private readonly record struct Place(int Start, int Length);

    public ProtobufTags(SeriesResolver resolver) => _resolver = resolver;

    public DecodedTags Decoded { get; } = new();

    public void Clear()
    {
        _count = 0;
        Decoded.Clear();
    }

    /// <summary>Notes where a Tag message is; the device, which its series needs, may stand behind it. False when there are too many.</summary>
    public bool TryNote(int start, int length)
    {
        if (_count == _resolver.Limits.MaxTags) return false;
        if (_count == _places.Length) Array.Resize(ref _places, 2 * _count);
        _places[_count++] = new Place(start, length);
        return true;
    }

    /// <summary>Finds the series of all tags that were met before.</summary>
    public RecordStatus Find(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device)
    {
        KnownDevice? known = null;
        ReadOnlySpan<byte> tenant = default;
        for (int i = 0; i < _count; i++)
        {
            RecordStatus status = Parse(record, _places[i], out RecordSeries series);
            if (!status.IsComplete) return status;
            if (i == 0 || !tenant.SequenceEqual(series.Tenant)) known = _resolver.Find(series.Tenant, device);
            tenant = series.Tenant;
            int found = known?.Find(series.Tag) ?? -1;
            if (found >= 0)
            {
                ref KnownSeries place = ref known![found];
                if (place.Kind != series.Kind) return RecordStatus.Malformed(RecordFault.KindChanged, _places[i].Start);
                Decoded.Device = known;
                Decoded.Add(place.SeriesId, place.Kind);
                continue;
            }
            RecordFault fault = _resolver.CheckNames(series);
            if (fault != RecordFault.None) return RecordStatus.Malformed(fault, _places[i].Start);
            Decoded.Add(DecodedTags.Unknown, series.Kind);
        }
        return RecordStatus.Complete;
    }

    /// <summary>Registers those that were not.</summary>
    public RecordStatus Register(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device)
    {
        for (int i = 0; i < _count; i++)
        {
            if (Decoded.Ids[i] != DecodedTags.Unknown) continue;
            Parse(record, _places[i], out RecordSeries series);
            series.Device = device;
            RecordFault fault = _resolver.TryAdd(series, out KnownDevice known, out int place);
            if (fault != RecordFault.None) return RecordStatus.Malformed(fault, _places[i].Start);
            Decoded.Device = known;
            Decoded.Resolve(i, known[place].SeriesId);
        }
        return RecordStatus.Complete;
    }

    private static RecordStatus Parse(ReadOnlySpan<byte> record, Place place, out RecordSeries series)
    {
        series = new RecordSeries { Classification = Classification.Telemetry };
        WireReader reader = new(record[..(place.Start + place.Length)], place.Start);
        while (reader.Left > 0)
        {
            int at = reader.Position;
            if (!reader.TryVarint(out ulong key)) return reader.Failed();
            bool read;
            switch (key)
            {
                case ProtobufFields.TagName: read = reader.TryCounted(out series.Tag); break;
                case ProtobufFields.TagUnit: read = reader.TryCounted(out series.Unit); break;
                case ProtobufFields.TagTopic: read = reader.TryCounted(out series.Topic); break;
                case ProtobufFields.TagTenant: read = reader.TryCounted(out series.Tenant); break;
                case ProtobufFields.TagKind:
                    read = reader.TryVarint(out ulong kind);
                    if (kind > (ulong)ValueKind.Text) return RecordStatus.Malformed(RecordFault.WrongType, at);
                    series.Kind = (ValueKind)kind;
                    break;
                case ProtobufFields.TagClassification:
                    read = reader.TryVarint(out ulong classification);
                    if (!ProtobufFields.TryClassification(classification, out series.Classification)) return RecordStatus.Malformed(RecordFault.WrongType, at);
                    break;
                default:
                    RecordStatus skipped = ProtobufFields.Skip(ref reader, key);
                    if (!skipped.IsComplete) return skipped;
                    continue;
            }
            if (!read) return reader.Failed();
        }
        return series.Tag.IsEmpty ? RecordStatus.Malformed(RecordFault.EmptyName, place.Start) : RecordStatus.Complete;
    }
}
