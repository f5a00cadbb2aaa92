using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>A Variant taken out of its message, bit for bit. For what is kept, such as a method's arguments; the data path reads <see cref="UaVariant"/> in place.</summary>
public readonly struct UaVariantCopy
{
    private readonly byte[]? _bytes;

    private UaVariantCopy(byte[] bytes) => _bytes = bytes;

    /// <summary>The value; good as long as the copy.</summary>
    public UaVariant Value
    {
        get
        {
            UaReader reader = new(_bytes);
            return reader.Left == 0 ? default : reader.Variant();
        }
    }

    /// <summary>A copy of a value.</summary>
    public static UaVariantCopy Of(in UaVariant value)
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).Variant(value);
        return new UaVariantCopy(buffer.Written.ToArray());
    }

    /// <summary>An array of UInt32.</summary>
    public static UaVariantCopy Of(ReadOnlySpan<uint> numbers)
    {
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        writer.Byte((byte)UaBuiltInType.UInt32 | UaWire.VariantIsArray);
        writer.ArrayLength(numbers.Length);
        foreach (uint number in numbers) writer.UInt32(number);
        return new UaVariantCopy(buffer.Written.ToArray());
    }

    /// <summary>Writes it as it was.</summary>
    public void Encode(UaWriter writer) => UaCopying.Write(writer, _bytes);

    /// <summary>Copies the next Variant.</summary>
    public static UaVariantCopy Decode(ref UaReader reader) => new(UaCopying.Read(ref reader, UaBuiltInType.Variant));
}

/// <summary>A DataValue taken out of its message, bit for bit, picoseconds and all.</summary>
public readonly struct UaDataValueCopy
{
    private readonly byte[]? _bytes;

    private UaDataValueCopy(byte[] bytes) => _bytes = bytes;

    /// <summary>The value; good as long as the copy.</summary>
    public UaDataValue Value
    {
        get
        {
            UaReader reader = new(_bytes);
            return reader.Left == 0 ? default : reader.DataValue();
        }
    }

    /// <summary>A copy of a value.</summary>
    public static UaDataValueCopy Of(in UaDataValue value)
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).DataValue(value);
        return new UaDataValueCopy(buffer.Written.ToArray());
    }

    /// <summary>Writes it as it was.</summary>
    public void Encode(UaWriter writer) => UaCopying.Write(writer, _bytes);

    /// <summary>Copies the next DataValue.</summary>
    public static UaDataValueCopy Decode(ref UaReader reader) => new(UaCopying.Read(ref reader, UaBuiltInType.DataValue));
}

/// <summary>What the copies share. No bytes are the empty value.</summary>
internal static class UaCopying
{
    public static byte[] Read(ref UaReader reader, UaBuiltInType type)
    {
        UaReader from = reader;
        reader.Skip(type);
        return reader.Fault == UaFault.None ? from.Take(reader.Position - from.Position).ToArray() : [];
    }

    // A Variant without a value and a DataValue without any field are both one byte of 0.
    public static void Write(UaWriter writer, byte[]? bytes)
    {
        if (bytes is { Length: > 0 }) bytes.CopyTo(writer.Take(bytes.Length));
        else writer.Byte(0);
    }
}
