using System.Buffers;
using System.Runtime.CompilerServices;

namespace HyperIngest.Sparkplug;

/// <summary>
/// Writes a Sparkplug B payload, field by field and metric by metric; allocates nothing. <see cref="Flush"/> ends it: what was written before it is not in the output yet.
/// </summary>
/// <remarks>Fields may come in any order; the specification's own is the time, the metrics, the sequence number.</remarks>
public ref struct SparkplugPayloadWriter
{
    // Keys, two times six to ten bytes, alias, type, two flags, null, the value: what a metric has beside its name, properties and text, at most.
    private const int MaxFixedBytes = 96;

    // Some hundred metrics by alias: asking the output for more costs a call.
    private const int RefillBytes = 4096;

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;
    private long _advanced;

    /// <summary>A writer that appends to <paramref name="output"/>.</summary>
    public SparkplugPayloadWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>Bytes written so far.</summary>
    public readonly long Written => _advanced + _used;

    /// <summary>When the payload is sent, ms since 1970-01-01 UTC.</summary>
    public void Timestamp(ulong milliseconds) => Number(SparkplugFields.PayloadTimestamp, milliseconds);

    /// <summary>The sequence number.</summary>
    public void Seq(byte seq) => Number(SparkplugFields.PayloadSeq, seq);

    /// <summary>The schema's name.</summary>
    public void Uuid(ReadOnlySpan<byte> utf8) => Counted(SparkplugFields.PayloadUuid, utf8);

    /// <summary>The body.</summary>
    public void Body(ReadOnlySpan<byte> body) => Counted(SparkplugFields.PayloadBody, body);

    /// <summary>A metric of int_value: integers of 8 to 32 bits but UInt32; signed ones are cast, which keeps their two's complement.</summary>
    public void Int(in SparkplugMetricHeader header, uint value) => Scalar(header, SparkplugFields.MetricInt, value);

    /// <summary>A metric of long_value: integers of 64 bits, signed ones cast, UInt32, and times.</summary>
    public void Long(in SparkplugMetricHeader header, ulong value) => Scalar(header, SparkplugFields.MetricLong, value);

    /// <summary>A metric of float_value.</summary>
    public void Float(in SparkplugMetricHeader header, float value) => Scalar(header, SparkplugFields.MetricFloat, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A metric of double_value.</summary>
    public void Double(in SparkplugMetricHeader header, double value) => Scalar(header, SparkplugFields.MetricDouble, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A metric of boolean_value.</summary>
    public void Boolean(in SparkplugMetricHeader header, bool value) => Scalar(header, SparkplugFields.MetricBoolean, value ? 1u : 0);

    /// <summary>A metric that has no value now.</summary>
    public void Null(in SparkplugMetricHeader header) => Scalar(header, SparkplugFields.MetricIsNull, 1);

    /// <summary>A metric of string_value: strings, texts, UUIDs.</summary>
    public void String(in SparkplugMetricHeader header, ReadOnlySpan<byte> utf8) => Text(header, SparkplugFields.MetricString, utf8);

    /// <summary>A metric of bytes_value: bytes and files.</summary>
    public void Bytes(in SparkplugMetricHeader header, ReadOnlySpan<byte> bytes) => Text(header, SparkplugFields.MetricBytes, bytes);

    /// <summary>Hands all that was written to the output.</summary>
    public void Flush()
    {
        _output.Advance(_used);
        _advanced += _used;
        _span = default;
        _used = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scalar(in SparkplugMetricHeader header, uint key, ulong bits)
    {
        FieldWriter writer = Begin(header, 0, out int contentAt);
        writer.Key(key);
        switch (key & 7)
        {
            case 0: writer.Varint(bits); break;
            case 1: writer.Fixed64(bits); break;
            default: writer.Fixed32((uint)bits); break;
        }
        _used += End(writer, contentAt);
    }

    private void Text(in SparkplugMetricHeader header, uint key, ReadOnlySpan<byte> text)
    {
        FieldWriter writer = Begin(header, text.Length, out int contentAt);
        writer.Counted(key, text);
        _used += End(writer, contentAt);
    }

    // The key, room for the length, and the header's fields.
    private FieldWriter Begin(in SparkplugMetricHeader header, int textBytes, out int contentAt)
    {
        int lengthsKnown = header.Name.Length + header.PropertyBytes.Length + textBytes;
        FieldWriter writer = new(Room(lengthsKnown + MaxFixedBytes));
        writer.Key(SparkplugFields.PayloadMetric);
        // The rest is a few dozen bytes: mostly the length has as many bytes as the part of it that is known, and one byte without a long name or text.
        contentAt = writer.Written += FieldWriter.VarintBytes((uint)lengthsKnown);
        if (!header.Name.IsEmpty) writer.Counted(SparkplugFields.MetricName, header.Name);
        if (header.Alias is { } alias)
        {
            writer.Key(SparkplugFields.MetricAlias);
            writer.Varint(alias);
        }
        if (header.Timestamp is { } timestamp)
        {
            writer.Key(SparkplugFields.MetricTimestamp);
            writer.Varint(timestamp);
        }
        if (header.DataType != SparkplugDataType.Unknown)
        {
            writer.Key(SparkplugFields.MetricDataType);
            writer.Varint((uint)header.DataType);
        }
        if (header.IsHistorical)
        {
            writer.Key(SparkplugFields.MetricIsHistorical);
            writer.Varint(1);
        }
        if (header.IsTransient)
        {
            writer.Key(SparkplugFields.MetricIsTransient);
            writer.Varint(1);
        }
        if (!header.PropertyBytes.IsEmpty) writer.Counted(SparkplugFields.MetricProperties, header.PropertyBytes);
        return writer;
    }

    // Writes the length; how many bytes the metric has taken in all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int End(FieldWriter writer, int contentAt)
    {
        int contentBytes = writer.Written - contentAt;
        int end = writer.Written;
        // The metric's key has one byte.
        int room = contentAt - 1;
        if (FieldWriter.VarintBytes((uint)contentBytes) != room)
        {
            Widen(writer.Destination, contentAt, contentBytes);
            end++;
        }
        writer.Written = 1;
        writer.Varint((uint)contentBytes);
        return end;
    }

    // The fixed part took the length over a power of 128: the metric moves by a byte.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Widen(Span<byte> destination, int contentAt, int contentBytes) =>
        destination.Slice(contentAt, contentBytes).CopyTo(destination[(contentAt + 1)..]);

    private void Number(uint key, ulong value)
    {
        FieldWriter writer = new(Room(MaxFixedBytes));
        writer.Key(key);
        writer.Varint(value);
        _used += writer.Written;
    }

    private void Counted(uint key, ReadOnlySpan<byte> bytes)
    {
        FieldWriter writer = new(Room(bytes.Length + MaxFixedBytes));
        writer.Counted(key, bytes);
        _used += writer.Written;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Room(int bytes)
    {
        if (_span.Length - _used < bytes) Refill(bytes);
        return _span[_used..];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refill(int bytes)
    {
        Flush();
        _span = _output.GetSpan(Math.Max(bytes, RefillBytes));
    }
}
