using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>What readings of a server's data types hold: the built-in types and those of the specification are known, others are asked for by the types they are subtypes of. One device's, filled by one task at a time.</summary>
internal sealed class UaTypeKinds
{
    // The deepest branch of the specification's own types has six; more than that again is a server's own.
    private const int MaxDepth = 16;

    // Null for what is no scalar, or cannot be known from the type alone.
    private readonly Dictionary<UaNodeId, ValueKind?> _known = [];

    /// <summary>The kind of a type; null when it is not known from the type.</summary>
    public ValueKind? Of(UaNodeId type) => TryWellKnown(type, out ValueKind? kind) || _known.TryGetValue(type, out kind) ? kind : null;

    /// <summary>Asks the server for the types above those that are not known yet.</summary>
    /// <exception cref="UaException">The server could not be asked.</exception>
    public async Task LearnAsync(IUaServices services, IEnumerable<UaNodeId> types, CancellationToken ended)
    {
        // Each with the type it has been followed to.
        Dictionary<UaNodeId, UaNodeId> open = [];
        foreach (UaNodeId type in types)
        {
            if (!TryWellKnown(type, out _) && !_known.ContainsKey(type)) open.TryAdd(type, type);
        }
        UaBrowseOptions upwards = new() { ReferenceType = new UaNodeId(UaNodeIds.HasSubtype), Direction = BrowseDirection.Inverse };
        for (int depth = 0; depth < MaxDepth && open.Count > 0; depth++)
        {
            List<KeyValuePair<UaNodeId, UaNodeId>> asked = [.. open];
            IReadOnlyList<UaReferences> above = await UaBrowser.BrowseAsync(services, [.. asked.Select(t => t.Value)], upwards, ended).ConfigureAwait(false);
            for (int i = 0; i < asked.Count; i++)
            {
                UaNodeId? parent = above[i].References.Count > 0 ? above[i].References[0].NodeId.NodeId : null;
                if (parent is { } found && !TryWellKnown(found, out ValueKind? kind) && !_known.TryGetValue(found, out kind))
                {
                    open[asked[i].Key] = found;
                    continue;
                }
                _known[asked[i].Key] = parent is { } known ? Of(known) : null;
                open.Remove(asked[i].Key);
            }
        }
        foreach (UaNodeId type in open.Keys) _known[type] = null;
    }

    private static bool TryWellKnown(UaNodeId type, out ValueKind? kind)
    {
        kind = null;
        if (type.NamespaceIndex != 0 || type.Type != UaIdentifierType.Numeric) return false;
        switch (type.Numeric)
        {
            case <= (uint)UaBuiltInType.DiagnosticInfo:
                // Variant's number is the abstract BaseDataType's: any type.
                kind = UaScalars.TryKind((UaBuiltInType)type.Numeric, out ValueKind builtIn) ? builtIn : null;
                return true;
            case UaNodeIds.Number or UaNodeIds.Duration:
                kind = ValueKind.Float64;
                return true;
            case UaNodeIds.Integer or UaNodeIds.Enumeration or UaNodeIds.UtcTime:
                kind = ValueKind.Int64;
                return true;
            case UaNodeIds.UInteger:
                kind = ValueKind.UInt64;
                return true;
            case UaNodeIds.LocaleId:
                kind = ValueKind.Text;
                return true;
            default:
                return false;
        }
    }
}
