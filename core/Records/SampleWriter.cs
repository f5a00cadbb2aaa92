using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Writes what a reading says and nothing of which series it is, for places where the topic says that: the value alone, or a JSON object of value, time and quality.
/// One writer a thread; allocates nothing.
/// </summary>
public sealed class SampleWriter(SeriesCatalog catalog)
{
    // The object's names and braces, the longest quality and the time, and some to spare.
    private const int SampleOverhead = 96;

    private readonly SeriesCatalog _catalog = catalog;
    private IsoTime _time = IsoTime.Start;

    /// <summary>Bytes that are enough for the reading in either form; 0 when it cannot be written (<see cref="Writable"/>).</summary>
    public int MaxBytes(in Reading reading)
    {
        if (!IsWritable(reading, out ValueKind kind)) return 0;
        return SampleOverhead + (kind == ValueKind.Text ? _catalog.Texts[reading.ValueBits].Length * JsonText.MaxBytesPerChar : JsonNumber.MaxBytes);
    }

    /// <summary>
    /// Writes the value alone: a number, <c>true</c> or <c>false</c>, a text as it is; NaN and the infinities by their names. False when <paramref name="destination"/> has fewer bytes than
    /// <see cref="MaxBytes"/>, or when the reading cannot be written at all: <see cref="Writable.WhyNot"/> then says why.
    /// </summary>
    public bool TryWriteValue(in Reading reading, Span<byte> destination, out int written)
    {
        written = 0;
        if (!IsWritable(reading, out ValueKind kind) || destination.Length < MaxBytes(reading)) return false;
        if (kind == ValueKind.Text) written = Encoding.UTF8.GetBytes(_catalog.Texts[reading.ValueBits], destination);
        else if (kind == ValueKind.Float64 && !double.IsFinite(reading.Float64)) written = Copy(NameOf(reading.Float64), destination);
        else written = WriteScalar(reading, kind, destination);
        return true;
    }

    /// <summary>
    /// Writes <c>{"value":21.5,"timestamp":"2026-11-21T10:30:22.1234567Z","quality":"good"}</c>; the time is the device's when it sent one, the gateway's otherwise. False as for
    /// <see cref="TryWriteValue"/>.
    /// </summary>
    public bool TryWriteSample(in Reading reading, Span<byte> destination, out int written)
    {
        written = 0;
        if (!IsWritable(reading, out ValueKind kind) || destination.Length < MaxBytes(reading)) return false;
        int at = Copy("{\"value\":"u8, destination);
        if (kind == ValueKind.Text)
        {
            destination[at++] = (byte)'"';
            at += JsonText.Write(_catalog.Texts[reading.ValueBits], destination[at..]);
            destination[at++] = (byte)'"';
        }
        else
        {
            at += WriteScalar(reading, kind, destination[at..]);
        }
        at += Copy(",\"timestamp\":\""u8, destination[at..]);
        _time.Write(reading.Time, destination[at..]);
        at += IsoTime.Bytes;
        at += Copy(
            StatusCodes.IsGood(reading.Status) ? "\",\"quality\":\"good\"}"u8 : StatusCodes.IsBad(reading.Status) ? "\",\"quality\":\"bad\"}"u8 : "\",\"quality\":\"uncertain\"}"u8,
            destination[at..]);
        written = at;
        return true;
    }

    private static int WriteScalar(in Reading reading, ValueKind kind, Span<byte> destination) => kind switch
    {
        ValueKind.Float64 => JsonNumber.Write(reading.Float64, destination),
        ValueKind.Int64 => JsonNumber.Write(reading.ValueBits, destination),
        ValueKind.UInt64 => JsonNumber.Write((ulong)reading.ValueBits, destination),
        _ => Copy(reading.ValueBits != 0 ? "true"u8 : "false"u8, destination),
    };

    // As the JSON forms name them, without quotes.
    private static ReadOnlySpan<byte> NameOf(double value) => double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;

    private bool IsWritable(in Reading reading, out ValueKind kind)
    {
        kind = default;
        if ((uint)reading.SeriesId >= (uint)_catalog.Count || !Writable.AreTimes(reading)) return false;
        kind = _catalog.KindOf(reading.SeriesId);
        return kind != ValueKind.Text || (ulong)reading.ValueBits < (ulong)_catalog.Texts.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Copy(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        bytes.CopyTo(destination);
        return bytes.Length;
    }
}
