using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>The attributes of a server's nodes (OPC 10000-3, 5), written as Variants.</summary>
internal static class UaNodeAttributes
{
    private const byte Readable = 1;
    private const byte Writable = 2;

    /// <summary>Writes an attribute; the value of a variable is no matter of this class.</summary>
    /// <returns>Good, or why nothing was written.</returns>
    public static uint Write(UaServerCore core, UaNodeRef node, UaAttribute attribute, UaWriter writer)
    {
        UaAddressSpace nodes = core.Nodes;
        switch (attribute)
        {
            case UaAttribute.NodeId:
                writer.Byte((byte)UaBuiltInType.NodeId);
                writer.NodeId(nodes.IdOf(node));
                return UaStatusCodes.Good;
            case UaAttribute.NodeClass:
                return Int32(writer, (int)UaAddressSpace.ClassOf(node));
            case UaAttribute.BrowseName:
                writer.Byte((byte)UaBuiltInType.QualifiedName);
                writer.QualifiedName(nodes.BrowseNameOf(node));
                return UaStatusCodes.Good;
            case UaAttribute.DisplayName:
                return Text(writer, nodes.BrowseNameOf(node).Name);
            case UaAttribute.Description:
                return Text(writer, null);
            case UaAttribute.WriteMask or UaAttribute.UserWriteMask:
                writer.Variant(UaVariant.Number(UaBuiltInType.UInt32, 0));
                return UaStatusCodes.Good;
        }
        return UaAddressSpace.ClassOf(node) switch
        {
            UaNodeClass.Object => attribute == UaAttribute.EventNotifier ? Byte(writer, 0) : UaStatusCodes.BadAttributeIdInvalid,
            UaNodeClass.Variable => OfVariable(core, node, attribute, writer),
            UaNodeClass.Method => attribute is UaAttribute.Executable or UaAttribute.UserExecutable ? Boolean(writer, true) : UaStatusCodes.BadAttributeIdInvalid,
            _ => OfType(UaStandardNodes.Get(node.Number), attribute, writer),
        };
    }

    private static uint OfVariable(UaServerCore core, UaNodeRef node, UaAttribute attribute, UaWriter writer)
    {
        UaVariableInfo? info = node.Kind == UaNodeKind.Variable ? core.Variables.Describe(node.Number) : null;
        switch (attribute)
        {
            case UaAttribute.Value when node.Kind == UaNodeKind.Range:
                UaVariableInfo owner = core.Variables.Describe(node.Number);
                UaNodeValues.Structure(writer, new UaRange(owner.Low, owner.High));
                return UaStatusCodes.Good;
            case UaAttribute.Value when node.Kind == UaNodeKind.Standard:
                return UaNodeValues.Write(core, (uint)node.Number, writer) ? UaStatusCodes.Good : UaStatusCodes.BadNotReadable;
            case UaAttribute.DataType:
                uint type = info is not null ? (uint)info.Type : node.Kind == UaNodeKind.Range ? UaNodeIds.Range : UaStandardNodes.Get(node.Number).DataType;
                return NodeId(writer, type);
            case UaAttribute.ValueRank:
                return Int32(writer, node.Kind == UaNodeKind.Standard ? UaStandardNodes.Get(node.Number).ValueRank : -1);
            case UaAttribute.ArrayDimensions:
                // No scalar has it.
                if (node.Kind != UaNodeKind.Standard || UaStandardNodes.Get(node.Number).ValueRank < 1) return UaStatusCodes.BadAttributeIdInvalid;
                writer.Byte((byte)UaBuiltInType.UInt32 | UaWire.VariantIsArray);
                writer.ArrayLength(1);
                writer.UInt32(0);
                return UaStatusCodes.Good;
            case UaAttribute.AccessLevel or UaAttribute.UserAccessLevel:
                return Byte(writer, info is { IsWritable: true } ? (byte)(Readable | Writable) : Readable);
            case UaAttribute.MinimumSamplingInterval:
                writer.Variant(UaVariant.Of(info?.MinimumSampling.TotalMilliseconds ?? 0));
                return UaStatusCodes.Good;
            case UaAttribute.Historizing:
                return Boolean(writer, false);
            default:
                return UaStatusCodes.BadAttributeIdInvalid;
        }
    }

    private static uint OfType(UaStandardNode type, UaAttribute attribute, UaWriter writer) => (attribute, type.Class) switch
    {
        (UaAttribute.IsAbstract, _) => Boolean(writer, type.IsAbstract),
        (UaAttribute.Symmetric, UaNodeClass.ReferenceType) => Boolean(writer, type.InverseName is null),
        (UaAttribute.InverseName, UaNodeClass.ReferenceType) when type.InverseName is not null => Text(writer, type.InverseName),
        (UaAttribute.DataType, UaNodeClass.VariableType) => NodeId(writer, type.DataType),
        (UaAttribute.ValueRank, UaNodeClass.VariableType) => Int32(writer, type.ValueRank),
        _ => UaStatusCodes.BadAttributeIdInvalid,
    };

    private static uint Text(UaWriter writer, string? text)
    {
        writer.Byte((byte)UaBuiltInType.LocalizedText);
        writer.LocalizedText(new UaLocalizedText(null, text));
        return UaStatusCodes.Good;
    }

    private static uint NodeId(UaWriter writer, uint id)
    {
        writer.Byte((byte)UaBuiltInType.NodeId);
        writer.NodeId(new UaNodeId(id));
        return UaStatusCodes.Good;
    }

    private static uint Int32(UaWriter writer, int value)
    {
        writer.Variant(UaVariant.Number(UaBuiltInType.Int32, (uint)value));
        return UaStatusCodes.Good;
    }

    private static uint Byte(UaWriter writer, byte value)
    {
        writer.Variant(UaVariant.Number(UaBuiltInType.Byte, value));
        return UaStatusCodes.Good;
    }

    private static uint Boolean(UaWriter writer, bool value)
    {
        writer.Variant(UaVariant.Number(UaBuiltInType.Boolean, value ? 1UL : 0));
        return UaStatusCodes.Good;
    }
}
