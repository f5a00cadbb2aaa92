using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A tag and its node in the session there is.</summary>
internal readonly record struct UaTagNode(int Tag, UaNodeId Node);

/// <summary>
/// Finds the nodes of a device's tags, and what their series hold where the configuration does not say. Nodes are not kept: a path, or a namespace's index, may lead elsewhere in the next session, and
/// 50,000 node ids are megabytes.
/// </summary>
internal sealed class UaTagResolver(UaDevice device)
{
    private readonly UaTypeKinds _kinds = new();
    private readonly UaTagNodes _written = device.Parts.NodesOf(device.Options.Tags);

    /// <summary>The nodes of tags; those without one are bad from now on, and not in the answer.</summary>
    /// <exception cref="UaException">The server could not be asked.</exception>
    public async Task<List<UaTagNode>> ResolveAsync(IUaServices services, IReadOnlyList<int> tags, CancellationToken ended)
    {
        List<UaTagNode> nodes = new(tags.Count);
        List<(int Tag, uint Status, string Reason)> bad = [];
        List<(int Tag, UaBrowsePath Path)> paths = [];
        foreach (int tag in tags)
        {
            UaTag options = device.Tags[tag];
            if (options.Path is { } path)
            {
                if (UaBrowsePath.TryParse(path, out UaBrowsePath? parsed, out string? unread)) paths.Add((tag, parsed));
                else bad.Add((tag, UaStatusCodes.BadSyntaxError, unread));
            }
            else if (_written.TryResolve(tag, services.Namespaces, out UaNodeId node, out string? fault)) nodes.Add(new UaTagNode(tag, node));
            else bad.Add((tag, UaStatusCodes.BadNodeIdInvalid, fault));
        }
        if (paths.Count > 0)
        {
            IReadOnlyList<UaPathTarget> targets = await UaBrowsePaths.TranslateAsync(services, [.. paths.Select(p => p.Path)], ended).ConfigureAwait(false);
            for (int i = 0; i < paths.Count; i++)
            {
                if (StatusCodes.IsBad(targets[i].Status)) bad.Add((paths[i].Tag, targets[i].Status, targets[i].Fault ?? UaStatusCodes.NameOf(targets[i].Status)));
                else nodes.Add(new UaTagNode(paths[i].Tag, targets[i].Node));
            }
        }
        await RegisterAsync(services, nodes, bad, ended).ConfigureAwait(false);
        lock (device.Gate)
        {
            foreach ((int tag, uint status, string reason) in bad) device.BadTags.Mark(tag, status, reason);
        }
        return nodes;
    }

    /// <summary>Asks for nodes that nothing else is asked of; tags of those that the server does not know are bad from now on.</summary>
    /// <exception cref="UaException">The server could not be asked.</exception>
    public async Task CheckAsync(IUaServices services, List<UaTagNode> nodes, CancellationToken ended)
    {
        if (nodes.Count == 0) return;
        uint[] statuses = new uint[nodes.Count];
        await ReadAsync(services, nodes, UaAttribute.NodeClass, (i, value) => statuses[i] = value.Status, ended).ConfigureAwait(false);
        lock (device.Gate)
        {
            for (int i = 0; i < statuses.Length; i++)
            {
                if (StatusCodes.IsBad(statuses[i])) device.BadTags.Mark(nodes[i].Tag, statuses[i], $"{nodes[i].Node}: {UaStatusCodes.NameOf(statuses[i])}");
            }
        }
    }

    // What the configuration does not say and no session before has said.
    private async Task RegisterAsync(IUaServices services, List<UaTagNode> nodes, List<(int Tag, uint Status, string Reason)> bad, CancellationToken ended)
    {
        List<UaTagNode> unknown = [.. nodes.Where(n => device.Tags.Items[n.Tag].Form == UaItemForm.Unknown)];
        if (unknown.Count == 0) return;
        uint[] statuses = new uint[unknown.Count];
        UaNodeId[] types = new UaNodeId[unknown.Count];
        await ReadAsync(services, unknown, UaAttribute.DataType, (i, value) =>
        {
            statuses[i] = value.Status;
            UaReader reader = new(value.Value.Bytes);
            if (value.Value.Type == UaBuiltInType.NodeId) types[i] = reader.NodeId();
        }, ended).ConfigureAwait(false);
        await _kinds.LearnAsync(services, types.Where((_, i) => !StatusCodes.IsBad(statuses[i])), ended).ConfigureAwait(false);
        // An abstract type, or one the server does not place: what the value is now.
        List<UaTagNode> open = [];
        HashSet<int> dropped = [];
        for (int i = 0; i < unknown.Count; i++)
        {
            if (StatusCodes.IsBad(statuses[i])) Drop(unknown[i].Tag, statuses[i], $"the data type of {unknown[i].Node} cannot be read: {UaStatusCodes.NameOf(statuses[i])}");
            else if (_kinds.Of(types[i]) is { } kind) Register(unknown[i].Tag, kind);
            else open.Add(unknown[i]);
        }
        if (open.Count > 0)
        {
            (UaBuiltInType Type, uint Status)[] values = new (UaBuiltInType, uint)[open.Count];
            await ReadAsync(services, open, UaAttribute.Value, (i, value) => values[i] = (value.Value.Type, value.Status), ended).ConfigureAwait(false);
            for (int i = 0; i < open.Count; i++)
            {
                if (UaScalars.TryKind(values[i].Type, out ValueKind kind)) Register(open[i].Tag, kind);
                else if (StatusCodes.IsBad(values[i].Status)) Drop(open[i].Tag, values[i].Status, $"{open[i].Node} has no value to know its type by: {UaStatusCodes.NameOf(values[i].Status)}");
                else Drop(open[i].Tag, UaStatusCodes.BadTypeMismatch, $"{open[i].Node} has values of type {values[i].Type}, which are no readings; take another node");
            }
        }
        nodes.RemoveAll(n => dropped.Contains(n.Tag));

        void Drop(int tag, uint status, string reason)
        {
            bad.Add((tag, status, reason));
            dropped.Add(tag);
        }

        void Register(int tag, ValueKind kind)
        {
            try
            {
                lock (device.Gate) device.Tags.Register(tag, kind);
            }
            catch (ArgumentException contradiction)
            {
                // Its stored readings would be read wrongly: for a person to settle.
                UaSourceLog.TagContradictsCatalog(device.Parts.Logger, device.Name, device.Tags[tag].Name, contradiction.Message);
                Drop(tag, UaStatusCodes.BadTypeMismatch, $"the server's type contradicts the catalog: {contradiction.Message}");
            }
        }
    }

    private delegate void TakeValue(int index, UaDataValue value);

    private static async Task ReadAsync(IUaServices services, List<UaTagNode> nodes, UaAttribute attribute, TakeValue take, CancellationToken ended) =>
        await UaBulk.RunAsync(nodes.Count, services.Limits.NodesPerRead, async (from, count) =>
        {
            ReadValueId[] items = new ReadValueId[count];
            for (int i = 0; i < count; i++) items[i] = new ReadValueId(nodes[from + i].Node, attribute);
            ReadResponse response = await services.CallAsync<ReadRequest, ReadResponse>(header => new ReadRequest(header, 0, TimestampsToReturn.Neither, items), ended).ConfigureAwait(false);
            UaAnswers.Demand(count, response.Results.Count, "nodes to read", services.EndpointUrl);
            for (int i = 0; i < count; i++) take(from + i, response.Results[i].Value);
        }).ConfigureAwait(false);
}
