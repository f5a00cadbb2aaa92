using System.Buffers.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Reads JSON records. What <see cref="JsonRecordWriter"/> writes of a series met before is compared with the bytes it must have and only its value, times and status are read; every
/// other record, and any of the writer's that differs in a byte, goes through <see cref="JsonDocumentReader"/>, which takes all JSON of the described shape.
/// </summary>
internal sealed class JsonRecordReader
{
    private readonly JsonKnownSeries _known = new();
    private readonly JsonDocumentReader _documents;
    private readonly TextInterning _texts;
    private IsoTime _deviceTime = IsoTime.Start;
    private IsoTime _gatewayTime = IsoTime.Start;

    public JsonRecordReader(SeriesResolver resolver, TextInterning texts)
    {
        _texts = texts;
        _documents = new JsonDocumentReader(resolver, texts, _known);
    }

    public RecordStatus TryRead(ReadOnlySpan<byte> value, long missingGatewayTime, DecodedReadings into) =>
        TryReadOwn(value, into) ? RecordStatus.Complete : _documents.TryRead(value, missingGatewayTime, into);

    /// <summary>Reads a record that is byte for byte as this product writes it; false, and nothing read, for every other.</summary>
    internal bool TryReadOwn(ReadOnlySpan<byte> record, DecodedReadings into)
    {
        if (!_known.TryFind(record, out JsonKnownSeries.Known known, out int at)) return false;
        if (!TryReadValue(record[at..], known.Kind, out long bits, out bool refused, out int read)) return false;
        ReadOnlySpan<byte> rest = record[(at + read)..];
        int times = known.Tail.TimesAt(rest);
        if (times == 0) return false;
        rest = rest[times..];
        long deviceTime = 0;
        if (rest.StartsWith(JsonWords.NoDeviceTime))
        {
            rest = rest[JsonWords.NoDeviceTime.Length..];
        }
        else
        {
            if (rest.IsEmpty || rest[0] != '"' || !_deviceTime.TryRead(rest[1..], out deviceTime)) return false;
            rest = rest[(1 + IsoTime.Bytes)..];
            if (!rest.StartsWith(JsonWords.BetweenTimes)) return false;
            rest = rest[JsonWords.BetweenTimes.Length..];
        }
        if (!_gatewayTime.TryRead(rest, out long gatewayTime)) return false;
        rest = rest[IsoTime.Bytes..];
        if (!TryReadStatus(rest, known.Tail, out uint status)) return false;

        if (refused) status = StatusCodes.BadOutOfMemory;
        into.Slots(1)[0] = new Reading(known.SeriesId, status, deviceTime, gatewayTime, bits);
        into.Device = known.Device;
        into.Count = 1;
        into.TextsRefused = refused ? 1 : 0;
        return true;
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> rest, JsonTail tail, out uint status)
    {
        status = StatusCodes.Good;
        if (rest.SequenceEqual(tail.GoodEnd)) return true;
        if (!rest.StartsWith(JsonWords.BeforeStatus)) return false;
        rest = rest[JsonWords.BeforeStatus.Length..];
        return IsPlainNumber(rest) && Utf8Parser.TryParse(rest, out status, out int read) && rest[read..].SequenceEqual(tail.End);
    }

    private bool TryReadValue(ReadOnlySpan<byte> text, ValueKind kind, out long bits, out bool refused, out int read)
    {
        bits = 0;
        read = 0;
        refused = false;
        switch (kind)
        {
            case ValueKind.Float64:
                if (!JsonNumber.TryRead(text, out double number, out read)) return false;
                bits = BitConverter.DoubleToInt64Bits(number);
                return true;
            case ValueKind.Int64:
                return IsPlainNumber(text) && Utf8Parser.TryParse(text, out bits, out read);
            case ValueKind.UInt64:
                if (!IsPlainNumber(text) || !Utf8Parser.TryParse(text, out ulong unsigned, out read)) return false;
                bits = (long)unsigned;
                return true;
            case ValueKind.Bool:
                bits = text.StartsWith("true"u8) ? 1 : 0;
                read = bits != 0 ? 4 : 5;
                return bits != 0 || text.StartsWith("false"u8);
            default:
                return TryReadText(text, out bits, out refused, out read);
        }
    }

    // A text without escapes and control characters; all others are the general reader's.
    private bool TryReadText(ReadOnlySpan<byte> text, out long handle, out bool refused, out int read)
    {
        handle = 0;
        refused = false;
        read = 0;
        if (text.Length < 2 || text[0] != '"') return false;
        int length = text[1..].IndexOfAny((byte)'"', (byte)'\\');
        if (length < 0 || text[1 + length] != '"') return false;
        ReadOnlySpan<byte> utf8 = text.Slice(1, length);
        if (utf8.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0) return false;
        read = length + 2;
        return _texts.TryIntern(utf8, out handle, out refused) == RecordFault.None;
    }

    // What JSON calls an integer: Utf8Parser also takes "+1" and "01".
    private static bool IsPlainNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2) return false;
        int first = text[0] == '-' ? 1 : 0;
        if (text[first] == '0') return first == 0 && text[1] is < (byte)'0' or > (byte)'9';
        return text[first] is >= (byte)'1' and <= (byte)'9';
    }
}
