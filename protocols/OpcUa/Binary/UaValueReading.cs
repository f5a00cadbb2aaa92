using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>Reads values: Variants and DataValues, without copies and without boxing.</summary>
public static class UaValueReading
{
    // By built-in type: bytes of a value of fixed size; 0 for the others.
    private static ReadOnlySpan<byte> FixedBytes => [0, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0, 8, 16, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0];

    /// <summary>A DataValue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UaDataValue DataValue(scoped ref this UaReader reader)
    {
        byte mask = reader.Byte();
        UaVariant value = (mask & UaWire.DataValueHasValue) != 0 ? reader.Variant() : default;
        uint status = (mask & UaWire.DataValueHasStatus) != 0 ? reader.UInt32() : 0;
        long source = (mask & UaWire.DataValueHasSourceTime) != 0 ? reader.Int64() : 0;
        ushort sourcePicoseconds = (mask & UaWire.DataValueHasSourcePicoseconds) != 0 ? reader.UInt16() : (ushort)0;
        long server = (mask & UaWire.DataValueHasServerTime) != 0 ? reader.Int64() : 0;
        ushort serverPicoseconds = (mask & UaWire.DataValueHasServerPicoseconds) != 0 ? reader.UInt16() : (ushort)0;
        return new UaDataValue { Value = value, Status = status, SourceTicks = UaTime.ToTicks(source, sourcePicoseconds), ServerTicks = UaTime.ToTicks(server, serverPicoseconds) };
    }

    /// <summary>A Variant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UaVariant Variant(scoped ref this UaReader reader)
    {
        byte head = reader.Byte();
        switch (head)
        {
            case (byte)UaBuiltInType.Double or (byte)UaBuiltInType.Int64 or (byte)UaBuiltInType.UInt64 or (byte)UaBuiltInType.DateTime:
                return new UaVariant { Type = (UaBuiltInType)head, Bits = reader.UInt64() };
            case (byte)UaBuiltInType.Float or (byte)UaBuiltInType.Int32 or (byte)UaBuiltInType.UInt32 or (byte)UaBuiltInType.StatusCode:
                return new UaVariant { Type = (UaBuiltInType)head, Bits = reader.UInt32() };
            default:
                return Other(ref reader, head);
        }
    }

    /// <summary>Bytes of a value of a type that always has as many; 0 for the others.</summary>
    internal static int FixedSizeOf(UaBuiltInType type) => FixedBytes[(int)type];

    /// <summary>A scalar value of a built-in type, without a Variant's head: an array's element.</summary>
    internal static UaVariant Value(scoped ref this UaReader reader, UaBuiltInType type)
    {
        switch (type)
        {
            case UaBuiltInType.Null:
                return default;
            case UaBuiltInType.Boolean or UaBuiltInType.SByte or UaBuiltInType.Byte:
                return new UaVariant { Type = type, Bits = reader.Byte() };
            case UaBuiltInType.Int16 or UaBuiltInType.UInt16:
                return new UaVariant { Type = type, Bits = reader.UInt16() };
            case UaBuiltInType.Float or UaBuiltInType.Int32 or UaBuiltInType.UInt32 or UaBuiltInType.StatusCode:
                return new UaVariant { Type = type, Bits = reader.UInt32() };
            case UaBuiltInType.Double or UaBuiltInType.Int64 or UaBuiltInType.UInt64 or UaBuiltInType.DateTime:
                return new UaVariant { Type = type, Bits = reader.UInt64() };
            case UaBuiltInType.String or UaBuiltInType.ByteString or UaBuiltInType.XmlElement:
                ReadOnlySpan<byte> bytes = reader.Bytes(out bool isNull);
                return new UaVariant { Type = type, Bytes = bytes, IsNull = isNull };
            default:
                return new UaVariant { Type = type, Bytes = Encoded(ref reader, type, 1) };
        }
    }

