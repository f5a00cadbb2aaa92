using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>A Variant as it lies in a message (OPC 10000-6, 5.2.2.16); good as long as the message.</summary>
public readonly ref struct UaVariant
{
    /// <summary>The type of the value, or of an array's elements; <see cref="UaBuiltInType.Null"/> for no value.</summary>
    public UaBuiltInType Type { get; init; }

    /// <summary>Whether it is an array, of one or more dimensions.</summary>
    public bool IsArray { get; init; }

    /// <summary>Elements of an array, over all dimensions; 0 for a null array.</summary>
    public int Length { get; init; }

    /// <summary>A number of up to 64 bits as it lies on the wire, with zeros above; signed ones are not extended. A DateTime's 100 ns since 1601.</summary>
    public ulong Bits { get; init; }

    /// <summary>Without its length: a String, ByteString or XmlElement. As encoded: a GUID, a composed type, the elements of an array, which a <see cref="UaReader"/> reads on.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>Whether a String, ByteString or XmlElement is null.</summary>
    public bool IsNull { get; init; }

    /// <summary>A number of up to 64 bits, a Boolean, a StatusCode or a DateTime.</summary>
    public static UaVariant Number(UaBuiltInType type, ulong bits) => new() { Type = type, Bits = bits };

    /// <summary>A Double.</summary>
    public static UaVariant Of(double value) => Number(UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A String that is UTF-8 already.</summary>
    public static UaVariant Utf8(ReadOnlySpan<byte> text) => new() { Type = UaBuiltInType.String, Bytes = text };
}

/// <summary>A DataValue as it lies in a message (OPC 10000-6, 5.2.2.17); good as long as the message.</summary>
public readonly ref struct UaDataValue
{
    /// <summary>Its value; of type Null for none.</summary>
    public UaVariant Value { get; init; }

    /// <summary>Its status, bit for bit; 0, good, when it was not sent.</summary>
    public uint Status { get; init; }

    /// <summary>When the source had it, UTC ticks with picoseconds rounded in; 0 for none.</summary>
    public long SourceTicks { get; init; }

    /// <summary>When the server had it, UTC ticks; 0 for none.</summary>
    public long ServerTicks { get; init; }
}
