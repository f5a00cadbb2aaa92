using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A request or response of a service, or a structure inside one: what it is called on the wire, and how it is written and read. Client and server share them.</summary>
/// <typeparam name="TSelf">The message itself.</typeparam>
public interface IUaMessage<TSelf>
    where TSelf : IUaMessage<TSelf>
{
    /// <summary>The id, in namespace 0, of its binary encoding (OPC 10000-6, Annex A; the DefaultBinary node), such as 461 for CreateSessionRequest.</summary>
    static abstract uint EncodingId { get; }

    /// <summary>Writes its fields, in the order of its definition (OPC 10000-4), without the encoding's id.</summary>
    void Encode(UaWriter writer);

    /// <summary>Reads its fields. After a fault of the reader the result is worth nothing.</summary>
    static abstract TSelf Decode(ref UaReader reader);
}
