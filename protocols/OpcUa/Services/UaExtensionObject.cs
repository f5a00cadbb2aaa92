using System.Diagnostics.CodeAnalysis;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A structure of any type inside a message, such as an identity token or a filter (OPC 10000-6, 5.2.2.15), taken out of it.</summary>
/// <param name="Encoding">The id of its binary encoding; null for nothing at all.</param>
/// <param name="Body">The structure as encoded; null for none.</param>
public readonly record struct UaExtensionObject(UaNodeId Encoding, byte[]? Body)
{
    /// <summary>Nothing: no type and no body.</summary>
    public static UaExtensionObject None => default;

    /// <summary>Whether there is nothing.</summary>
    public bool IsNone => Encoding.IsNull && Body is null;

    /// <summary>A structure of this product.</summary>
    public static UaExtensionObject Of<T>(T structure)
        where T : IUaMessage<T>
    {
        using UaBuffer buffer = new();
        structure.Encode(new UaWriter(buffer));
        return new UaExtensionObject(new UaNodeId(T.EncodingId), buffer.Written.ToArray());
    }

    /// <summary>The structure, when it is a <typeparamref name="T"/> and whole.</summary>
    public bool TryDecode<T>([MaybeNullWhen(false)] out T structure)
        where T : IUaMessage<T>
    {
        structure = default;
        if (Encoding != new UaNodeId(T.EncodingId) || Body is null) return false;
        UaReader reader = new(Body);
        structure = T.Decode(ref reader);
        return reader.Fault == UaFault.None;
    }

    /// <summary>Writes it.</summary>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(Encoding);
        writer.Byte(Body is null ? UaWire.ExtensionWithoutBody : UaWire.ExtensionWithBytes);
        if (Body is not null) writer.Bytes(Body);
    }

    /// <summary>Reads it. A body that is XML has an encoding id of its own, which no structure of this product has.</summary>
    public static UaExtensionObject Decode(ref UaReader reader)
    {
        ReadOnlySpan<byte> body = reader.ExtensionObject(out UaNodeId encoding);
        // The head says whether there is a body; a body without bytes is a structure without fields.
        return new UaExtensionObject(encoding, encoding.IsNull && body.IsEmpty ? null : body.ToArray());
    }
}
