using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Session;

/// <summary>Browsing and paths against a server with few nodes a call and fewer continuation points: 3 nodes a Browse, 2 paths a TranslateBrowsePaths.</summary>
public sealed class UaBrowserTests
{
    private const int MostPoints = 2;
    private const int AtOnce = 4;
    private const uint Endless = 667;

    // Guarded by being asked one call after the other.
    private readonly Dictionary<string, (uint Node, int From)> _points = [];
    private int _released;
    private int _lastPoint;

    [Fact]
    public async Task Every_child_of_every_node_is_found_however_few_the_server_gives_at_once()
    {
        await using ScriptedServer server = new() { Other = Browse };
        await using UaClient client = await UaClient.OpenAsync(server.Options(), NullLogger.Instance);
        // The node's number is how many children it has; that of 666 is bad.
        uint[] nodes = [0, 3, 4, 5, 9, 17, 666, 30, 31, 1];
        IReadOnlyList<UaReferences> found = await UaBrowser.BrowseAsync(client.Services, [.. nodes.Select(n => new UaNodeId(n, 2))]);
        foreach ((uint node, UaReferences references) in nodes.Zip(found))
        {
            Assert.Equal((node, node == 666 ? UaStatusCodes.BadNodeIdUnknown : 0, false), (references.Node.Numeric, references.Status, references.IsCut));
            if (node != 666) Assert.Equal(Enumerable.Range(0, (int)node), references.References.Select(r => (int)r.NodeId.NodeId.Numeric));
        }
        Assert.Empty(_points);
        Assert.Equal(0, _released);
    }

    [Fact]
    public async Task What_is_more_than_was_wanted_is_said_and_its_continuation_point_released()
    {
        await using ScriptedServer server = new() { Other = Browse };
        await using UaClient client = await UaClient.OpenAsync(server.Options(), NullLogger.Instance);
        UaReferences found = Assert.Single(await UaBrowser.BrowseAsync(client.Services, [new UaNodeId(100, 2)], new UaBrowseOptions { MaxReferences = 10 }));
        Assert.True(found.IsCut);
        Assert.InRange(found.References.Count, 10, 10 + AtOnce);
        Assert.Empty(_points);
        Assert.Equal(1, _released);
    }

    [Fact]
    public async Task Server_that_gives_continuation_points_and_nothing_else_is_not_asked_for_ever()
    {
        await using ScriptedServer server = new() { Other = Browse };
        await using UaClient client = await UaClient.OpenAsync(server.Options(), NullLogger.Instance);
        UaReferences found = Assert.Single(await UaBrowser.BrowseAsync(client.Services, [new UaNodeId(Endless, 2)]));
        Assert.True(found.IsCut);
        Assert.Empty(found.References);
        Assert.Equal((1, 0), (_released, _points.Count));
    }

    [Fact]
    public async Task Children_of_a_node_there_is_not_are_a_failure()
    {
        await using ScriptedServer server = new() { Other = Browse };
        await using UaClient client = await UaClient.OpenAsync(server.Options(), NullLogger.Instance);
        UaException unknown = await Assert.ThrowsAsync<UaException>(() => UaBrowser.ChildrenAsync(client.Services, new UaNodeId(666, 2)));
        Assert.Equal(UaStatusCodes.BadNodeIdUnknown, unknown.Status);
    }

    [Fact]
    public async Task Paths_are_found_in_bulk_and_each_has_its_own_outcome()
    {
        await using ScriptedServer server = new() { Other = Translate };
        await using UaClient client = await UaClient.OpenAsync(server.Options(), NullLogger.Instance);
        string[] texts = ["/{urn:press}One", "/{urn:gone}One", "/2:Two", "/2:Remote", "/2:Elsewhere", "/2:None", "/2:Same"];
        List<UaBrowsePath> paths = [];
        foreach (string text in texts)
        {
            Assert.True(UaBrowsePath.TryParse(text, out UaBrowsePath? path, out string? fault), fault);
            paths.Add(path);
        }
        IReadOnlyList<UaPathTarget> targets = await UaBrowsePaths.TranslateAsync(client.Services, paths);
        Assert.Equal(
            [0, UaStatusCodes.BadNodeIdInvalid, UaStatusCodes.BadTooManyMatches, UaStatusCodes.BadNoMatch, UaStatusCodes.BadNoMatch, UaStatusCodes.BadNoMatch, 0], targets.Select(t => t.Status));
        Assert.Equal([new UaNodeId("One", 2), new UaNodeId("Same", 2)], targets.Where(t => t.Status == 0).Select(t => t.Node));
        Assert.All(targets.Zip(texts), t => Assert.True(t.First.Status == 0 ? t.First.Fault is null : t.First.Fault!.StartsWith(t.Second, StringComparison.Ordinal)));
        // Six of them could be asked, two at once.
        Assert.Equal(3, server.Count(UaEncodingIds.TranslateBrowsePathsToNodeIdsRequest));
    }

