using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

/// <summary>What a monitored item takes of the client's memory; alone, because the heap is the whole process's.</summary>
[Collection(NodeCollection.Name)]
public sealed class ItemMemoryTests
{
    [Fact]
    public async Task An_item_costs_less_than_200_bytes()
    {
        const int items = 50_000;
        // The configuration and the catalog's names are there without a client too; they are not what is measured.
        UaDeviceOptions options = UaSourceRig.Options(items);
        SeriesCatalog catalog = new();
        foreach (UaTag tag in options.Tags) catalog.Register(new SeriesDefinition("press", tag.Name));
        ScriptedUaServer server = new();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using UaSourceRig rig = new(options, catalog: catalog) { Server = server };
        await rig.ConnectAsync();
        server.Items.Clear();
        server.Items.TrimExcess();
        server.ItemRequests.Clear();
        server.ItemRequests.TrimExcess();
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(5, rig.Count("subscriptions_created"));
        Assert.InRange(bytes / items, 0, 200);
        GC.KeepAlive(options);
    }
}
