using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>A value at a fixed place of a payload.</summary>
internal sealed class BinaryValue(string tag, MqttBinaryType type, int offset, MqttByteOrder order, int? bit)
{
    private readonly int _bytes = BytesOf(type);

    /// <summary>Its name in UTF-8; empty when the topic names it.</summary>
    public byte[] Tag { get; } = Encoding.UTF8.GetBytes(tag);

    /// <summary>The place behind its last byte.</summary>
    public int End => offset + _bytes;

    /// <summary>The kind of its bits.</summary>
    public ValueKind Kind { get; } = type switch
    {
        MqttBinaryType.Bool => ValueKind.Bool,
        MqttBinaryType.Int8 or MqttBinaryType.Int16 or MqttBinaryType.Int32 or MqttBinaryType.Int64 => ValueKind.Int64,
        MqttBinaryType.Float32 or MqttBinaryType.Float64 => ValueKind.Float64,
        _ => ValueKind.UInt64,
    };

    /// <summary>Bytes of a type.</summary>
    public static int BytesOf(MqttBinaryType type) => type switch
    {
        MqttBinaryType.Bool or MqttBinaryType.Int8 or MqttBinaryType.UInt8 => 1,
        MqttBinaryType.Int16 or MqttBinaryType.UInt16 => 2,
        MqttBinaryType.Int32 or MqttBinaryType.UInt32 or MqttBinaryType.Float32 => 4,
        _ => 8,
    };

    /// <summary>The value bits in a payload that reaches to <see cref="End"/>.</summary>
    public long BitsIn(ReadOnlySpan<byte> payload)
    {
        ulong raw = Load(payload.Slice(offset, _bytes));
        return type switch
        {
            MqttBinaryType.Bool => (bit is { } number ? (raw >> number) & 1 : raw) != 0 ? 1 : 0,
            MqttBinaryType.Int8 => (sbyte)raw,
            MqttBinaryType.Int16 => (short)raw,
            MqttBinaryType.Int32 => (int)raw,
            MqttBinaryType.Float32 => BitConverter.DoubleToInt64Bits(BitConverter.UInt32BitsToSingle((uint)raw)),
            _ => (long)raw,
        };
    }

    // From the most significant word to the least, and in each word from the most significant byte.
    private ulong Load(ReadOnlySpan<byte> wire)
    {
        if (wire.Length == 1) return wire[0];
        bool isLowWordFirst = order is MqttByteOrder.CDAB or MqttByteOrder.DCBA;
        int low = order is MqttByteOrder.BADC or MqttByteOrder.DCBA ? 0 : 1;
        ulong value = 0;
        for (int i = 0; i < wire.Length; i += 2)
        {
            int word = isLowWordFirst ? wire.Length - 2 - i : i;
            value = (value << 16) | ((ulong)wire[word + 1 - low] << 8) | wire[word + low];
        }
        return value;
    }
}
