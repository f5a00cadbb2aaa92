using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>How far an address space is looked at.</summary>
/// <param name="Depth">Levels below the start.</param>
/// <param name="MostNodes">Most nodes.</param>
/// <param name="Properties">Whether properties are nodes of the tree too.</param>
internal sealed record NodeTreeOptions(int Depth, int MostNodes, bool Properties);

/// <summary>A node as it was found.</summary>
/// <param name="id">Its id.</param>
/// <param name="name">Its browse name.</param>
/// <param name="nodeClass">What it is.</param>
/// <param name="parent">The node it was found below; null for the start.</param>
internal sealed class TreeNode(UaNodeId id, UaQualifiedName name, UaNodeClass nodeClass, TreeNode? parent)
{
    /// <summary>Its id.</summary>
    public UaNodeId Id { get; } = id;

    /// <summary>Its browse name.</summary>
    public UaQualifiedName Name { get; } = name;

    /// <summary>What it is.</summary>
    public UaNodeClass Class { get; } = nodeClass;

    /// <summary>The node it was found below; null for the start.</summary>
    public TreeNode? Parent { get; } = parent;

    /// <summary>The nodes below it.</summary>
    public List<TreeNode> Children { get; } = [];

    /// <summary>Whether it is in the tree at another place, with what is below it.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Why what is below it is not known; null when it is.</summary>
    public string? Fault { get; set; }

    /// <summary>A variable's data type.</summary>
    public string? DataType { get; set; }

    /// <summary>A variable's value.</summary>
    public OpcUaValue? Value { get; set; }

    /// <summary>The names from below the start to here, with dots between.</summary>
    public string Path => Parent?.Parent is null ? Name.Name ?? "" : $"{Parent.Path}.{Name.Name}";

    /// <summary>It and all below it, in the order of the tree.</summary>
    public IEnumerable<TreeNode> All()
    {
        // Not by recursion: a chain of nodes is as long as its server likes.
        Stack<TreeNode> open = new([this]);
        while (open.TryPop(out TreeNode? node))
        {
            yield return node;
            for (int i = node.Children.Count - 1; i >= 0; i--) open.Push(node.Children[i]);
        }
    }

    /// <summary>Levels above it.</summary>
    public int Level
    {
        get
        {
            int level = 0;
            for (TreeNode? above = Parent; above is not null; above = above.Parent) level++;
            return level;
        }
    }
}

/// <summary>A part of a server's address space: objects, variables with type and value, methods. Level by level, as many nodes a request as the server takes.</summary>
internal sealed class NodeTree
{
    // Some hundred nodes of diagnostics that every server has, and nobody looks for.
    private static readonly UaNodeId ServerObject = new(UaNodeIds.Server);

    private NodeTree(TreeNode root) => Root = root;

    /// <summary>Where it starts.</summary>
    public TreeNode Root { get; }

    /// <summary>Nodes in it, the start and repeated ones among them.</summary>
    public int Nodes { get; private set; } = 1;

    /// <summary>Whether there are more nodes than were wanted, in depth or in number.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads the tree below a node.</summary>
    /// <exception cref="UaException">There is no such node, or a service failed.</exception>
    public static async Task<NodeTree> ReadAsync(IUaServices services, UaNodeId start, NodeTreeOptions options, CancellationToken cancelled)
    {
        IReadOnlyList<UaDataValueCopy> itself = await NodeReading.ReadAsync(services, [new(start, UaAttribute.NodeClass), new(start, UaAttribute.BrowseName)], cancelled);
        OpcUaValue startClass = OpcUaValue.Of(itself[0].Value);
        if (startClass.IsBad) throw new UaException(startClass.StatusCode, $"{services.EndpointUrl}: the node {UaNodeText.Format(start, services.Namespaces)}");
        NodeTree tree = new(new TreeNode(start, NameOf(itself[1]), startClass.Value is long number ? (UaNodeClass)number : UaNodeClass.Unspecified, null));
        await tree.GrowAsync(services, options, cancelled);
        await tree.ReadVariablesAsync(services, cancelled);
        return tree;
    }

