using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

public sealed class TagTests
{
    private static readonly UaNodeId Gear = new("Gear", 2);
    private static readonly UaNodeId Mode = new("Mode", 2);

    // Not held dead while the test waits for a retry.
    private static readonly UaSubscribeOptions Patient = new() { KeepAlive = TimeSpan.FromMinutes(1), Lifetime = TimeSpan.FromMinutes(10) };

    [Fact]
    public async Task A_tag_without_a_kind_has_the_one_of_its_nodes_type_and_of_the_types_above_it()
    {
        using UaSourceRig rig = new(UaSourceRig.Options(0, others: [.. new[] { "bool", "duration", "time", "gear", "any", "text" }.Select(n => new UaTag { Name = n, Node = $"ns=2;s={n}" })]));
        void Type(string node, uint type) => rig.Server.Nodes[node] = (0, new UaNodeId(type));
        Type("bool", (uint)UaBuiltInType.Boolean);
        Type("duration", UaNodeIds.Duration);
        Type("time", UaNodeIds.UtcTime);
        Type("any", UaNodeIds.BaseDataType);
        Type("text", (uint)UaBuiltInType.LocalizedText);
        rig.Server.Nodes["gear"] = (0, Gear);
        rig.Server.Supertypes[Gear] = Mode;
        rig.Server.Supertypes[Mode] = new UaNodeId(UaNodeIds.Enumeration);
        await rig.ConnectAsync();
        ValueKind KindOf(string tag) => rig.Catalog.TryFind("press", tag, out int series) ? rig.Catalog.KindOf(series) : throw new InvalidOperationException(tag);
        Assert.Equal(
            [ValueKind.Bool, ValueKind.Float64, ValueKind.Int64, ValueKind.Int64, ValueKind.Float64, ValueKind.Text],
            new[] { "bool", "duration", "time", "gear", "any", "text" }.Select(KindOf));
        Assert.Equal(0, rig.Device.BadTags.Count);
    }

    [Fact]
    public async Task A_type_that_contradicts_the_catalog_is_a_fault_of_its_tag_alone()
    {
        SeriesCatalog catalog = new();
        catalog.Register(new SeriesDefinition("press", "t", ValueKind.Text));
        using UaSourceRig rig = new(UaSourceRig.Options(1, others: new UaTag { Name = "t", Node = "ns=2;s=t" }), catalog: catalog);
        await rig.ConnectAsync();
        Assert.True(rig.Device.IsOnline);
        Assert.Equal(1, rig.Device.BadTags.Count);
        Assert.Contains("tag t", rig.Device.Status(0, null).LastFault);
        rig.Server.Publish(101, 1, 1);
        Assert.Equal([1.0], rig.Values());
    }

    [Theory]
    [InlineData(UaStatusCodes.BadNodeIdUnknown)]
    [InlineData(UaStatusCodes.BadUserAccessDenied)]
    [InlineData(UaStatusCodes.BadMonitoredItemFilterUnsupported)]
    public async Task A_refused_node_is_one_bad_reading_and_tried_again(uint status)
    {
        using UaSourceRig rig = new(UaSourceRig.Options(2, subscribe: Patient));
        rig.Server.Nodes["v1"] = (status, default);
        await rig.ConnectAsync();
        Assert.True(rig.Device.IsOnline);
        Reading bad = Assert.Single(rig.Readings());
        Assert.Equal(("v1", status), (rig.Catalog.TagOf(bad.SeriesId), bad.Status));
        await RetriedAsync(rig, expectedBad: 1);
        Assert.Single(rig.Readings());
        Assert.Equal(1, rig.Count("faults"));
        rig.Server.Nodes.Clear();
        await RetriedAsync(rig, expectedBad: 0);
        Assert.Equal(new UaNodeId("v1", 2), rig.Server.Items[1]);
        Assert.Empty(rig.GivenUp);
        Assert.Equal(1, rig.Count("subscriptions_created"));
    }

