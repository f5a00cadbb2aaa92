using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>A node of namespace 0: the same in every server, but for the values.</summary>
internal sealed class UaStandardNode
{
    public required uint Id { get; init; }

    public required UaNodeClass Class { get; init; }

    public required string Name { get; init; }

    /// <summary>Of objects and variables; 0 for none.</summary>
    public uint TypeDefinition { get; init; }

    /// <summary>Of variables and variable types.</summary>
    public uint DataType { get; init; }

    /// <summary>Of variables and variable types: -1 scalar, 1 an array, -2 any.</summary>
    public int ValueRank { get; init; } = -1;

    /// <summary>Of types.</summary>
    public bool IsAbstract { get; init; }

    /// <summary>Of reference types; null when it means the same both ways.</summary>
    public string? InverseName { get; init; }

    /// <summary>Both ways, its type definition among them.</summary>
    public List<UaReference> References { get; } = [];
}
