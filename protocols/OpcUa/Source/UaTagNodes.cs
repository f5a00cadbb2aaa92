using System.Diagnostics.CodeAnalysis;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The nodes of a list of tags as they are written, read once for all devices that share the list: 100 servers of 6,000 nodes each would otherwise have 600,000 texts. Does not change.</summary>
internal sealed class UaTagNodes
{
    private readonly UaExpandedNodeId[] _nodes;

    /// <summary>Reads the nodes; tags with a path have none here.</summary>
    /// <exception cref="ArgumentException">A text is no node id; <see cref="UaSourceValidation"/> says so before.</exception>
    public UaTagNodes(IReadOnlyList<UaTag> tags)
    {
        _nodes = new UaExpandedNodeId[tags.Count];
        for (int i = 0; i < _nodes.Length; i++)
        {
            if (tags[i].Node is { } text && !UaNodeText.TryParse(text, out _nodes[i], out string? fault)) throw new ArgumentException($"tag '{tags[i].Name}': {fault}", nameof(tags));
        }
    }

    /// <summary>A tag's node in a server's address space.</summary>
    /// <param name="tag">The tag's number; it has no path.</param>
    /// <param name="namespaces">The server's namespace table.</param>
    /// <param name="node">The node.</param>
    /// <param name="fault">Which namespace the server does not have.</param>
    public bool TryResolve(int tag, IReadOnlyList<string> namespaces, out UaNodeId node, [NotNullWhen(false)] out string? fault) => UaNodeText.TryResolve(_nodes[tag], namespaces, out node, out fault);
}
