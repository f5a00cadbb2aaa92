using System.Diagnostics.CodeAnalysis;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>
/// Node ids as people write them (OPC 10000-6, 5.3.1.10): <c>ns=2;s=Press.Speed</c> has the index of the server's namespace table, <c>nsu=urn:press;s=Press.Speed</c> the namespace's URI, which holds when
/// the table changes. In a URI <c>;</c> is written <c>%3B</c> and <c>%</c> is written <c>%25</c>.
/// </summary>
public static class UaNodeText
{
    /// <summary>The URI of namespace 0, of every server.</summary>
    public const string BaseNamespace = "http://opcfoundation.org/UA/";

    private const string UriPrefix = "nsu=";

    /// <summary>Reads a node id.</summary>
    /// <param name="text">The text.</param>
    /// <param name="node">The id, with the namespace's URI where the text has one.</param>
    /// <param name="fault">What was expected and found, when it is no node id.</param>
    public static bool TryParse(string text, out UaExpandedNodeId node, [NotNullWhen(false)] out string? fault)
    {
        node = default;
        fault = null;
        ReadOnlySpan<char> identifier = text;
        string? uri = null;
        if (text.StartsWith(UriPrefix, StringComparison.Ordinal))
        {
            int end = text.IndexOf(';', StringComparison.Ordinal);
            if (end <= UriPrefix.Length)
            {
                fault = $"expected a namespace's URI and ';' behind nsu=, such as nsu=urn:press;s=Press.Speed, found '{text}'";
                return false;
            }
            uri = Unescaped(text[UriPrefix.Length..end]);
            identifier = identifier[(end + 1)..];
        }
        bool twice = uri is not null && identifier.StartsWith("ns=", StringComparison.Ordinal);
        if (twice || !UaNodeId.TryParse(identifier, out UaNodeId id))
        {
            fault = $"expected a node id such as ns=2;s=Press.Speed, nsu=urn:press;s=Press.Speed, ns=2;i=1001, ns=2;g=GUID or ns=2;b=BASE64, found '{text}'";
            return false;
        }
        node = new UaExpandedNodeId(id, uri);
        return true;
    }

    /// <summary>The id in a server's address space.</summary>
    /// <param name="node">The id as written, or as another server gave it.</param>
    /// <param name="namespaces">The server's namespace table.</param>
    /// <param name="resolved">The id.</param>
    /// <param name="fault">Which namespace the server does not have, and which it has.</param>
    public static bool TryResolve(in UaExpandedNodeId node, IReadOnlyList<string> namespaces, out UaNodeId resolved, [NotNullWhen(false)] out string? fault)
    {
        resolved = node.NodeId;
        fault = null;
        if (node.ServerIndex != 0)
        {
            fault = $"the node {node.NodeId} belongs to another server (index {node.ServerIndex})";
            return false;
        }
        if (node.NamespaceUri is null) return true;
        if (!TryIndexOf(node.NamespaceUri, namespaces, out ushort index, out fault)) return false;
        resolved = node.NodeId.In(index);
        return true;
    }

    /// <summary>Both: from a text to the id in a server's address space.</summary>
    public static bool TryResolve(string text, IReadOnlyList<string> namespaces, out UaNodeId resolved, [NotNullWhen(false)] out string? fault)
    {
        resolved = default;
        return TryParse(text, out UaExpandedNodeId node, out fault) && TryResolve(node, namespaces, out resolved, out fault);
    }

    /// <summary>The text that holds when the server's table changes: with the namespace's URI, but for namespace 0 and for an index the table does not have.</summary>
    public static string Format(in UaNodeId node, IReadOnlyList<string> namespaces)
    {
        if (node.NamespaceIndex == 0 || node.NamespaceIndex >= namespaces.Count) return node.ToString();
        return $"{UriPrefix}{Escaped(namespaces[node.NamespaceIndex])};{node.In(0)}";
    }

    /// <summary>The index of a namespace in a server's table.</summary>
    internal static bool TryIndexOf(string uri, IReadOnlyList<string> namespaces, out ushort index, [NotNullWhen(false)] out string? fault)
    {
        for (int i = 0; i < namespaces.Count && i <= ushort.MaxValue; i++)
        {
            if (namespaces[i] != uri) continue;
            index = (ushort)i;
            fault = null;
            return true;
        }
        index = 0;
        fault = $"the server has no namespace '{uri}'; it has {string.Join(", ", namespaces.Select(n => $"'{n}'"))}";
        return false;
    }

    private static string Escaped(string uri) => uri.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal);

    private static string Unescaped(string uri) => uri.Replace("%3B", ";", StringComparison.OrdinalIgnoreCase).Replace("%25", "%", StringComparison.Ordinal);
}
