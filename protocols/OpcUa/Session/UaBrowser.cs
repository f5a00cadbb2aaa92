using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What is wanted of a node's references.</summary>
public sealed record UaBrowseOptions
{
    /// <summary>References of this type and its subtypes; default all that make the tree (HierarchicalReferences). Null for every one.</summary>
    public UaNodeId? ReferenceType { get; init; } = new UaNodeId(UaNodeIds.HierarchicalReferences);

    /// <summary>Which way; default from the node to its children.</summary>
    public BrowseDirection Direction { get; init; } = BrowseDirection.Forward;

    /// <summary>Nodes of these classes; default all.</summary>
    public UaNodeClass Classes { get; init; }

    /// <summary>Most references taken of a node: what a server has more is left, and said. 1 to 10,000,000, default 1,000,000.</summary>
    public int MaxReferences { get; init; } = 1_000_000;

    /// <summary>Most references in an answer for a node, 1 to 100,000; default 5,000, some 500 KB. The server may give fewer.</summary>
    public int ReferencesAtOnce { get; init; } = 5_000;
}

/// <summary>A node's references.</summary>
/// <param name="Node">The node.</param>
/// <param name="Status">How it went; with a bad one there may be some references all the same.</param>
/// <param name="References">The references.</param>
/// <param name="IsCut">Whether there are more than were wanted.</param>
public sealed record UaReferences(UaNodeId Node, uint Status, IReadOnlyList<ReferenceDescription> References, bool IsCut);

/// <summary>Follows references, many nodes at once.</summary>
public static class UaBrowser
{
    // Answers without a single reference, and yet with a continuation point, taken of a node: a server may not give less than it can for ever.
    private const int MostEmpty = 10;

    private static readonly UaBrowseOptions Children = new();

    /// <summary>A node's children.</summary>
    /// <exception cref="UaException">The service failed, or the node's status is bad.</exception>
    public static async Task<UaReferences> ChildrenAsync(IUaServices services, UaNodeId node, CancellationToken cancellationToken = default)
    {
        UaReferences children = (await BrowseAsync(services, [node], Children, cancellationToken).ConfigureAwait(false))[0];
        return StatusCodes.IsBad(children.Status) ? throw new UaException(children.Status, $"Browse of {node} at {services.EndpointUrl}") : children;
    }

    /// <summary>References of nodes: as many requests as the server's limits need, and its continuation points followed to their end, or released.</summary>
    /// <param name="services">The session.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="options">What is wanted; null for the children.</param>
    /// <param name="cancellationToken">Gives up; continuation points are released.</param>
    /// <returns>One each, in their order.</returns>
    /// <exception cref="UaException">The service failed.</exception>
    public static async Task<IReadOnlyList<UaReferences>> BrowseAsync(
        IUaServices services, IReadOnlyList<UaNodeId> nodes, UaBrowseOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= Children;
        Taken[] taken = new Taken[nodes.Count];
        for (int from = 0; from < nodes.Count; from += services.Limits.NodesPerBrowse)
        {
            int count = Math.Min(services.Limits.NodesPerBrowse, nodes.Count - from);
            BrowseDescription[] asked = [.. nodes.Skip(from).Take(count).Select(n => new BrowseDescription(
                n, options.Direction, options.ReferenceType ?? UaNodeId.Null, IncludeSubtypes: true, options.Classes, BrowseResultMask.All))];
            await BrowsePartAsync(services, asked, taken.AsMemory(from, count), options, cancellationToken).ConfigureAwait(false);
            // A server has few continuation points: the nodes it had none left for are asked alone.
            for (int i = 0; i < count && count > 1; i++)
            {
                if (taken[from + i].Status != UaStatusCodes.BadNoContinuationPoints) continue;
                await BrowsePartAsync(services, [asked[i]], taken.AsMemory(from + i, 1), options, cancellationToken).ConfigureAwait(false);
            }
        }
        return [.. taken.Select((t, i) => new UaReferences(nodes[i], t.Status, t.References, t.IsCut))];
    }

    private static async Task BrowsePartAsync(IUaServices services, BrowseDescription[] asked, Memory<Taken> taken, UaBrowseOptions options, CancellationToken cancellationToken)
    {
        BrowseResponse response = await services.CallAsync<BrowseRequest, BrowseResponse>(
            header => new BrowseRequest(header, default, (uint)Math.Min(options.ReferencesAtOnce, options.MaxReferences), asked), cancellationToken).ConfigureAwait(false);
        UaAnswers.Demand(asked.Length, response.Results.Count, "nodes' references", services.EndpointUrl);
        List<(int Index, byte[] Point)> open = [];
        for (int i = 0; i < asked.Length; i++)
        {
            taken.Span[i] = new Taken();
            Add(taken.Span[i], response.Results[i], i, open);
        }
        try
        {
            while (open.Count > 0)
            {
                List<(int Index, byte[] Point)> wanted = [.. open.Where(o => taken.Span[o.Index].References.Count < options.MaxReferences && taken.Span[o.Index].Empty < MostEmpty)];
                if (wanted.Count == 0) break;
                wanted = wanted.GetRange(0, Math.Min(wanted.Count, services.Limits.NodesPerBrowse));
                BrowseNextResponse next = await services.CallAsync<BrowseNextRequest, BrowseNextResponse>(
                    header => new BrowseNextRequest(header, ReleaseContinuationPoints: false, [.. wanted.Select(w => w.Point)]), cancellationToken).ConfigureAwait(false);
                UaAnswers.Demand(wanted.Count, next.Results.Count, "nodes' further references", services.EndpointUrl);
                open.RemoveAll(wanted.Contains);
                for (int i = 0; i < wanted.Count; i++) Add(taken.Span[wanted[i].Index], next.Results[i], wanted[i].Index, open);
            }
        }
        finally
        {
            if (open.Count > 0) await ReleaseAsync(services, open).ConfigureAwait(false);
        }
        foreach ((int index, _) in open) taken.Span[index].IsCut = true;
    }

    private static void Add(Taken taken, BrowseResult result, int index, List<(int Index, byte[] Point)> open)
    {
        taken.Status = result.StatusCode;
        taken.References.AddRange(result.References);
        if (result.References.Count == 0) taken.Empty++;
        if (result.ContinuationPoint is { Length: > 0 } point) open.Add((index, point));
    }

    // A server has few of them, and keeps them until the session ends.
    private static async Task ReleaseAsync(IUaServices services, List<(int Index, byte[] Point)> open)
    {
        try
        {
            for (int from = 0; from < open.Count; from += services.Limits.NodesPerBrowse)
            {
                byte[][] part = [.. open.Skip(from).Take(services.Limits.NodesPerBrowse).Select(o => o.Point)];
                await services.CallAsync<BrowseNextRequest, BrowseNextResponse>(header => new BrowseNextRequest(header, ReleaseContinuationPoints: true, part)).ConfigureAwait(false);
            }
        }
        catch (UaException)
        {
            // Then the session's end releases them; what was found is right all the same.
            return;
        }
    }

    private sealed class Taken
    {
        public List<ReferenceDescription> References { get; } = [];

        public uint Status { get; set; }

        public int Empty { get; set; }

        public bool IsCut { get; set; }
    }
}
