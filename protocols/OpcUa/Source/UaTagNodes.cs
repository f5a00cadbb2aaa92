using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The nodes of a list of tags as they are written, read once for all devices that share the list: 100 servers of 6,000 nodes each would otherwise have 600,000 texts. Does not change.</summary>
internal sealed class UaTagNodes
{
    private readonly UaExpandedNodeId[] _nodes;
    private readonly Lazy<string> _layout;

    /// <summary>Reads the nodes; tags with a path have none here.</summary>
    /// <exception cref="ArgumentException">A text is no node id; <see cref="UaSourceValidation"/> says so before.</exception>
    public UaTagNodes(IReadOnlyList<UaTag> tags)
    {
        _nodes = new UaExpandedNodeId[tags.Count];
        for (int i = 0; i < _nodes.Length; i++)
        {
            if (tags[i].Node is { } text && !UaNodeText.TryParse(text, out _nodes[i], out string? fault)) throw new ArgumentException($"tag '{tags[i].Name}': {fault}", nameof(tags));
        }
        _layout = new Lazy<string>(() => LayoutOf(tags));
    }

    /// <summary>A hash of what the tags are and how each is monitored, in hexadecimal: another for another list, in any run of the program.</summary>
    public string Layout => _layout.Value;

    /// <summary>A tag's node in a server's address space.</summary>
    /// <param name="tag">The tag's number; it has no path.</param>
    /// <param name="namespaces">The server's namespace table.</param>
    /// <param name="node">The node.</param>
    /// <param name="fault">Which namespace the server does not have.</param>
    public bool TryResolve(int tag, IReadOnlyList<string> namespaces, out UaNodeId node, [NotNullWhen(false)] out string? fault) => UaNodeText.TryResolve(_nodes[tag], namespaces, out node, out fault);

    // As text of lines, piece by piece: a list may have 50,000 tags.
    private static string LayoutOf(IReadOnlyList<UaTag> tags)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (UaTag tag in tags)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
                $"{tag.Name}\t{tag.Node}\t{tag.Path}\t{tag.Kind}\t{tag.Elements}\t{tag.Sampling?.Ticks}\t{tag.Queue}\t{tag.Deadband?.Kind}\t{tag.Deadband?.Value}\n")));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
