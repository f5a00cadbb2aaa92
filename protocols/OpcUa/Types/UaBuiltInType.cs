namespace HyperIngest.Protocols.OpcUa.Types;

/// <summary>The built-in types, by the number a Variant has for them (OPC 10000-6, 5.1.2).</summary>
public enum UaBuiltInType : byte
{
    /// <summary>No value.</summary>
    Null = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>8 bits, signed.</summary>
    SByte = 2,

    /// <summary>8 bits.</summary>
    Byte = 3,

    /// <summary>16 bits, signed.</summary>
    Int16 = 4,

    /// <summary>16 bits.</summary>
    UInt16 = 5,

    /// <summary>32 bits, signed.</summary>
    Int32 = 6,

    /// <summary>32 bits.</summary>
    UInt32 = 7,

    /// <summary>64 bits, signed.</summary>
    Int64 = 8,

    /// <summary>64 bits.</summary>
    UInt64 = 9,

    /// <summary>IEEE 754 single.</summary>
    Float = 10,

    /// <summary>IEEE 754 double.</summary>
    Double = 11,

    /// <summary>UTF-8 text.</summary>
    String = 12,

    /// <summary>100 ns since 1601-01-01 UTC.</summary>
    DateTime = 13,

    /// <summary>16 bytes.</summary>
    Guid = 14,

    /// <summary>Bytes.</summary>
    ByteString = 15,

    /// <summary>An XML element, as UTF-8.</summary>
    XmlElement = 16,

    /// <summary>A node id.</summary>
    NodeId = 17,

    /// <summary>A node id with its namespace's URI or a server's index.</summary>
    ExpandedNodeId = 18,

    /// <summary>A StatusCode.</summary>
    StatusCode = 19,

    /// <summary>A name in a namespace.</summary>
    QualifiedName = 20,

    /// <summary>A text in a language.</summary>
    LocalizedText = 21,

    /// <summary>A structure, with the id of its encoding.</summary>
    ExtensionObject = 22,

    /// <summary>A value with status and times.</summary>
    DataValue = 23,

    /// <summary>A value of any type.</summary>
    Variant = 24,

    /// <summary>What a server says of an error.</summary>
    DiagnosticInfo = 25,
}