    private Action<UaWriter>? Browse(uint service, byte[] fields)
    {
        UaReader reader = new(fields);
        switch (service)
        {
            case UaEncodingIds.BrowseRequest:
                BrowseRequest browse = BrowseRequest.Decode(ref reader);
                Assert.InRange(browse.NodesToBrowse.Count, 1, 3);
                BrowseResult[] results = [.. browse.NodesToBrowse.Select(n => From(n.NodeId.Numeric, 0))];
                return writer => writer.Message(new BrowseResponse(Good(browse.Header), results));
            case UaEncodingIds.BrowseNextRequest:
                BrowseNextRequest next = BrowseNextRequest.Decode(ref reader);
                Assert.InRange(next.ContinuationPoints.Count, 1, 3);
                BrowseResult[] rest = [.. next.ContinuationPoints.Select(p => Next(p!, next.ReleaseContinuationPoints))];
                return writer => writer.Message(new BrowseNextResponse(Good(next.Header), rest));
            default:
                return null;
        }
    }

    private BrowseResult Next(byte[] point, bool release)
    {
        if (!_points.Remove(Convert.ToHexString(point), out (uint Node, int From) rest)) return new BrowseResult(UaStatusCodes.BadContinuationPointInvalid, null, []);
        if (!release) return From(rest.Node, rest.From);
        _released++;
        return new BrowseResult(0, null, []);
    }

    private BrowseResult From(uint node, int from)
    {
        if (node == 666) return new BrowseResult(UaStatusCodes.BadNodeIdUnknown, null, []);
        int count = node == Endless ? 0 : Math.Min(AtOnce, (int)node - from);
        byte[]? point = null;
        if (from + count < node)
        {
            if (_points.Count == MostPoints) return new BrowseResult(UaStatusCodes.BadNoContinuationPoints, null, []);
            point = BitConverter.GetBytes(++_lastPoint);
            _points.Add(Convert.ToHexString(point), (node, from + count));
        }
        ReferenceDescription[] references = [.. Enumerable.Range(from, count).Select(i => new ReferenceDescription(
            new UaNodeId(UaNodeIds.Organizes), true, new UaExpandedNodeId(new UaNodeId((uint)i, 2)), new UaQualifiedName(2, $"{i}"), default, UaNodeClass.Variable, default))];
        return new BrowseResult(0, point, references);
    }

    private static Action<UaWriter>? Translate(uint service, byte[] fields)
    {
        if (service != UaEncodingIds.TranslateBrowsePathsToNodeIdsRequest) return null;
        UaReader reader = new(fields);
        TranslateBrowsePathsToNodeIdsRequest request = TranslateBrowsePathsToNodeIdsRequest.Decode(ref reader);
        Assert.InRange(request.BrowsePaths.Count, 1, 2);
        Assert.All(request.BrowsePaths, p => Assert.Equal(new UaNodeId(UaNodeIds.ObjectsFolder), p.StartingNode));
        BrowsePathResult[] results = [.. request.BrowsePaths.Select(p => Assert.Single(p.RelativePath.Elements).TargetName).Select(n => n.Name switch
        {
            "Two" => new BrowsePathResult(0, [new(new(new UaNodeId("Two", 2))), new(new(new UaNodeId("Three", 2)))]),
            "Same" => new BrowsePathResult(0, [new(new(new UaNodeId("Same", 2))), new(new(new UaNodeId("Same", 0), "urn:press"))]),
            "Remote" => new BrowsePathResult(0, [new(new(new UaNodeId("Remote", 2)), 1)]),
            "Elsewhere" => new BrowsePathResult(0, [new(new(new UaNodeId("Elsewhere", 2), null, 1))]),
            "None" => new BrowsePathResult(UaStatusCodes.BadNoMatch, []),
            { } name => new BrowsePathResult(0, [new(new(new UaNodeId(name, n.NamespaceIndex)))]),
            null => new BrowsePathResult(UaStatusCodes.BadBrowseNameInvalid, []),
        })];
        return writer => writer.Message(new TranslateBrowsePathsToNodeIdsResponse(Good(request.Header), results));
    }

    private static UaResponseHeader Good(UaRequestHeader header) => new(DateTime.UtcNow.Ticks, header.RequestHandle, 0);
}
