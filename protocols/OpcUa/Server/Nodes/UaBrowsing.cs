using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>A Browse of one node, and how far it has come.</summary>
/// <param name="Node">The node.</param>
/// <param name="Direction">Which way.</param>
/// <param name="ReferenceType">References of this type; 0 for all.</param>
/// <param name="Subtypes">And of its subtypes.</param>
/// <param name="Classes">Nodes of these classes; 0 for all.</param>
/// <param name="Wanted">What is wanted of each.</param>
/// <param name="Next">The first reference not looked at.</param>
/// <param name="Most">Most references of an answer.</param>
internal readonly record struct UaBrowsing(UaNodeRef Node, BrowseDirection Direction, uint ReferenceType, bool Subtypes, UaNodeClass Classes, BrowseResultMask Wanted, int Next, int Most)
{
    /// <summary>The next references, at most <see cref="Most"/>.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="rest">What is left, when this is true.</param>
    /// <param name="isMore">Whether something is left.</param>
    public List<ReferenceDescription> Go(UaAddressSpace nodes, out UaBrowsing rest, out bool isMore)
    {
        List<ReferenceDescription> found = [];
        int count = nodes.ReferencesOf(Node), next = Next;
        isMore = false;
        for (; next < count; next++)
        {
            UaReference reference = nodes.ReferenceAt(Node, next);
            if (!Matches(reference)) continue;
            if (found.Count == Most)
            {
                isMore = true;
                break;
            }
            found.Add(Describe(nodes, reference));
        }
        rest = this with { Next = next };
        return found;
    }

    /// <summary>Whether a reference is one of those asked for.</summary>
    public bool Matches(in UaReference reference)
    {
        if (reference.Target.Kind == UaNodeKind.None) return false;
        if (Direction != BrowseDirection.Both && reference.IsForward != (Direction == BrowseDirection.Forward)) return false;
        if (ReferenceType != 0 && reference.Type != ReferenceType && !(Subtypes && UaStandardNodes.IsSubtype(reference.Type, ReferenceType))) return false;
        return Classes == UaNodeClass.Unspecified || (Classes & UaAddressSpace.ClassOf(reference.Target)) != 0;
    }

    private ReferenceDescription Describe(UaAddressSpace nodes, in UaReference reference)
    {
        UaQualifiedName name = (Wanted & (BrowseResultMask.BrowseName | BrowseResultMask.DisplayName)) != 0 ? nodes.BrowseNameOf(reference.Target) : default;
        return new ReferenceDescription(
            Wanted.HasFlag(BrowseResultMask.ReferenceType) ? new UaNodeId(reference.Type) : UaNodeId.Null,
            Wanted.HasFlag(BrowseResultMask.IsForward) && reference.IsForward,
            new UaExpandedNodeId(nodes.IdOf(reference.Target)),
            Wanted.HasFlag(BrowseResultMask.BrowseName) ? name : default,
            Wanted.HasFlag(BrowseResultMask.DisplayName) ? new UaLocalizedText(null, name.Name) : default,
            Wanted.HasFlag(BrowseResultMask.NodeClass) ? UaAddressSpace.ClassOf(reference.Target) : UaNodeClass.Unspecified,
            Wanted.HasFlag(BrowseResultMask.TypeDefinition) ? new UaExpandedNodeId(new UaNodeId(nodes.TypeDefinitionOf(reference.Target))) : default);
    }
}
