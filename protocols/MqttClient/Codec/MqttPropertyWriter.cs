using System.Buffers;
using System.Buffers.Binary;

namespace HyperIngest.Mqtt;

/// <summary>Gathers the properties of one packet (MQTT 5.0, 2.2.2), without their length. For packets that are rare: CONNECT, SUBSCRIBE, DISCONNECT.</summary>
internal sealed class MqttPropertyWriter
{
    private readonly ArrayBufferWriter<byte> _written = new();

    /// <summary>The properties so far.</summary>
    public ReadOnlySpan<byte> Written => _written.WrittenSpan;

    /// <summary>A byte.</summary>
    public MqttPropertyWriter Flag(MqttProperty property, bool value)
    {
        Identifier(property, MqttPropertyType.Flag);
        Byte(value ? (byte)1 : (byte)0);
        return this;
    }

    /// <summary>A number, in the size that the property has.</summary>
    public MqttPropertyWriter Number(MqttProperty property, uint value)
    {
        MqttPropertyType type = MqttPropertyRule.Of((int)property).Type;
        Identifier(property, type);
        switch (type)
        {
            case MqttPropertyType.UInt16:
                BinaryPrimitives.WriteUInt16BigEndian(_written.GetSpan(sizeof(ushort)), checked((ushort)value));
                _written.Advance(sizeof(ushort));
                break;
            case MqttPropertyType.UInt32:
                BinaryPrimitives.WriteUInt32BigEndian(_written.GetSpan(sizeof(uint)), value);
                _written.Advance(sizeof(uint));
                break;
            case MqttPropertyType.Varint when value <= MqttFrame.MaxRemaining:
                _written.Advance(MqttWriter.WriteVarint(_written.GetSpan(MqttFrame.MaxLengthBytes), (int)value));
                break;
            default: throw new ArgumentException($"{property} is no number, or cannot be {value}.", nameof(property));
        }
        return this;
    }

    /// <summary>Text.</summary>
    public MqttPropertyWriter Text(MqttProperty property, string value)
    {
        Identifier(property, MqttPropertyType.Text);
        Counted(MqttText.Encode(value));
        return this;
    }

    /// <summary>Binary data, at most 65,535 bytes.</summary>
    public MqttPropertyWriter Binary(MqttProperty property, ReadOnlySpan<byte> value)
    {
        Identifier(property, MqttPropertyType.Binary);
        Counted(value);
        return this;
    }

    /// <summary>A user property.</summary>
    public MqttPropertyWriter Pair(string name, string value)
    {
        Identifier(MqttProperty.UserProperty, MqttPropertyType.Pair);
        Counted(MqttText.Encode(name));
        Counted(MqttText.Encode(value));
        return this;
    }

    private void Identifier(MqttProperty property, MqttPropertyType type)
    {
        if (MqttPropertyRule.Of((int)property).Type != type) throw new ArgumentException($"{property} is not of type {type}.", nameof(property));
        Byte((byte)property);
    }

    private void Byte(byte value)
    {
        _written.GetSpan(1)[0] = value;
        _written.Advance(1);
    }

    private void Counted(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_written.GetSpan(sizeof(ushort)), checked((ushort)bytes.Length));
        _written.Advance(sizeof(ushort));
        _written.Write(bytes);
    }
}
