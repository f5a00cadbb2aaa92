using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>Writes values: Variants and DataValues, without boxing.</summary>
public static class UaValueWriting
{
    // By built-in type: bytes of a number of up to 64 bits; 0 for the others.
    private static ReadOnlySpan<byte> NumberBytes => [0, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0, 8, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0];

    // A DataValue of a number with status and both times: mask, type, 8 bytes, status, twice 8 bytes.
    private const int MostNumberBytes = 1 + 1 + sizeof(ulong) + sizeof(uint) + sizeof(long) + sizeof(long);

    /// <summary>A Variant. Of a matrix its elements are written, as an array: <see cref="UaVariant"/> does not have the dimensions.</summary>
    public static void Variant(this UaWriter writer, in UaVariant value)
    {
        if (value.IsArray)
        {
            writer.Byte((byte)((byte)value.Type | UaWire.VariantIsArray));
            writer.ArrayLength(value.Length);
            value.Bytes.CopyTo(writer.Take(value.Bytes.Length));
            return;
        }
        writer.Byte((byte)value.Type);
        int size = NumberBytes[(int)value.Type];
        switch (value.Type)
        {
            case UaBuiltInType.Null:
                break;
            case UaBuiltInType.String or UaBuiltInType.ByteString or UaBuiltInType.XmlElement:
                if (value.IsNull) writer.NullArray();
                else writer.Bytes(value.Bytes);
                break;
            default:
                if (size > 0) PutNumber(writer.Take(size), value.Bits, size);
                else value.Bytes.CopyTo(writer.Take(value.Bytes.Length));
                break;
        }
    }

    /// <summary>A DataValue; status and times are left out where they are good and none.</summary>
    public static void DataValue(this UaWriter writer, in UaDataValue value)
    {
        if (!value.Value.IsArray && NumberBytes[(int)value.Value.Type] > 0)
        {
            writer.DataValue(value.Value.Type, value.Value.Bits, value.Status, value.SourceTicks, value.ServerTicks);
            return;
        }
        byte mask = 0;
        if (value.Value.Type != UaBuiltInType.Null) mask |= UaWire.DataValueHasValue;
        if (value.Status != 0) mask |= UaWire.DataValueHasStatus;
        if (value.SourceTicks != 0) mask |= UaWire.DataValueHasSourceTime;
        if (value.ServerTicks != 0) mask |= UaWire.DataValueHasServerTime;
        writer.Byte(mask);
        if (value.Value.Type != UaBuiltInType.Null) writer.Variant(value.Value);
        if (value.Status != 0) writer.UInt32(value.Status);
        if (value.SourceTicks != 0) writer.Time(value.SourceTicks);
        if (value.ServerTicks != 0) writer.Time(value.ServerTicks);
    }

    /// <summary>A DataValue of a number of up to 64 bits, a boolean, a StatusCode or a DateTime: the data path of a server.</summary>
    /// <remarks>It asks the buffer for the most such a value can have, 30 bytes: a message that comes nearer than that to the other side's limit counts as too large.</remarks>
    /// <param name="writer">Where to.</param>
    /// <param name="type">The number's type.</param>
    /// <param name="bits">Its bits, as <see cref="UaVariant.Bits"/>; those above its size are not looked at.</param>
    /// <param name="status">Its status; 0 is not sent.</param>
    /// <param name="sourceTicks">UTC ticks; 0 is not sent.</param>
    /// <param name="serverTicks">UTC ticks; 0 is not sent.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void DataValue(this UaWriter writer, UaBuiltInType type, ulong bits, uint status, long sourceTicks, long serverTicks)
    {
        // At once what is needed at most, and the rest given back: one check of the buffer instead of six.
        Span<byte> room = writer.Take(MostNumberBytes);
        int at = PutDataValue(room, type, bits, status, sourceTicks, serverTicks);
        writer.GiveBack(MostNumberBytes - at);
    }

    // Every store is in bounds of MostNumberBytes, whatever is left out; later ones overwrite what an earlier one wrote too far.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PutDataValue(Span<byte> room, UaBuiltInType type, ulong bits, uint status, long sourceTicks, long serverTicks)
    {
        int size = NumberBytes[(int)type];
        byte mask = UaWire.DataValueHasValue;
        room[1] = (byte)type;
        BinaryPrimitives.WriteUInt64LittleEndian(room[2..], bits);
        int at = 2 + size;
        if (status != 0)
        {
            mask |= UaWire.DataValueHasStatus;
            BinaryPrimitives.WriteUInt32LittleEndian(room[at..], status);
            at += sizeof(uint);
        }
        if (sourceTicks != 0)
        {
            mask |= UaWire.DataValueHasSourceTime;
            BinaryPrimitives.WriteInt64LittleEndian(room[at..], UaTime.ToWire(sourceTicks));
            at += sizeof(long);
        }
        if (serverTicks != 0)
        {
            mask |= UaWire.DataValueHasServerTime;
            BinaryPrimitives.WriteInt64LittleEndian(room[at..], UaTime.ToWire(serverTicks));
            at += sizeof(long);
        }
        room[0] = mask;
        return at;
    }

    private static void PutNumber(Span<byte> room, ulong bits, int size)
    {
        switch (size)
        {
            case sizeof(byte):
                room[0] = (byte)bits;
                break;
            case sizeof(ushort):
                BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)bits);
                break;
            case sizeof(uint):
                BinaryPrimitives.WriteUInt32LittleEndian(room, (uint)bits);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(room, bits);
                break;
        }
    }
}
