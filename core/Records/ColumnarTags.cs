using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Reads the traits and tag table of a columnar record and finds the tags' series.</summary>
internal sealed class ColumnarTags
{
    private readonly SeriesResolver _resolver;
    private readonly ZeroRunReader _column = new();
    private readonly byte[] _name;
    private Traits[] _traits = new Traits[4];
    private int _traitCount;
    private int _namesAt;

    // Where in the record the texts of a set of traits stand.
    private readonly record struct Traits(ValueKind Kind, Classification Classification, Range Unit, Range Topic, Range Tenant);

    public ColumnarTags(SeriesResolver resolver)
    {
        _resolver = resolver;
        _name = new byte[resolver.Limits.MaxNameBytes];
    }

    public DecodedTags Decoded { get; } = new();

    /// <summary>Reads both tables and finds the series of all tags that were met before.</summary>
    public RecordStatus Read(ReadOnlySpan<byte> record, ref WireReader reader, ReadOnlySpan<byte> device)
    {
        Decoded.Clear();
        RecordStatus status = ReadTraits(ref reader);
        if (!status.IsComplete) return status;
        if (!reader.TryVarint(out ulong count)) return reader.Failed();
        if (count > (ulong)_resolver.Limits.MaxTags) return RecordStatus.Malformed(RecordFault.TooManyTags, reader.Position);
        // Two lengths a tag at least.
        if (count > (ulong)reader.Left / 2) return RecordStatus.Malformed(RecordFault.Truncated, reader.Position);
        _namesAt = reader.Position;
        // The traits, which say the tenant, stand behind the names.
        for (ulong i = 0; i < count; i++)
        {
            if (!reader.TryVarint(out _) || !reader.TryCounted(out _)) return reader.Failed();
        }
        status = _column.Read(ref reader, (int)count);
        if (!status.IsComplete) return status;
        return Walk(record, device, register: false);
    }

    /// <summary>Registers the tags that were not met before.</summary>
    public RecordStatus Register(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device) => Walk(record, device, register: true);

    private RecordStatus ReadTraits(ref WireReader reader)
    {
        if (!reader.TryVarint(out ulong count)) return reader.Failed();
        // Kind, classification and three lengths.
        if (count > (ulong)reader.Left / 5) return RecordStatus.Malformed(RecordFault.Truncated, reader.Position);
        if (count > (ulong)_resolver.Limits.MaxTags) return RecordStatus.Malformed(RecordFault.TooManyTags, reader.Position);
        if (_traits.Length < (int)count) _traits = new Traits[Math.Max((int)count, 2 * _traits.Length)];
        _traitCount = (int)count;
        for (int i = 0; i < _traitCount; i++)
        {
            int at = reader.Position;
            if (!reader.TryBytes(2, out ReadOnlySpan<byte> words)) return reader.Failed();
            if (words[0] > (byte)ValueKind.Text || words[1] > (byte)Classification.Alarm) return RecordStatus.Malformed(RecordFault.WrongType, at);
            if (!TryPart(ref reader, out Range unit) || !TryPart(ref reader, out Range topic) || !TryPart(ref reader, out Range tenant)) return reader.Failed();
            _traits[i] = new Traits((ValueKind)words[0], (Classification)words[1], unit, topic, tenant);
        }
        return RecordStatus.Complete;
    }

    private static bool TryPart(ref WireReader reader, out Range part)
    {
        bool read = reader.TryCounted(out ReadOnlySpan<byte> bytes);
        part = (reader.Position - bytes.Length)..reader.Position;
        return read;
    }

    // The same walk twice: names are kept as what differs from the one before, so the place of one says nothing without those.
    private RecordStatus Walk(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device, bool register)
    {
        WireReader reader = new(record, _namesAt);
        KnownDevice? known = null;
        int length = 0;
        long traits = 0;
        int found = -1;
        ReadOnlySpan<long> steps = _column.Numbers;
        for (int i = 0; i < steps.Length; i++)
        {
            int at = reader.Position;
            // The lengths were read before and are in the record.
            reader.TryVarint(out ulong shared);
            reader.TryCounted(out ReadOnlySpan<byte> rest);
            if (shared > (ulong)length) return RecordStatus.Malformed(RecordFault.InvalidEncoding, at);
            if (rest.Length > _name.Length - (int)shared) return RecordStatus.Malformed(RecordFault.NameTooLong, at);
            rest.CopyTo(_name.AsSpan((int)shared));
            length = (int)shared + rest.Length;
            ReadOnlySpan<byte> tag = _name.AsSpan(0, length);

            long step = WireReader.Unzigzagged((ulong)steps[i]);
            traits = unchecked(traits + step);
            if ((ulong)traits >= (ulong)_traitCount) return RecordStatus.Malformed(RecordFault.InvalidIndex, at);
            ref readonly Traits own = ref _traits[traits];
            RecordFault fault = RecordFault.None;
            if (register)
            {
                if (Decoded.Ids[i] == DecodedTags.Unknown) fault = Register(record, device, tag, own, i);
            }
            else
            {
                if (i == 0 || step != 0) known = _resolver.Find(record[own.Tenant], device);
                found = known?.Find(tag) ?? -1;
                fault = found >= 0 ? Take(known!, found, own.Kind) : TakeUnknown(record, device, tag, own);
            }
            if (fault != RecordFault.None) return RecordStatus.Malformed(fault, at);
        }
        return RecordStatus.Complete;
    }

    private RecordFault Take(KnownDevice device, int place, ValueKind kind)
    {
        ref KnownSeries series = ref device[place];
        if (series.Kind != kind) return RecordFault.KindChanged;
        Decoded.Device = device;
        Decoded.Add(series.SeriesId, kind);
        return RecordFault.None;
    }

    private RecordFault TakeUnknown(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device, ReadOnlySpan<byte> tag, in Traits traits)
    {
        Decoded.Add(DecodedTags.Unknown, traits.Kind);
        return _resolver.CheckNames(SeriesOf(record, device, tag, traits));
    }

    private RecordFault Register(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device, ReadOnlySpan<byte> tag, in Traits traits, int place)
    {
        RecordFault fault = _resolver.TryAdd(SeriesOf(record, device, tag, traits), out KnownDevice known, out int found);
        if (fault != RecordFault.None) return fault;
        Decoded.Device = known;
        Decoded.Resolve(place, known[found].SeriesId);
        return RecordFault.None;
    }

    private static RecordSeries SeriesOf(ReadOnlySpan<byte> record, ReadOnlySpan<byte> device, ReadOnlySpan<byte> tag, in Traits traits) => new()
    {
        Device = device,
        Tag = tag,
        Tenant = record[traits.Tenant],
        Unit = record[traits.Unit],
        Topic = record[traits.Topic],
        Kind = traits.Kind,
        Classification = traits.Classification,
    };
}
