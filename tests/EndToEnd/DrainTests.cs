using HyperIngest.LoadGen;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>SIGTERM under load, with a simulated plant, a node and a PostgreSQL that are processes of their own.</summary>
[Collection(NodeCollection.Name)]
public sealed class DrainTests : IAsyncLifetime
{
    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Sigterm_under_load_leaves_every_answer_in_the_journal_and_in_PostgreSQL()
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Sink = "", Connection = _server.ConnectionString });
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(60_000);
            await node.DrainAsync();
        }
        string served = await rig.ServedAsync();
        NodeRig.AssertClean(await rig.VerifyJournalAsync(served));
        NodeRig.AssertClean(await rig.VerifySinkAsync(served));
    }
}
