using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Reads columnar records. The checksum comes first, so that only bytes somebody made on purpose get to the rest, which believes them no more than the others.</summary>
internal sealed class ColumnarBatchReader
{
    private readonly SeriesResolver _resolver;
    private readonly TextInterning _texts;
    private readonly ColumnarTags _tags;
    private readonly ZeroRunReader _places = new();
    private readonly ZeroRunReader _gatewayTimes = new();
    private readonly ZeroRunReader _lags = new();
    private readonly ZeroRunReader _statuses = new();
    private long[] _previous = new long[64];
    private Text[] _textTable = new Text[16];
    private int _textCount;

    private readonly record struct Text(long Handle, bool Refused);

    public ColumnarBatchReader(SeriesResolver resolver, TextInterning texts)
    {
        _resolver = resolver;
        _texts = texts;
        _tags = new ColumnarTags(resolver);
    }

    public RecordStatus TryRead(ReadOnlySpan<byte> record, DecodedReadings into)
    {
        if (!record.StartsWith(ColumnarLayout.Magic)) return RecordStatus.Malformed(RecordFault.NotColumnar, 0);
        if (record.Length < ColumnarLayout.HeaderBytes + ColumnarLayout.ChecksumBytes) return RecordStatus.Malformed(RecordFault.Truncated, record.Length);
        byte flags = record[ColumnarLayout.HeaderBytes - 1];
        if (record[ColumnarLayout.Magic.Length] != ColumnarLayout.Version || (flags & ~ColumnarLayout.Float32Words) != 0)
        {
            return RecordStatus.Malformed(RecordFault.UnsupportedVersion, ColumnarLayout.Magic.Length);
        }
        ReadOnlySpan<byte> body = record[..^ColumnarLayout.ChecksumBytes];
        if (Crc32C.Of(body) != BinaryPrimitives.ReadUInt32LittleEndian(record[body.Length..])) return RecordStatus.Malformed(RecordFault.ChecksumMismatch, body.Length);
        WireReader reader = new(body, ColumnarLayout.HeaderBytes);
        return ReadBody(body, ref reader, flags != 0, into);
    }

    private RecordStatus ReadBody(ReadOnlySpan<byte> body, ref WireReader reader, bool narrow, DecodedReadings into)
    {
        if (!reader.TryCounted(out ReadOnlySpan<byte> device)) return reader.Failed();
        RecordFault name = _resolver.CheckName(device, mayBeEmpty: false);
        if (name != RecordFault.None) return RecordStatus.Malformed(name, ColumnarLayout.HeaderBytes);
        if (!reader.TryVarint(out ulong count)) return reader.Failed();
        if (count > (ulong)_resolver.Limits.MaxReadings) return RecordStatus.Malformed(RecordFault.TooManyReadings, reader.Position);
        // Each has half a byte of code at least.
        if (count > 2 * (ulong)reader.Left) return RecordStatus.Malformed(RecordFault.Truncated, reader.Position);

        RecordStatus status = _tags.Read(body, ref reader, device);
        if (status.IsComplete) status = ReadTexts(ref reader, _tags.Decoded.Kinds.Contains(ValueKind.Text));
        if (status.IsComplete) status = _places.Read(ref reader, (int)count);
        if (status.IsComplete) status = _gatewayTimes.Read(ref reader, (int)count);
        if (status.IsComplete) status = _lags.Read(ref reader, (int)count);
        if (status.IsComplete) status = _statuses.Read(ref reader, (int)count);
        if (status.IsComplete) status = ReadReadings(body, ref reader, (int)count, narrow, into);
        if (!status.IsComplete || count == 0) return status;
        if (_tags.Decoded.UnknownCount > 0)
        {
            status = _tags.Register(body, device);
            if (!status.IsComplete) return status;
            _tags.Decoded.Patch(into.Readings);
        }
        into.Device = _tags.Decoded.Device!.Name;
        return RecordStatus.Complete;
    }

    private RecordStatus ReadTexts(ref WireReader reader, bool expected)
    {
        if (!reader.TryVarint(out ulong count)) return reader.Failed();
        if (count > (expected ? (ulong)Math.Min(reader.Left, _resolver.Limits.MaxReadings) : 0)) return RecordStatus.Malformed(RecordFault.InvalidEncoding, reader.Position);
        if (_textTable.Length < (int)count) _textTable = new Text[Math.Max((int)count, 2 * _textTable.Length)];
        _textCount = (int)count;
        for (int i = 0; i < _textCount; i++)
        {
            int at = reader.Position;
            if (!reader.TryCounted(out ReadOnlySpan<byte> utf8)) return reader.Failed();
            RecordFault fault = _texts.TryIntern(utf8, out long handle, out bool refused);
            if (fault != RecordFault.None) return RecordStatus.Malformed(fault, at);
            _textTable[i] = new Text(handle, refused);
        }
        return RecordStatus.Complete;
    }

