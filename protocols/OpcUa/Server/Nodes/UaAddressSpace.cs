using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>
/// A server's nodes: the standard ones, a folder under Objects, and in it the variables, each with its EURange where it has one. Nothing is kept for a variable: what it is is asked of
/// <see cref="IUaVariables"/> each time. In the server's own namespace, index 1, number n + 1 is the range of variable n, and <see cref="FirstAlias"/> + n is a short name of it.
/// </summary>
internal sealed class UaAddressSpace
{
    /// <summary>The namespace of the server's own nodes.</summary>
    public const ushort OwnNamespace = 1;

    // RegisterNodes gives these: shorter on the wire than most names, and found without a text.
    private const uint FirstAlias = 0x4000_0000;

    private readonly UaServerCore _core;
    private readonly IUaVariables _variables;
    private readonly UaNodeId _folder;

    public UaAddressSpace(UaServerCore core)
    {
        _core = core;
        _variables = core.Variables;
        _folder = new UaNodeId(core.Options.Folder, OwnNamespace);
    }

    /// <summary>The node with an id; None when there is none, or it is a variable that is unknown for now.</summary>
    public UaNodeRef Find(in UaNodeId id)
    {
        if (id.NamespaceIndex == 0)
        {
            return id.Type == UaIdentifierType.Numeric && UaStandardNodes.Find(id.Numeric) is { } node ? UaNodeRef.Standard(node.Id) : UaNodeRef.None;
        }
        if (id.NamespaceIndex == OwnNamespace)
        {
            if (id == _folder) return UaNodeRef.Folder;
            if (id.Type == UaIdentifierType.Numeric)
            {
                if (id.Numeric >= FirstAlias && _core.IsKnown((int)(id.Numeric - FirstAlias))) return UaNodeRef.Variable((int)(id.Numeric - FirstAlias));
                if (id.Numeric is > 0 and < FirstAlias && _core.IsKnown((int)id.Numeric - 1) && HasRange(_variables.Describe((int)id.Numeric - 1))) return UaNodeRef.Range((int)id.Numeric - 1);
            }
        }
        return _variables.TryFind(id, out int variable) && _core.IsKnown(variable) ? UaNodeRef.Variable(variable) : UaNodeRef.None;
    }

    /// <summary>A node's id.</summary>
    public UaNodeId IdOf(UaNodeRef node) => node.Kind switch
    {
        UaNodeKind.Standard => new UaNodeId((uint)node.Number),
        UaNodeKind.Folder => _folder,
        UaNodeKind.Variable => _variables.Describe(node.Number).Node,
        UaNodeKind.Range => new UaNodeId((uint)node.Number + 1, OwnNamespace),
        _ => UaNodeId.Null,
    };

    /// <summary>A variable's short id.</summary>
    public static UaNodeId AliasOf(int variable) => new(FirstAlias + (uint)variable, OwnNamespace);

    public static UaNodeClass ClassOf(UaNodeRef node) => node.Kind switch
    {
        UaNodeKind.Standard => UaStandardNodes.Get(node.Number).Class,
        UaNodeKind.Folder => UaNodeClass.Object,
        _ => UaNodeClass.Variable,
    };

    public UaQualifiedName BrowseNameOf(UaNodeRef node)
    {
        switch (node.Kind)
        {
            case UaNodeKind.Standard:
                return new UaQualifiedName(0, UaStandardNodes.Get(node.Number).Name);
            case UaNodeKind.Folder:
                return new UaQualifiedName(OwnNamespace, _core.Options.Folder);
            case UaNodeKind.Variable:
                UaVariableInfo info = _variables.Describe(node.Number);
                return new UaQualifiedName(info.Node.NamespaceIndex, info.BrowseName);
            default:
                return new UaQualifiedName(0, "EURange");
        }
    }

    /// <summary>The type of an object or a variable, a number in namespace 0; 0 for others.</summary>
    public uint TypeDefinitionOf(UaNodeRef node) => node.Kind switch
    {
        UaNodeKind.Standard => UaStandardNodes.Get(node.Number).TypeDefinition,
        UaNodeKind.Folder => UaNodeIds.FolderType,
        UaNodeKind.Variable => HasRange(_variables.Describe(node.Number)) ? UaNodeIds.AnalogItemType : UaNodeIds.BaseDataVariableType,
        UaNodeKind.Range => UaNodeIds.PropertyType,
        _ => 0,
    };

    /// <summary>How many references a node has, both ways; <see cref="ReferenceAt"/> gives each. Some are to nothing: a variable that is unknown for now.</summary>
    public int ReferencesOf(UaNodeRef node) => node.Kind switch
    {
        UaNodeKind.Standard => UaStandardNodes.Get(node.Number).References.Count + (node.Number == UaNodeIds.ObjectsFolder ? 1 : 0),
        UaNodeKind.Folder => 2 + _variables.Count,
        UaNodeKind.Variable => HasRange(_variables.Describe(node.Number)) ? 3 : 2,
        UaNodeKind.Range => 2,
        _ => 0,
    };

    public UaReference ReferenceAt(UaNodeRef node, int index)
    {
        switch (node.Kind)
        {
            case UaNodeKind.Standard:
                List<UaReference> references = UaStandardNodes.Get(node.Number).References;
                return index < references.Count ? references[index] : new UaReference(UaNodeIds.Organizes, true, UaNodeRef.Folder);
            case UaNodeKind.Folder when index > 1:
                return new UaReference(UaNodeIds.HasComponent, true, _core.IsKnown(index - 2) ? UaNodeRef.Variable(index - 2) : UaNodeRef.None);
            case UaNodeKind.Variable when index == 2:
                return new UaReference(UaNodeIds.HasProperty, true, UaNodeRef.Range(node.Number));
            default:
                return index == 0
                    ? new UaReference(UaNodeIds.HasTypeDefinition, true, UaNodeRef.Standard(TypeDefinitionOf(node)))
                    : ParentOf(node);
        }
    }

    public static bool HasRange(UaVariableInfo info) => !double.IsNaN(info.Low) && !double.IsNaN(info.High);

    private static UaReference ParentOf(UaNodeRef node) => node.Kind switch
    {
        UaNodeKind.Folder => new UaReference(UaNodeIds.Organizes, false, UaNodeRef.Standard(UaNodeIds.ObjectsFolder)),
        UaNodeKind.Variable => new UaReference(UaNodeIds.HasComponent, false, UaNodeRef.Folder),
        _ => new UaReference(UaNodeIds.HasProperty, false, UaNodeRef.Variable(node.Number)),
    };
}
