using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>Browse, BrowseNext, TranslateBrowsePathsToNodeIds, RegisterNodes and UnregisterNodes (OPC 10000-4, 5.9). Under the server's gate.</summary>
internal sealed class UaBrowseServices(UaServerCore core)
{
    // Deeper than any address space here is.
    private const int MostSteps = 32;

    public uint Browse(in UaServing serving)
    {
        if (!serving.TryDecode<BrowseRequest>(out BrowseRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.NodesToBrowse.Count, core.Limits.NodesPerBrowse);
        if (refused != UaStatusCodes.Good) return refused;
        if (!request.View.ViewId.IsNull) return UaStatusCodes.BadViewIdUnknown;
        int most = request.RequestedMaxReferencesPerNode == 0 ? core.Limits.ReferencesPerNode : (int)Math.Min(request.RequestedMaxReferencesPerNode, (uint)core.Limits.ReferencesPerNode);
        BrowseResult[] results = new BrowseResult[request.NodesToBrowse.Count];
        for (int i = 0; i < results.Length; i++) results[i] = Browse(serving, request.NodesToBrowse[i], most);
        return serving.Answer(new BrowseResponse(serving.ResponseHeader, results));
    }

    public uint BrowseNext(in UaServing serving)
    {
        if (!serving.TryDecode<BrowseNextRequest>(out BrowseNextRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.ContinuationPoints.Count, core.Limits.NodesPerBrowse);
        if (refused != UaStatusCodes.Good) return refused;
        BrowseResult[] results = new BrowseResult[request.ContinuationPoints.Count];
        for (int i = 0; i < results.Length; i++)
        {
            if (!serving.Session!.Continuations.TryTake(request.ContinuationPoints[i], out UaBrowsing rest)) results[i] = new BrowseResult(UaStatusCodes.BadContinuationPointInvalid, null, []);
            else results[i] = request.ReleaseContinuationPoints ? new BrowseResult(UaStatusCodes.Good, null, []) : Go(serving, rest);
        }
        return serving.Answer(new BrowseNextResponse(serving.ResponseHeader, results));
    }

    public uint Translate(in UaServing serving)
    {
        if (!serving.TryDecode<TranslateBrowsePathsToNodeIdsRequest>(out TranslateBrowsePathsToNodeIdsRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.BrowsePaths.Count, core.Limits.NodesPerBrowse);
        if (refused != UaStatusCodes.Good) return refused;
        // A request has many paths into the folder of the variables: their names are gathered once for all of them, and not kept.
        Dictionary<UaQualifiedName, int>? names = null;
        BrowsePathResult[] results = new BrowsePathResult[request.BrowsePaths.Count];
        for (int i = 0; i < results.Length; i++) results[i] = Follow(request.BrowsePaths[i], ref names);
        return serving.Answer(new TranslateBrowsePathsToNodeIdsResponse(serving.ResponseHeader, results));
    }

    public uint Register(in UaServing serving)
    {
        if (!serving.TryDecode<RegisterNodesRequest>(out RegisterNodesRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.NodesToRegister.Count, core.Limits.NodesPerBrowse);
        if (refused != UaStatusCodes.Good) return refused;
        UaNodeId[] registered = new UaNodeId[request.NodesToRegister.Count];
        for (int i = 0; i < registered.Length; i++)
        {
            // One that there is not may come to be: it is given back as it is, and judged when it is used (OPC 10000-4, 5.9.5).
            UaNodeRef node = core.Nodes.Find(request.NodesToRegister[i]);
            registered[i] = node.Kind == UaNodeKind.Variable ? UaAddressSpace.AliasOf(node.Number) : request.NodesToRegister[i];
        }
        return serving.Answer(new RegisterNodesResponse(serving.ResponseHeader, registered));
    }

    // A short name costs nothing to keep: there is nothing to undo.
    public uint Unregister(in UaServing serving)
    {
        if (!serving.TryDecode<UnregisterNodesRequest>(out UnregisterNodesRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.NodesToUnregister.Count, core.Limits.NodesPerBrowse);
        return refused != UaStatusCodes.Good ? refused : serving.Answer(new UnregisterNodesResponse(serving.ResponseHeader));
    }

    private BrowseResult Browse(in UaServing serving, in BrowseDescription asked, int most)
    {
        UaNodeRef node = core.Nodes.Find(asked.NodeId);
        if (node.Kind == UaNodeKind.None) return new BrowseResult(UaStatusCodes.BadNodeIdUnknown, null, []);
        if (!IsReferenceType(asked.ReferenceTypeId)) return new BrowseResult(UaStatusCodes.BadReferenceTypeIdInvalid, null, []);
        if (asked.BrowseDirection is < BrowseDirection.Forward or > BrowseDirection.Both) return new BrowseResult(UaStatusCodes.BadBrowseDirectionInvalid, null, []);
        return Go(serving, new UaBrowsing(node, asked.BrowseDirection, asked.ReferenceTypeId.Numeric, asked.IncludeSubtypes, asked.NodeClassMask, asked.ResultMask, 0, most));
    }

    private BrowseResult Go(in UaServing serving, in UaBrowsing browsing)
    {
        List<ReferenceDescription> found = browsing.Go(core.Nodes, out UaBrowsing rest, out bool isMore);
        if (!isMore) return new BrowseResult(UaStatusCodes.Good, null, found);
        byte[]? point = serving.Session!.Continuations.Keep(rest, core.Limits.ContinuationPoints);
        return new BrowseResult(point is null ? UaStatusCodes.BadNoContinuationPoints : UaStatusCodes.Good, point, point is null ? [] : found);
    }

    private static bool IsReferenceType(in UaNodeId type) => type.IsNull
        || (type is { NamespaceIndex: 0, Type: UaIdentifierType.Numeric } && UaStandardNodes.Find(type.Numeric) is { Class: UaNodeClass.ReferenceType });

    private BrowsePathResult Follow(BrowsePath path, ref Dictionary<UaQualifiedName, int>? names)
    {
        UaNodeRef at = core.Nodes.Find(path.StartingNode);
        if (at.Kind == UaNodeKind.None) return new BrowsePathResult(UaStatusCodes.BadNodeIdUnknown, []);
        IReadOnlyList<RelativePathElement> steps = path.RelativePath.Elements;
        if (steps.Count == 0) return new BrowsePathResult(UaStatusCodes.BadNothingToDo, []);
        if (steps.Count > MostSteps) return new BrowsePathResult(UaStatusCodes.BadQueryTooComplex, []);
        foreach (RelativePathElement step in steps)
        {
            if (string.IsNullOrEmpty(step.TargetName.Name)) return new BrowsePathResult(UaStatusCodes.BadBrowseNameInvalid, []);
            if (!IsReferenceType(step.ReferenceTypeId)) return new BrowsePathResult(UaStatusCodes.BadNoMatch, []);
            at = Step(at, step, ref names);
            if (at.Kind == UaNodeKind.None) return new BrowsePathResult(UaStatusCodes.BadNoMatch, []);
        }
        return new BrowsePathResult(UaStatusCodes.Good, [new BrowsePathTarget(new UaExpandedNodeId(core.Nodes.IdOf(at)))]);
    }

    private UaNodeRef Step(UaNodeRef from, in RelativePathElement step, ref Dictionary<UaQualifiedName, int>? names)
    {
        UaBrowsing wanted = new(
            from, step.IsInverse ? BrowseDirection.Inverse : BrowseDirection.Forward, step.ReferenceTypeId.Numeric, step.IncludeSubtypes, UaNodeClass.Unspecified, BrowseResultMask.None, 0, 1);
        if (from.Kind == UaNodeKind.Folder && !step.IsInverse)
        {
            names ??= Names();
            if (!names.TryGetValue(step.TargetName, out int variable) || !core.IsKnown(variable)) return UaNodeRef.None;
            UaReference reference = new(UaNodeIds.HasComponent, true, UaNodeRef.Variable(variable));
            return wanted.Matches(reference) ? reference.Target : UaNodeRef.None;
        }
        int count = core.Nodes.ReferencesOf(from);
        for (int i = 0; i < count; i++)
        {
            UaReference reference = core.Nodes.ReferenceAt(from, i);
            if (wanted.Matches(reference) && core.Nodes.BrowseNameOf(reference.Target) == step.TargetName) return reference.Target;
        }
        return UaNodeRef.None;
    }

    private Dictionary<UaQualifiedName, int> Names()
    {
        Dictionary<UaQualifiedName, int> names = new(core.Variables.Count);
        for (int i = 0; i < core.Variables.Count; i++) names.TryAdd(core.Nodes.BrowseNameOf(UaNodeRef.Variable(i)), i);
        return names;
    }
}
