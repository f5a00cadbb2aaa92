using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Reads the ReadingBatch message of readings.proto: fields in any order, repeated ones the last counts, unknown ones skipped, as the encoding asks for. Two walks: the first finds device
/// and tags, which may stand behind the readings, the second reads those.
/// </summary>
internal sealed class ProtobufBatchReader
{
    private readonly SeriesResolver _resolver;
    private readonly TextInterning _texts;
    private readonly ProtobufTags _tags;

    // What the first walk found.
    private ref struct Batch
    {
        public ulong Version;
        public ReadOnlySpan<byte> Device;
        public long BaseTime;
        public int Readings;
        public int FirstReading;
    }

    // Value and status of a reading on its way.
    private struct Fields
    {
        public ulong Tag;
        public long GatewayOffset;
        public long DeviceOffset;
        public bool HasDeviceOffset;
        public uint Status;
        public ulong ValueKey;
        public long Bits;
        public int TextAt;
        public int TextBytes;
    }

    public ProtobufBatchReader(SeriesResolver resolver, TextInterning texts)
    {
        _resolver = resolver;
        _texts = texts;
        _tags = new ProtobufTags(resolver);
    }

    public RecordStatus TryRead(ReadOnlySpan<byte> record, DecodedReadings into)
    {
        _tags.Clear();
        RecordStatus status = FindParts(record, out Batch batch);
        if (!status.IsComplete) return status;
        if (batch.Version != ProtobufFields.Version) return RecordStatus.Malformed(RecordFault.UnsupportedVersion, 0);
        RecordFault device = _resolver.CheckName(batch.Device, mayBeEmpty: false);
        if (device != RecordFault.None) return RecordStatus.Malformed(device, 0);
        status = _tags.Find(record, batch.Device);
        if (status.IsComplete) status = ReadReadings(record, batch, into);
        if (!status.IsComplete || batch.Readings == 0) return status;
        if (_tags.Decoded.UnknownCount > 0)
        {
            status = _tags.Register(record, batch.Device);
            if (!status.IsComplete) return status;
            _tags.Decoded.Patch(into.Readings);
        }
        into.Device = _tags.Decoded.Device!.Name;
        return RecordStatus.Complete;
    }

    private RecordStatus FindParts(ReadOnlySpan<byte> record, out Batch batch)
    {
        batch = new Batch { BaseTime = ProtobufFields.UnixEpochTicks };
        WireReader reader = new(record);
        while (reader.Left > 0)
        {
            int at = reader.Position;
            if (!reader.TryVarint(out ulong key)) return reader.Failed();
            bool read;
            switch (key)
            {
                case ProtobufFields.BatchReadings:
                    if (batch.Readings++ == 0) batch.FirstReading = at;
                    if (batch.Readings > _resolver.Limits.MaxReadings) return RecordStatus.Malformed(RecordFault.TooManyReadings, at);
                    read = reader.TryCounted(out _);
                    break;
                case ProtobufFields.BatchTags:
                    read = reader.TryCounted(out ReadOnlySpan<byte> tag);
                    if (read && !_tags.TryNote(reader.Position - tag.Length, tag.Length)) return RecordStatus.Malformed(RecordFault.TooManyTags, at);
                    break;
                case ProtobufFields.BatchVersion:
                    read = reader.TryVarint(out batch.Version);
                    break;
                case ProtobufFields.BatchDevice:
                    read = reader.TryCounted(out batch.Device);
                    break;
                case ProtobufFields.BatchBaseTime:
                    read = reader.TryVarint(out ulong baseTime);
                    batch.BaseTime = unchecked((long)baseTime + ProtobufFields.UnixEpochTicks);
                    break;
                default:
                    RecordStatus skipped = ProtobufFields.Skip(ref reader, key);
                    if (!skipped.IsComplete) return skipped;
                    continue;
            }
            if (!read) return reader.Failed();
        }
        return RecordStatus.Complete;
    }

