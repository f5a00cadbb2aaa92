using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>Writes a batch of one device's readings column by column, each as what is left of it once what could be foretold is taken away (docs/records.md).</summary>
public sealed class ColumnarBatchWriter : BatchRecordWriter
{
    // Tag, gateway's time, lag and status, and the value: 5 + 10 + 10 + 5 and a word and its half byte of code, rounded up.
    private const int MaxReadingBytes = 40;

    // Two lengths of a name, its traits and what rounding up costs.
    private const int MaxTagOverhead = 16;

    // The counts, the device's length, the last runs.
    private const int MaxOverhead = 128;

    private readonly SeriesCatalog _catalog;
    private readonly BatchTags _tags;
    private long[] _previous = new long[64];
    private TextSlot[] _textSlots = [];
    private long[] _texts = new long[16];
    private int _textStamp;

    // A text's place in the record's table, valid while the stamp is the record's.
    private struct TextSlot
    {
        public int Stamp;
        public int Place;
    }

    /// <summary>A writer for the series of a catalog.</summary>
    public ColumnarBatchWriter(SeriesCatalog catalog)
    {
        _catalog = catalog;
        _tags = new BatchTags(catalog);
    }

    /// <inheritdoc/>
    public override RecordFormat Format => RecordFormat.Columnar;

    /// <inheritdoc/>
    public override int MaxBytes(ReadOnlySpan<Reading> readings) => _tags.TryCollect(readings) ? Bound(readings.Length) : 0;

