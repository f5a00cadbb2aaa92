namespace HyperIngest.Protocols.OpcUa.Types;

/// <summary>The attributes of nodes, by their number on the wire (OPC 10000-6, Annex A.1). Which classes of nodes have which is in OPC 10000-3, clause 5.</summary>
public enum UaAttribute : uint
{
    /// <summary>The node's id.</summary>
    NodeId = 1,

    /// <summary>What the node is, a <see cref="UaNodeClass"/>.</summary>
    NodeClass = 2,

    /// <summary>Its name in its namespace, a QualifiedName.</summary>
    BrowseName = 3,

    /// <summary>Its name for people, a LocalizedText.</summary>
    DisplayName = 4,

    /// <summary>What it is, a LocalizedText.</summary>
    Description = 5,

    /// <summary>Which attributes can be written.</summary>
    WriteMask = 6,

    /// <summary>Which attributes this user can write.</summary>
    UserWriteMask = 7,

    /// <summary>Of a type: that it has no instances.</summary>
    IsAbstract = 8,

    /// <summary>Of a reference type: that it means the same both ways.</summary>
    Symmetric = 9,

    /// <summary>Of a reference type: its name the other way.</summary>
    InverseName = 10,

    /// <summary>Of a view: that following its references forward leads back nowhere.</summary>
    ContainsNoLoops = 11,

    /// <summary>Whether it can be subscribed to for events.</summary>
    EventNotifier = 12,

    /// <summary>A variable's value.</summary>
    Value = 13,

    /// <summary>The value's data type, a NodeId.</summary>
    DataType = 14,

    /// <summary>The value's dimensions: -1 scalar, 1 an array, 2 a matrix; -2 any, -3 scalar or one dimension, 0 one or more.</summary>
    ValueRank = 15,

    /// <summary>The length of each dimension; 0 where it varies.</summary>
    ArrayDimensions = 16,

    /// <summary>Bit 0 readable, bit 1 writable.</summary>
    AccessLevel = 17,

    /// <summary>The same for this user.</summary>
    UserAccessLevel = 18,

    /// <summary>How fast the server can sample it, in ms; 0 for reports by exception, -1 for not known.</summary>
    MinimumSamplingInterval = 19,

    /// <summary>Whether the server keeps its history.</summary>
    Historizing = 20,

    /// <summary>Whether a method can be called.</summary>
    Executable = 21,

    /// <summary>Whether this user can call it.</summary>
    UserExecutable = 22,

    /// <summary>A data type's fields or names.</summary>
    DataTypeDefinition = 23,

    /// <summary>Permissions by role.</summary>
    RolePermissions = 24,

    /// <summary>Permissions of this user's roles.</summary>
    UserRolePermissions = 25,

    /// <summary>What a channel must have to reach it.</summary>
    AccessRestrictions = 26,

    /// <summary>The access level with more bits.</summary>
    AccessLevelEx = 27,
}

/// <summary>What a node is (OPC 10000-3, 8.29); each a bit, so that a mask can name several.</summary>
[Flags]
public enum UaNodeClass
{
    /// <summary>Not said; as a mask, all of them.</summary>
    Unspecified = 0,

    /// <summary>An object.</summary>
    Object = 1,

    /// <summary>A variable: it has a value.</summary>
    Variable = 2,

    /// <summary>A method.</summary>
    Method = 4,

    /// <summary>A type of objects.</summary>
    ObjectType = 8,

    /// <summary>A type of variables.</summary>
    VariableType = 16,

    /// <summary>A type of references.</summary>
    ReferenceType = 32,

    /// <summary>A type of data.</summary>
    DataType = 64,

    /// <summary>A view.</summary>
    View = 128,
}