    private async Task GrowAsync(IUaServices services, NodeTreeOptions options, CancellationToken cancelled)
    {
        HashSet<UaNodeId> known = [Root.Id];
        List<TreeNode> level = [Root];
        for (int depth = 0; level.Count > 0; depth++)
        {
            if (depth == options.Depth || Nodes >= options.MostNodes)
            {
                // Whether there is anything below is not worth asking: what was wanted is shown, and may not be all.
                IsCut = true;
                return;
            }
            UaBrowseOptions wanted = new() { Classes = UaNodeClass.Object | UaNodeClass.Variable | UaNodeClass.Method, MaxReferences = options.MostNodes };
            IReadOnlyList<UaReferences> found = await UaBrowser.BrowseAsync(services, [.. level.Select(n => n.Id)], wanted, cancelled);
            List<TreeNode> next = [];
            for (int i = 0; i < level.Count; i++)
            {
                if (StatusCodes.IsBad(found[i].Status)) level[i].Fault = UaStatusCodes.NameOf(found[i].Status);
                IsCut |= found[i].IsCut;
                foreach (ReferenceDescription reference in found[i].References) Add(level[i], reference, services, options, known, next);
            }
            level = next;
        }
    }

    private void Add(TreeNode parent, ReferenceDescription reference, IUaServices services, NodeTreeOptions options, HashSet<UaNodeId> known, List<TreeNode> next)
    {
        if (!options.Properties && reference.ReferenceTypeId == new UaNodeId(UaNodeIds.HasProperty)) return;
        // A node of another server is not this one's to read.
        if (!UaNodeText.TryResolve(reference.NodeId, services.Namespaces, out UaNodeId id, out _) || (id == ServerObject && parent == Root)) return;
        if (Nodes >= options.MostNodes)
        {
            IsCut = true;
            return;
        }
        bool isNew = known.Add(id);
        TreeNode child = new(id, reference.BrowseName, reference.NodeClass, parent) { IsRepeated = !isNew };
        parent.Children.Add(child);
        Nodes++;
        if (isNew && reference.NodeClass != UaNodeClass.Method) next.Add(child);
    }

    private async Task ReadVariablesAsync(IUaServices services, CancellationToken cancelled)
    {
        TreeNode[] variables = [.. Root.All().Where(n => n is { Class: UaNodeClass.Variable, IsRepeated: false })];
        IReadOnlyList<OpcUaValue> values = await NodeReading.ValuesAsync(services, [.. variables.Select(v => v.Id)], cancelled);
        IReadOnlyList<UaDataValueCopy> types = await NodeReading.ReadAsync(services, [.. variables.Select(v => new ReadValueId(v.Id, UaAttribute.DataType))], cancelled);
        UaNodeId[] typeIds = [.. types.Select(TypeOf)];
        UaNodeId[] unnamed = [.. typeIds.Distinct().Where(t => BuiltIn(t) is null)];
        IReadOnlyList<UaDataValueCopy> read = await NodeReading.ReadAsync(services, [.. unnamed.Select(t => new ReadValueId(t, UaAttribute.BrowseName))], cancelled);
        Dictionary<UaNodeId, string> names = [];
        for (int i = 0; i < unnamed.Length; i++) names.Add(unnamed[i], NameOf(read[i]).Name ?? UaNodeText.Format(unnamed[i], services.Namespaces));
        for (int i = 0; i < variables.Length; i++)
        {
            variables[i].Value = values[i];
            variables[i].DataType = BuiltIn(typeIds[i]) ?? names[typeIds[i]];
        }
    }

    private static UaNodeId TypeOf(UaDataValueCopy copy)
    {
        UaDataValue data = copy.Value;
        return data.Value is { Type: UaBuiltInType.NodeId, IsArray: false } ? new UaReader(data.Value.Bytes).NodeId() : UaNodeId.Null;
    }

    private static UaQualifiedName NameOf(UaDataValueCopy copy)
    {
        UaDataValue data = copy.Value;
        return data.Value is { Type: UaBuiltInType.QualifiedName, IsArray: false } ? new UaReader(data.Value.Bytes).QualifiedName() : default;
    }

    // As data types three of them are called otherwise than as types of a Variant.
    private static string? BuiltIn(UaNodeId type)
    {
        if (type.IsNull) return "(no type)";
        if (type.NamespaceIndex != 0 || type.Type != UaIdentifierType.Numeric || type.Numeric > (uint)UaBuiltInType.DiagnosticInfo) return null;
        return type.Numeric switch
        {
            UaNodeIds.Structure => "Structure",
            UaNodeIds.BaseDataType => "BaseDataType",
            _ => ((UaBuiltInType)type.Numeric).ToString(),
        };
    }
}