    /// <inheritdoc/>
    public override bool TryWrite(ReadOnlySpan<Reading> readings, Span<byte> destination, out int written)
    {
        written = 0;
        if (!_tags.TryCollect(readings) || destination.Length < Bound(readings.Length)) return false;
        ReadOnlySpan<int> places = _tags.Places(readings.Length);
        bool narrow = AreFloat32(readings, places, _tags.Kinds);
        WireWriter writer = new(destination);
        writer.Bytes(ColumnarLayout.Magic);
        writer.Byte(ColumnarLayout.Version);
        writer.Byte(narrow ? ColumnarLayout.Float32Words : (byte)0);
        writer.Counted(_tags.Device);
        writer.Varint((uint)readings.Length);
        WriteTags(ref writer);
        WriteTexts(ref writer, readings, places);
        WritePlaces(ref writer, places);
        WriteTimes(ref writer, readings);
        WriteStatuses(ref writer, readings);
        WriteValues(ref writer, readings, places, narrow);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[writer.Written..], Crc32C.Of(destination[..writer.Written]));
        written = writer.Written + ColumnarLayout.ChecksumBytes;
        return true;
    }

    private int Bound(int readings)
    {
        long bytes = MaxOverhead + _tags.Device.Length + ((long)MaxReadingBytes * readings) + _tags.TextBytes + _tags.NameBytes + ((long)MaxTagOverhead * _tags.Count);
        if (_tags.TextBytes > 0) bytes += 5L * readings;
        foreach (TagTraits traits in _tags.Traits) bytes += traits.Columnar.Length;
        return checked((int)bytes);
    }

    private void WriteTags(ref WireWriter writer)
    {
        writer.Varint((uint)_tags.Traits.Length);
        foreach (TagTraits traits in _tags.Traits) writer.Bytes(traits.Columnar);
        writer.Varint((uint)_tags.Count);
        ReadOnlySpan<byte> previous = default;
        for (int place = 0; place < _tags.Count; place++)
        {
            ReadOnlySpan<byte> name = _tags.NameAt(place);
            int shared = name.CommonPrefixLength(previous);
            writer.Varint((uint)shared);
            writer.Counted(name[shared..]);
            previous = name;
        }
        ZeroRunWriter traitsColumn = default;
        int last = 0;
        for (int place = 0; place < _tags.Count; place++)
        {
            int next = _tags.TraitsAt(place).Place;
            traitsColumn.Add(ref writer, WireWriter.Zigzagged(next - last));
            last = next;
        }
        traitsColumn.End(ref writer);
    }

    private void WriteTexts(ref WireWriter writer, ReadOnlySpan<Reading> readings, ReadOnlySpan<int> places)
    {
        int count = 0;
        if (_tags.Kinds.Contains(ValueKind.Text))
        {
            if (_textSlots.Length < _catalog.Texts.Count) Array.Resize(ref _textSlots, Math.Max(_catalog.Texts.Count, 2 * _textSlots.Length));
            _textStamp++;
            for (int i = 0; i < readings.Length; i++)
            {
                if (_tags.Kinds[places[i]] != ValueKind.Text) continue;
                ref TextSlot slot = ref _textSlots[readings[i].ValueBits];
                if (slot.Stamp == _textStamp) continue;
                if (count == _texts.Length) Array.Resize(ref _texts, 2 * count);
                slot = new TextSlot { Stamp = _textStamp, Place = count };
                _texts[count++] = readings[i].ValueBits;
            }
        }
        writer.Varint((uint)count);
        for (int i = 0; i < count; i++)
        {
            string text = _catalog.Texts[_texts[i]];
            writer.Varint((uint)Encoding.UTF8.GetByteCount(text));
            writer.Written += Encoding.UTF8.GetBytes(text, writer.Destination[writer.Written..]);
        }
    }

    // A poll goes through the tags in order, a subscription's readings are often of one tag: both have the same step again and again, and so its change is zero.
    private static void WritePlaces(ref WireWriter writer, ReadOnlySpan<int> places)
    {
        ZeroRunWriter column = default;
        int last = 0;
        int step = 0;
        foreach (int place in places)
        {
            int nextStep = place - last;
            column.Add(ref writer, WireWriter.Zigzagged(nextStep - step));
            last = place;
            step = nextStep;
        }
        column.End(ref writer);
    }

    private static void WriteTimes(ref WireWriter writer, ReadOnlySpan<Reading> readings)
    {
        ZeroRunWriter gateway = default;
        long last = 0;
        long step = 0;
        foreach (ref readonly Reading reading in readings)
        {
            long nextStep = reading.GatewayTime - last;
            gateway.Add(ref writer, WireWriter.Zigzagged(nextStep - step));
            last = reading.GatewayTime;
            step = nextStep;
        }
        gateway.End(ref writer);

        ZeroRunWriter lags = default;
        long lastLag = 0;
        foreach (ref readonly Reading reading in readings)
        {
            long lag = ColumnarLayout.LagOf(reading.SourceTime, reading.GatewayTime);
            lags.Add(ref writer, WireWriter.Zigzagged(lag - lastLag));
            lastLag = lag;
        }
        lags.End(ref writer);
    }

    private static void WriteStatuses(ref WireWriter writer, ReadOnlySpan<Reading> readings)
    {
        ZeroRunWriter column = default;
        uint last = 0;
        foreach (ref readonly Reading reading in readings)
        {
            column.Add(ref writer, reading.Status ^ last);
            last = reading.Status;
        }
        column.End(ref writer);
    }

    // First the codes, half a byte each, then the bytes they speak of.
    private void WriteValues(ref WireWriter writer, ReadOnlySpan<Reading> readings, ReadOnlySpan<int> places, bool narrow)
    {
        if (_previous.Length < _tags.Count) _previous = new long[Math.Max(_tags.Count, 2 * _previous.Length)];
        Span<long> previous = _previous.AsSpan(0, _tags.Count);
        previous.Clear();
        ReadOnlySpan<ValueKind> kinds = _tags.Kinds;
        Span<byte> codes = writer.Destination.Slice(writer.Written, (readings.Length + 1) / 2);
        codes.Clear();
        Span<byte> words = writer.Destination[(writer.Written + codes.Length)..];
        int at = 0;
        for (int i = 0; i < readings.Length; i++)
        {
            int place = places[i];
            ulong word = WordOf(readings[i].ValueBits, kinds[place], narrow, ref previous[place]);
            if (word == 0) continue;
            int width = narrow && kinds[place] == ValueKind.Float64 ? ColumnarLayout.NarrowWord : ColumnarLayout.WideWord;
            int emptyLow = BitOperations.TrailingZeroCount(word) >> 3;
            int low = ColumnarLayout.WideWord - (BitOperations.LeadingZeroCount(word) >> 3);
            int top = width - emptyLow;
            bool takesTop = top < low;
            int bytes = takesTop ? top : low;
            BinaryPrimitives.WriteUInt64LittleEndian(words[at..], takesTop ? word >> (8 * emptyLow) : word);
            at += bytes;
            codes[i >> 1] |= (byte)((takesTop ? ColumnarLayout.TopBytesCode + bytes : bytes) << ((i & 1) << 2));
        }
        writer.Written += codes.Length + at;
    }

    // What changed since the tag's reading before, in bits where values are bits and in steps where they are numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong WordOf(long bits, ValueKind kind, bool narrow, ref long previous)
    {
        if (kind == ValueKind.Float64)
        {
            long word = narrow ? BitConverter.SingleToUInt32Bits((float)BitConverter.Int64BitsToDouble(bits)) : bits;
            long changed = word ^ previous;
            previous = word;
            return (ulong)changed;
        }
        if (kind == ValueKind.Bool) bits = bits != 0 ? 1 : 0;
        else if (kind == ValueKind.Text) bits = _textSlots[bits].Place;
        long step = bits - previous;
        previous = bits;
        return WireWriter.Zigzagged(step);
    }

    // Registers mostly hold float32, and what is one exactly needs half the bytes.
    private static bool AreFloat32(ReadOnlySpan<Reading> readings, ReadOnlySpan<int> places, ReadOnlySpan<ValueKind> kinds)
    {
        bool any = false;
        for (int i = 0; i < readings.Length; i++)
        {
            if (kinds[places[i]] != ValueKind.Float64) continue;
            long bits = readings[i].ValueBits;
            if (BitConverter.DoubleToInt64Bits((float)BitConverter.Int64BitsToDouble(bits)) != bits) return false;
            any = true;
        }
        return any;
    }
}
