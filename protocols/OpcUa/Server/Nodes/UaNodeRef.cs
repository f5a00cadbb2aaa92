namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>What kind of node it is, to a server.</summary>
internal enum UaNodeKind : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A node of namespace 0, which all servers of the process share.</summary>
    Standard,

    /// <summary>The folder of the variables.</summary>
    Folder,

    /// <summary>A variable.</summary>
    Variable,

    /// <summary>The EURange of a variable.</summary>
    Range,
}

/// <summary>A node of a server: a standard one by its number in namespace 0, a variable and its range by the variable's.</summary>
internal readonly record struct UaNodeRef(UaNodeKind Kind, int Number)
{
    public static UaNodeRef None => default;

    public static UaNodeRef Folder => new(UaNodeKind.Folder, 0);

    public static UaNodeRef Standard(uint number) => new(UaNodeKind.Standard, (int)number);

    public static UaNodeRef Variable(int number) => new(UaNodeKind.Variable, number);

    public static UaNodeRef Range(int number) => new(UaNodeKind.Range, number);
}

/// <summary>A reference as it is seen from one of its ends.</summary>
/// <param name="Type">Its type, a number in namespace 0.</param>
/// <param name="IsForward">Its direction.</param>
/// <param name="Target">The other end.</param>
internal readonly record struct UaReference(uint Type, bool IsForward, UaNodeRef Target);