    [Fact]
    public async Task A_node_that_disappears_is_one_bad_reading_and_its_item_is_made_again()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(2, subscribe: Patient));
        rig.Server.Deliver(101, rig.Server.Make(101, 1, (1, UaBuiltInType.Double, 0, UaStatusCodes.BadNodeIdUnknown)));
        Assert.Equal(UaStatusCodes.BadNodeIdUnknown, Assert.Single(rig.Readings()).Status);
        Assert.Equal(1, rig.Device.BadTags.Count);
        await RetriedAsync(rig, expectedBad: 0);
        Assert.Contains(nameof(DeleteMonitoredItemsRequest), rig.Server.Calls);
        Assert.Equal(3, rig.Server.ItemRequests.Count);
        Assert.Equal(1, rig.Count("faults"));
    }

    [Fact]
    public async Task A_path_is_followed_anew_when_it_is_tried_again()
    {
        using UaSourceRig rig = new(UaSourceRig.Options(0, subscribe: Patient, others: new UaTag { Name = "speed", Path = "/{urn:press}Press/{urn:press}Speed", Kind = ValueKind.Float64 }));
        rig.Server.Nodes["Press.Speed"] = (UaStatusCodes.BadNoMatch, default);
        await rig.ConnectAsync();
        Assert.Equal(UaStatusCodes.BadNoMatch, Assert.Single(rig.Readings()).Status);
        rig.Server.Nodes.Clear();
        await RetriedAsync(rig, expectedBad: 0);
        Assert.Equal(new UaNodeId("Press.Speed", 2), rig.Server.Items[0]);
    }

    [Fact]
    public async Task Sampling_queue_and_deadband_are_the_tags_own_or_the_devices()
    {
        UaSubscribeOptions subscribe = new() { Sampling = TimeSpan.FromMilliseconds(100), Queue = 7, DiscardOldest = false };
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(1, subscribe: subscribe, others: new UaTag
        {
            Name = "t",
            Node = "ns=2;s=t",
            Kind = ValueKind.Float64,
            Sampling = TimeSpan.Zero,
            Queue = 3,
            Deadband = new UaDeadband(UaDeadbandKind.Percent, 2.5),
        }));
        MonitoringParameters first = rig.Server.ItemRequests[0].RequestedParameters, second = rig.Server.ItemRequests[1].RequestedParameters;
        Assert.Equal((100, 7u, false, true), (first.SamplingInterval, first.QueueSize, first.DiscardOldest, first.Filter.IsNone));
        Assert.Equal((0, 3u), (second.SamplingInterval, second.QueueSize));
        Assert.True(second.Filter.TryDecode(out DataChangeFilter filter));
        Assert.Equal(new DataChangeFilter(DataChangeTrigger.StatusValue, DeadbandType.Percent, 2.5), filter);
    }

    [Fact]
    public async Task A_call_that_is_too_large_after_all_is_made_in_halves()
    {
        List<int> done = [];
        await UaBulk.RunAsync(10, 5, (from, count) =>
        {
            if (count > 2) throw new UaException(UaStatusCodes.BadTooManyOperations, "too many");
            lock (done) done.AddRange(Enumerable.Range(from, count));
            return Task.CompletedTask;
        });
        Assert.Equal(Enumerable.Range(0, 10), done.Order());
    }

    private static Task RetriedAsync(UaSourceRig rig, int expectedBad)
    {
        int calls = rig.Server.ItemRequests.Count + rig.Server.Calls.Count;
        rig.Pass(TimeSpan.FromSeconds(31));
        return Eventually.IsTrue(
            () =>
            {
                rig.Device.Tick();
                return rig.Server.ItemRequests.Count + rig.Server.Calls.Count > calls && rig.Device.BadTags.Count == expectedBad && rig.Device.IsQuiet();
            },
            "the bad tags are tried again");
    }
}
