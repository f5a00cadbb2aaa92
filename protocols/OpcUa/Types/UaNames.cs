namespace HyperIngest.Protocols.OpcUa.Types;

/// <summary>A name in a namespace (OPC 10000-3, 8.3).</summary>
/// <param name="NamespaceIndex">Index into the server's namespace table.</param>
/// <param name="Name">The name; null for none.</param>
public readonly record struct UaQualifiedName(ushort NamespaceIndex, string? Name)
{
    /// <summary>As <c>2:Press</c>; the index is left out when it is 0.</summary>
    public override string ToString() => NamespaceIndex == 0 ? Name ?? "" : $"{NamespaceIndex}:{Name}";
}

/// <summary>A text in a language (OPC 10000-3, 8.5).</summary>
/// <param name="Locale">The language, such as <c>en-US</c>; null for none.</param>
/// <param name="Text">The text; null for none.</param>
public readonly record struct UaLocalizedText(string? Locale, string? Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text ?? "";
}

/// <summary>A node id that may name its namespace by URI, or belong to another server (OPC 10000-6, 5.2.2.10).</summary>
/// <param name="NodeId">The id; its namespace index is 0 when <paramref name="NamespaceUri"/> is there.</param>
/// <param name="NamespaceUri">The namespace's URI; null when the index says it.</param>
/// <param name="ServerIndex">Index into the server table; 0 for the server itself.</param>
public readonly record struct UaExpandedNodeId(UaNodeId NodeId, string? NamespaceUri = null, uint ServerIndex = 0);
