using System.Buffers;
using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Writes a reading as one JSON object (docs/records.md, reading.schema.json). One writer a thread. A series' first reading encodes what its records have in common, some 100 bytes that
/// the writer keeps; every other one copies that and writes a number and a time, and allocates nothing.
/// </summary>
public sealed class JsonRecordWriter
{
    // Below the large object heap's 85,000 bytes; a prefix has 50 to 100 bytes, so a block holds about a thousand.
    private const int BlockBytes = 1 << 16;

    private readonly SeriesCatalog _catalog;
    private readonly JsonTails _tails = new();
    private readonly ArrayBufferWriter<byte> _prefix = new();
    private SeriesText[] _series = new SeriesText[64];
    private byte[] _block = [];
    private int _blockUsed;
    private IsoTime _deviceTime = IsoTime.Start;
    private IsoTime _gatewayTime = IsoTime.Start;

    // All a series' records begin with, in a block, and all they share behind the value.
    private readonly record struct SeriesText(byte[] Block, int Start, int Length, JsonTail Tail, ValueKind Kind);

    /// <summary>A writer for the series of a catalog.</summary>
    public JsonRecordWriter(SeriesCatalog catalog) => _catalog = catalog;

    /// <summary>Bytes that are enough for the reading's record; about twice what it needs. 0 when it cannot be a record (<see cref="Writable"/>).</summary>
    public int MaxBytes(in Reading reading)
    {
        if (!TryTextOf(reading.SeriesId, out SeriesText text)) return 0;
        if (text.Kind == ValueKind.Text && (ulong)reading.ValueBits >= (ulong)_catalog.Texts.Count) return 0;
        return MaxBytes(text, reading);
    }

    /// <summary>
    /// Writes the reading. False when <paramref name="destination"/> has fewer bytes than <see cref="MaxBytes(in Reading)"/>, or when the reading cannot be a record, in any format:
    /// <see cref="Writable.WhyNot"/> then says why.
    /// </summary>
    public bool TryWrite(in Reading reading, Span<byte> destination, out int written)
    {
        written = 0;
        if (!TryTextOf(reading.SeriesId, out SeriesText text) || !Writable.AreTimes(reading)) return false;
        if (text.Kind == ValueKind.Text && (ulong)reading.ValueBits >= (ulong)_catalog.Texts.Count) return false;
        if (destination.Length < MaxBytes(text, reading)) return false;

        text.Block.AsSpan(text.Start, text.Length).CopyTo(destination);
        int at = text.Length;
        at += WriteValue(reading, text.Kind, destination[at..]);
        at += Copy(text.Tail.BeforeTimesOf(reading.Status), destination[at..]);
        if (reading.SourceTime == 0)
        {
            at += Copy(JsonWords.NoDeviceTime, destination[at..]);
        }
        else
        {
            destination[at++] = (byte)'"';
            _deviceTime.Write(reading.SourceTime, destination[at..]);
            at += IsoTime.Bytes;
            at += Copy(JsonWords.BetweenTimes, destination[at..]);
        }
        _gatewayTime.Write(reading.GatewayTime, destination[at..]);
        at += IsoTime.Bytes;
        if (reading.Status == StatusCodes.Good)
        {
            at += Copy(text.Tail.GoodEnd, destination[at..]);
        }
        else
        {
            at += Copy(JsonWords.BeforeStatus, destination[at..]);
            at += JsonNumber.Write(reading.Status, destination[at..]);
            at += Copy(text.Tail.End, destination[at..]);
        }
        written = at;
        return true;
    }

    private int WriteValue(in Reading reading, ValueKind kind, Span<byte> destination)
    {
        switch (kind)
        {
            case ValueKind.Float64:
                return JsonNumber.Write(reading.Float64, destination);
            case ValueKind.Int64:
                return JsonNumber.Write(reading.ValueBits, destination);
            case ValueKind.UInt64:
                return JsonNumber.Write((ulong)reading.ValueBits, destination);
            case ValueKind.Bool:
                return Copy(reading.ValueBits != 0 ? "true"u8 : "false"u8, destination);
            default:
                destination[0] = (byte)'"';
                int end = 1 + JsonText.Write(_catalog.Texts[reading.ValueBits], destination[1..]);
                destination[end] = (byte)'"';
                return end + 1;
        }
    }

    private int MaxBytes(in SeriesText text, in Reading reading)
    {
        int value = text.Kind == ValueKind.Text ? 2 + (_catalog.Texts[reading.ValueBits].Length * JsonText.MaxBytesPerChar) : JsonNumber.MaxBytes;
        // The two times and what stands between them, and the digits of the status.
        return text.Length + value + text.Tail.MaxBytes + 128;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Copy(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTextOf(int seriesId, out SeriesText text)
    {
        SeriesText[] series = _series;
        if ((uint)seriesId < (uint)series.Length)
        {
            text = series[seriesId];
            if (text.Tail is not null) return true;
        }
        return TryMakeText(seriesId, out text);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryMakeText(int seriesId, out SeriesText text)
    {
        text = default;
        if ((uint)seriesId >= (uint)_catalog.Count) return false;
        if (seriesId >= _series.Length) Array.Resize(ref _series, Math.Max(seriesId + 1, 2 * _series.Length));
        SeriesDefinition definition = _catalog[seriesId];
        _prefix.ResetWrittenCount();
        JsonWords.WritePrefix(_prefix, definition.Device, definition.Tag);
        ReadOnlySpan<byte> prefix = _prefix.WrittenSpan;
        if (_block.Length - _blockUsed < prefix.Length)
        {
            _block = new byte[Math.Max(BlockBytes, prefix.Length)];
            _blockUsed = 0;
        }
        prefix.CopyTo(_block.AsSpan(_blockUsed));
        text = new SeriesText(_block, _blockUsed, prefix.Length, _tails.Of(definition), definition.Kind);
        _blockUsed += prefix.Length;
        _series[seriesId] = text;
        return true;
    }
}