    private RecordStatus ReadReadings(ReadOnlySpan<byte> body, ref WireReader reader, int count, bool narrow, DecodedReadings into)
    {
        if (!reader.TryBytes((ulong)((count + 1) / 2), out ReadOnlySpan<byte> codes)) return reader.Failed();
        ReadOnlySpan<byte> words = body[reader.Position..];
        ReadOnlySpan<int> ids = _tags.Decoded.Ids;
        ReadOnlySpan<ValueKind> kinds = _tags.Decoded.Kinds;
        if (_previous.Length < ids.Length) _previous = new long[Math.Max(ids.Length, 2 * _previous.Length)];
        Span<long> previous = _previous.AsSpan(0, ids.Length);
        previous.Clear();
        ReadOnlySpan<long> places = _places.Numbers;
        ReadOnlySpan<long> gatewayTimes = _gatewayTimes.Numbers;
        ReadOnlySpan<long> lags = _lags.Numbers;
        ReadOnlySpan<long> statuses = _statuses.Numbers;
        Span<Reading> slots = into.Slots(count);
        long place = 0;
        long placeStep = 0;
        long gatewayTime = 0;
        long gatewayStep = 0;
        long lag = 0;
        ulong status = 0;
        int at = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            placeStep = unchecked(placeStep + WireReader.Unzigzagged((ulong)places[i]));
            place = unchecked(place + placeStep);
            gatewayStep = unchecked(gatewayStep + WireReader.Unzigzagged((ulong)gatewayTimes[i]));
            gatewayTime = unchecked(gatewayTime + gatewayStep);
            lag = unchecked(lag + WireReader.Unzigzagged((ulong)lags[i]));
            status ^= (ulong)statuses[i];
            if ((ulong)place >= (ulong)ids.Length) return RecordStatus.Malformed(RecordFault.InvalidIndex, reader.Position);
            long sourceTime = ColumnarLayout.SourceTimeOf(lag, gatewayTime);
            if (!(Writable.IsTime(gatewayTime) & Writable.IsTime(sourceTime))) return RecordStatus.Malformed(RecordFault.NotATime, reader.Position);
            if (status > uint.MaxValue) return RecordStatus.Malformed(RecordFault.NumberOutOfRange, reader.Position);

            ValueKind kind = kinds[(int)place];
            int code = (codes[i >> 1] >> ((i & 1) << 2)) & 0xF;
            int width = narrow && kind == ValueKind.Float64 ? ColumnarLayout.NarrowWord : ColumnarLayout.WideWord;
            int bytes = code > ColumnarLayout.TopBytesCode ? code - ColumnarLayout.TopBytesCode : code;
            if (bytes > width) return RecordStatus.Malformed(RecordFault.InvalidEncoding, reader.Position + at);
            if (bytes > words.Length - at) return RecordStatus.Malformed(RecordFault.Truncated, reader.Position + at);
            ulong word = Word(words[at..], bytes);
            if (code > ColumnarLayout.TopBytesCode) word <<= 8 * (width - bytes);
            at += bytes;

            uint shown = (uint)status;
            long bits = BitsOf(word, kind, narrow, ref previous[(int)place]);
            if (kind >= ValueKind.Bool)
            {
                RecordFault fault = TakeOther(kind, ref bits, ref shown, into);
                if (fault != RecordFault.None) return RecordStatus.Malformed(fault, reader.Position + at);
            }
            int id = ids[(int)place];
            slots[i] = new Reading(id >= 0 ? id : -1 - (int)place, shown, sourceTime, gatewayTime, bits);
        }
        if (at != words.Length) return RecordStatus.Malformed(RecordFault.TrailingBytes, reader.Position + at);
        into.Count = count;
        return RecordStatus.Complete;
    }

    // Booleans are 0 or 1, texts are places in the record's table.
    private RecordFault TakeOther(ValueKind kind, ref long bits, ref uint status, DecodedReadings into)
    {
        if (kind == ValueKind.Bool) return (ulong)bits <= 1 ? RecordFault.None : RecordFault.NumberOutOfRange;
        if ((ulong)bits >= (ulong)_textCount) return RecordFault.InvalidIndex;
        Text text = _textTable[bits];
        bits = text.Handle;
        if (!text.Refused) return RecordFault.None;
        status = StatusCodes.BadOutOfMemory;
        into.TextsRefused++;
        return RecordFault.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long BitsOf(ulong word, ValueKind kind, bool narrow, ref long previous)
    {
        if (kind != ValueKind.Float64) return previous = unchecked(previous + WireReader.Unzigzagged(word));
        previous ^= (long)word;
        return narrow ? BitConverter.DoubleToInt64Bits(BitConverter.UInt32BitsToSingle((uint)previous)) : previous;
    }

    // The low bytes of a word; there are as many in `words`.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ReadOnlySpan<byte> words, int bytes)
    {
        if (words.Length >= sizeof(ulong))
        {
            // No byte is a shift by 64, which is none: 63 and then 1.
            int unused = (8 * (sizeof(ulong) - bytes)) - 1;
            ulong word8 = BinaryPrimitives.ReadUInt64LittleEndian(words);
            return bytes == sizeof(ulong) ? word8 : word8 & (ulong.MaxValue >> unused >> 1);
        }
        ulong word = 0;
        for (int i = 0; i < bytes; i++) word |= (ulong)words[i] << (8 * i);
        return word;
    }
}