    /// <summary>Passes a value of a built-in type over, and gives its bytes as encoded.</summary>
    public static void Skip(scoped ref this UaReader reader, UaBuiltInType type)
    {
        switch (type)
        {
            case UaBuiltInType.String or UaBuiltInType.ByteString or UaBuiltInType.XmlElement:
                reader.Bytes();
                break;
            case UaBuiltInType.NodeId or UaBuiltInType.ExpandedNodeId:
                SkipNodeId(ref reader, type == UaBuiltInType.ExpandedNodeId);
                break;
            case UaBuiltInType.QualifiedName:
                reader.UInt16();
                reader.Bytes();
                break;
            case UaBuiltInType.LocalizedText:
                byte mask = reader.Byte();
                if ((mask & UaWire.TextHasLocale) != 0) reader.Bytes();
                if ((mask & UaWire.TextHasText) != 0) reader.Bytes();
                break;
            case UaBuiltInType.ExtensionObject:
                SkipNodeId(ref reader, expanded: false);
                byte form = reader.Byte();
                if (form is UaWire.ExtensionWithBytes or UaWire.ExtensionWithXml) reader.Bytes();
                else if (form != UaWire.ExtensionWithoutBody) reader.Fail(UaFault.BadEncoding);
                break;
            case UaBuiltInType.DataValue or UaBuiltInType.Variant:
                if (!reader.Enter()) return;
                if (type == UaBuiltInType.Variant) reader.Variant();
                else reader.DataValue();
                reader.Leave();
                break;
            case UaBuiltInType.DiagnosticInfo:
                reader.SkipDiagnosticInfo();
                break;
            default:
                if (type is UaBuiltInType.Null or > UaBuiltInType.DiagnosticInfo) reader.Fail(UaFault.BadEncoding);
                else reader.Skip(FixedBytes[(int)type]);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UaVariant Other(scoped ref UaReader reader, byte head)
    {
        UaBuiltInType type = (UaBuiltInType)(head & UaWire.VariantTypeMask);
        if (type > UaBuiltInType.DiagnosticInfo)
        {
            reader.Fail(UaFault.BadEncoding);
            return default;
        }
        if ((head & UaWire.VariantIsArray) != 0) return Array(ref reader, head, type);
        // A Variant directly in a Variant is not allowed (5.1.7, table 25).
        if (type == UaBuiltInType.Variant) reader.Fail(UaFault.BadEncoding);
        return reader.Value(type);
    }

    private static UaVariant Array(scoped ref UaReader reader, byte head, UaBuiltInType type)
    {
        if (type == UaBuiltInType.Null)
        {
            reader.Fail(UaFault.BadEncoding);
            return default;
        }
        int length = reader.ArrayLength(Math.Max((byte)1, FixedBytes[(int)type]));
        ReadOnlySpan<byte> elements = Encoded(ref reader, type, length);
        if ((head & UaWire.VariantHasDimensions) != 0)
        {
            int dimensions = reader.ArrayLength(sizeof(int));
            reader.Skip(dimensions * sizeof(int));
        }
        return new UaVariant { Type = type, IsArray = true, Length = length, Bytes = elements };
    }

    private static ReadOnlySpan<byte> Encoded(scoped ref UaReader reader, UaBuiltInType type, int count)
    {
        int size = FixedBytes[(int)type];
        if (size > 0) return reader.Take(size * count);
        UaReader from = reader;
        for (int i = 0; i < count && reader.Fault == UaFault.None; i++) reader.Skip(type);
        return reader.Fault == UaFault.None ? from.Take(reader.Position - from.Position) : default;
    }

    private static void SkipNodeId(scoped ref UaReader reader, bool expanded)
    {
        byte form = reader.Byte();
        switch (expanded ? form & UaWire.NodeIdFormMask : form)
        {
            case UaWire.NodeIdTwoByte:
                reader.Skip(1);
                break;
            case UaWire.NodeIdFourByte:
                reader.Skip(3);
                break;
            case UaWire.NodeIdNumeric:
                reader.Skip(6);
                break;
            case UaWire.NodeIdString or UaWire.NodeIdOpaque:
                reader.Skip(2);
                reader.Bytes();
                break;
            case UaWire.NodeIdGuid:
                reader.Skip(18);
                break;
            default:
                reader.Fail(UaFault.BadEncoding);
                return;
        }
        if (!expanded) return;
        if ((form & UaWire.NodeIdHasUri) != 0) reader.Bytes();
        if ((form & UaWire.NodeIdHasServer) != 0) reader.UInt32();
    }
}