    private RecordStatus ReadReadings(ReadOnlySpan<byte> record, in Batch batch, DecodedReadings into)
    {
        if (batch.Readings == 0) return RecordStatus.Complete;
        Span<Reading> slots = into.Slots(batch.Readings);
        ReadOnlySpan<int> ids = _tags.Decoded.Ids;
        ReadOnlySpan<ValueKind> kinds = _tags.Decoded.Kinds;
        WireReader reader = new(record, batch.FirstReading);
        int count = 0;
        while (count < slots.Length)
        {
            // The first walk has been over all of this, so nothing but what is inside a reading can fail.
            reader.TryVarint(out ulong key);
            if (key != ProtobufFields.BatchReadings)
            {
                ProtobufFields.Skip(ref reader, key);
                continue;
            }
            reader.TryVarint(out ulong length);
            int at = reader.Position;
            int end = at + (int)length;
            Fields fields = default;
            RecordStatus status = ReadFields(record, at, end, ref fields);
            if (!status.IsComplete) return status;
            reader.Position = end;

            if (fields.Tag >= (ulong)ids.Length) return RecordStatus.Malformed(RecordFault.InvalidIndex, at);
            int place = (int)fields.Tag;
            long gatewayTime = unchecked(batch.BaseTime + fields.GatewayOffset);
            long sourceTime = fields.HasDeviceOffset ? unchecked(batch.BaseTime + fields.DeviceOffset) : 0;
            if (!(Writable.IsTime(gatewayTime) & Writable.IsTime(sourceTime))) return RecordStatus.Malformed(RecordFault.NotATime, at);
            if (fields.ValueKey != KeyOf(kinds[place]) || fields.ValueKey == ProtobufFields.ReadingText)
            {
                status = ReadRest(record, kinds[place], at, ref fields, into);
                if (!status.IsComplete) return status;
            }
            int id = ids[place];
            slots[count++] = new Reading(id >= 0 ? id : -1 - place, fields.Status, sourceTime, gatewayTime, fields.Bits);
        }
        into.Count = count;
        return RecordStatus.Complete;
    }

    // A value that is text, missing or of another kind than its tag's.
    private RecordStatus ReadRest(ReadOnlySpan<byte> record, ValueKind kind, int at, ref Fields fields, DecodedReadings into)
    {
        if (fields.ValueKey == 0) return StatusCodes.IsBad(fields.Status) ? RecordStatus.Complete : RecordStatus.Malformed(RecordFault.MissingMember, at);
        if (fields.ValueKey != KeyOf(kind)) return RecordStatus.Malformed(RecordFault.WrongType, at);
        RecordFault fault = _texts.TryIntern(record.Slice(fields.TextAt, fields.TextBytes), out fields.Bits, out bool refused);
        if (fault != RecordFault.None) return RecordStatus.Malformed(fault, fields.TextAt);
        if (!refused) return RecordStatus.Complete;
        fields.Status = StatusCodes.BadOutOfMemory;
        into.TextsRefused++;
        return RecordStatus.Complete;
    }

    private static RecordStatus ReadFields(ReadOnlySpan<byte> record, int at, int end, ref Fields fields)
    {
        WireReader reader = new(record[..end], at);
        while (reader.Left > 0)
        {
            if (!reader.TryVarint(out ulong key)) return reader.Failed();
            bool read;
            ulong number;
            switch (key)
            {
                case ProtobufFields.ReadingTag:
                    read = reader.TryVarint(out fields.Tag);
                    // A uint32: what is above its 32 bits does not count.
                    fields.Tag = (uint)fields.Tag;
                    break;
                case ProtobufFields.ReadingGatewayOffset:
                    read = reader.TryZigzag(out fields.GatewayOffset);
                    break;
                case ProtobufFields.ReadingDeviceOffset:
                    read = fields.HasDeviceOffset = reader.TryZigzag(out fields.DeviceOffset);
                    break;
                case ProtobufFields.ReadingStatus:
                    read = reader.TryVarint(out number);
                    fields.Status = (uint)number;
                    break;
                case ProtobufFields.ReadingFloat64:
                    read = reader.TryFixed64(out number);
                    Take(ref fields, key, (long)number);
                    break;
                case ProtobufFields.ReadingInt64:
                    read = reader.TryZigzag(out long signed);
                    Take(ref fields, key, signed);
                    break;
                case ProtobufFields.ReadingUInt64:
                    read = reader.TryVarint(out number);
                    Take(ref fields, key, (long)number);
                    break;
                case ProtobufFields.ReadingBoolean:
                    read = reader.TryVarint(out number);
                    Take(ref fields, key, number != 0 ? 1 : 0);
                    break;
                case ProtobufFields.ReadingText:
                    read = reader.TryCounted(out ReadOnlySpan<byte> text);
                    Take(ref fields, key, 0);
                    fields.TextAt = reader.Position - text.Length;
                    fields.TextBytes = text.Length;
                    break;
                default:
                    RecordStatus skipped = ProtobufFields.Skip(ref reader, key);
                    if (!skipped.IsComplete) return skipped;
                    continue;
            }
            if (!read) return reader.Failed();
        }
        return RecordStatus.Complete;
    }

    // Of the members of a oneof the last one counts.
    private static void Take(ref Fields fields, ulong key, long bits)
    {
        fields.ValueKey = key;
        fields.Bits = bits;
    }

    private static ulong KeyOf(ValueKind kind) => kind switch
    {
        ValueKind.Float64 => ProtobufFields.ReadingFloat64,
        ValueKind.Int64 => ProtobufFields.ReadingInt64,
        ValueKind.UInt64 => ProtobufFields.ReadingUInt64,
        ValueKind.Bool => ProtobufFields.ReadingBoolean,
        _ => ProtobufFields.ReadingText,
    };
}
