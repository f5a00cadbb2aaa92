using System.Buffers;

namespace HyperIngest.Sparkplug;

/// <summary>Writes a property set for <see cref="SparkplugMetricHeader.PropertyBytes"/>. For births: each property goes to the output at once.</summary>
public readonly ref struct SparkplugPropertyWriter
{
    // Keys and lengths of the name, the value and what is in it, and a number.
    private const int MaxFixedBytes = 64;

    private readonly IBufferWriter<byte> _output;

    /// <summary>A writer that appends to <paramref name="output"/>.</summary>
    public SparkplugPropertyWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>A text, such as <c>engUnit</c>.</summary>
    public void String(ReadOnlySpan<byte> key, ReadOnlySpan<byte> utf8)
    {
        FieldWriter writer = Begin(key, utf8.Length);
        int lengthBytes = 2 + 1 + FieldWriter.VarintBytes((uint)utf8.Length) + utf8.Length;
        writer.Key(SparkplugFields.SetValue);
        writer.Varint((uint)lengthBytes);
        Type(ref writer, SparkplugDataType.String);
        writer.Counted(SparkplugFields.PropertyString, utf8);
        _output.Advance(writer.Written);
    }

    /// <summary>An integer of 8 to 32 bits, such as <c>Quality</c>; signed ones are cast.</summary>
    public void Int(ReadOnlySpan<byte> key, SparkplugDataType type, uint value)
    {
        FieldWriter writer = Begin(key, 0);
        writer.Key(SparkplugFields.SetValue);
        writer.Varint((uint)(2 + 1 + FieldWriter.VarintBytes(value)));
        Type(ref writer, type);
        writer.Key(SparkplugFields.PropertyInt);
        writer.Varint(value);
        _output.Advance(writer.Written);
    }

    /// <summary>A double, such as <c>engHigh</c>.</summary>
    public void Double(ReadOnlySpan<byte> key, double value)
    {
        FieldWriter writer = Begin(key, 0);
        writer.Key(SparkplugFields.SetValue);
        writer.Varint(2 + 1 + sizeof(double));
        Type(ref writer, SparkplugDataType.Double);
        writer.Key(SparkplugFields.PropertyDouble);
        writer.Fixed64(BitConverter.DoubleToUInt64Bits(value));
        _output.Advance(writer.Written);
    }

    /// <summary>A boolean, such as <c>readOnly</c>.</summary>
    public void Boolean(ReadOnlySpan<byte> key, bool value)
    {
        FieldWriter writer = Begin(key, 0);
        writer.Key(SparkplugFields.SetValue);
        writer.Varint(2 + 1 + 1);
        Type(ref writer, SparkplugDataType.Boolean);
        writer.Key(SparkplugFields.PropertyBoolean);
        writer.Varint(value ? 1u : 0);
        _output.Advance(writer.Written);
    }

    private FieldWriter Begin(ReadOnlySpan<byte> key, int textBytes)
    {
        FieldWriter writer = new(_output.GetSpan(key.Length + textBytes + MaxFixedBytes));
        writer.Counted(SparkplugFields.SetKey, key);
        return writer;
    }

    // Two bytes, for the types up to 127.
    private static void Type(ref FieldWriter writer, SparkplugDataType type)
    {
        writer.Key(SparkplugFields.PropertyType);
        writer.Varint((uint)type & 0x7F);
    }
}
