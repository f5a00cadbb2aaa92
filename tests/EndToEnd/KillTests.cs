using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Verify;
using Xunit.Abstractions;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>kill -9 of the node under load, and the same journal again.</summary>
[Collection(NodeCollection.Name)]
public sealed class KillTests(ITestOutputHelper output) : IAsyncLifetime
{
    // A device's last journalled answer is at most one interval older than the answers that came behind it; those waited at most a batch's age for the journal. The page cache
    // outlives a process, so that the fsync interval is no part of it; it is granted all the same, for whoever reads the bound in the documentation.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BatchAge = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FsyncInterval = TimeSpan.FromMilliseconds(100);

    // Of a busy machine: threads that wait for a processor, polls that begin late, and the time from the kill to the parent's notice of it.
    private static readonly TimeSpan SchedulingSlack = TimeSpan.FromSeconds(1);

    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Of_all_that_reached_the_journal_nothing_is_lost_or_doubled_in_PostgreSQL_over_five_kills()
    {
        const int seed = 20260131;
        Random random = new(seed);
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Sink = "", Connection = _server.ConnectionString });
        List<DateTime> kills = [];
        for (int i = 0; i < 5; i++)
        {
            using NodeUnderTest node = await rig.RunAsync();
            await node.UntilMoreAsync(random.Next(1, 40_000));
            kills.Add(await node.KillAsync());
        }
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(20_000);
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        string served = await rig.ServedAsync();
        JsonElement journal = await rig.VerifyJournalAsync(served, kills), sink = await rig.VerifySinkAsync(served, kills);
        NodeRig.AssertClean(journal);
        NodeRig.AssertClean(sink);
        Assert.Equal(journal.GetProperty("received").GetInt64(), sink.GetProperty("received").GetInt64());

        // The same readings of the same series, not only as many.
        var inJournal = await rig.GapsOfJournalAsync(rig.JournalFolder, served, [.. kills]);
        var inSink = await rig.GapsOfSinkAsync(served, [.. kills]);
        Assert.Equal(inJournal.Gaps.Select(Place), inSink.Gaps.Select(Place));

        double reach = journal.GetProperty("unjournalled_reach_ms").GetDouble();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {journal.GetProperty("served").GetInt64():N0} answered, {journal.GetProperty("unjournalled").GetInt64():N0} unjournalled over 5 kills, reach {reach:F1} ms"));
        Assert.InRange(reach, 0, (Interval + BatchAge + FsyncInterval + SchedulingSlack).TotalMilliseconds);
    }

    [Theory]
    [InlineData("cut short")]
    [InlineData("overwritten")]
    public async Task A_damaged_tail_is_cut_with_its_range_and_costs_only_that(string damage)
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Shards = 1 });
        DateTime kill;
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(20_000);
            kill = await node.KillAsync();
        }
        string before = await rig.ServedAsync();
        var sound = await rig.GapsOfJournalAsync(rig.JournalFolder, before, kill);
        Damage(Directory.EnumerateFiles(Path.Combine(rig.JournalFolder, "shard-00"), "*.seg").Order().Last(), damage == "cut short");
        var damaged = await rig.GapsOfJournalAsync(rig.JournalFolder, before, kill);
        Assert.True(damaged.Report.Received < sound.Report.Received, "nothing was damaged");

        using (NodeUnderTest node = await rig.RunAsync())
        {
            string cut = Assert.Single(node.Log.Split('\n'), l => l.Contains("a torn tail was cut, offsets ", StringComparison.Ordinal));
            Assert.Matches(@"\.seg: a torn tail was cut, offsets \d+ to \d+, at most \d+ readings, all after \d{4}-", cut);
            Assert.True(await node.MetricAsync("hyperingest_journal_cut_bytes_total") > 0);
            await node.UntilMoreAsync(20_000);
            await node.DrainAsync();
        }
        string after = await rig.ServedAsync();
        JsonElement report = await rig.VerifyJournalAsync(after, kill);
        NodeRig.AssertClean(report);
        Assert.Equal(damaged.Report.Served - damaged.Report.Received, report.GetProperty("unjournalled").GetInt64());

        // Without the kill's moment the same is called lost: it is never forgotten.
        JsonElement unexcused = await rig.VerifyJournalAsync(after);
        Assert.Equal(report.GetProperty("unjournalled").GetInt64(), unexcused.GetProperty("lost").GetInt64());
    }

    private static (int, int, long, long) Place(SeriesGap gap) => (gap.Device, gap.Tag, gap.FirstN, gap.Count);

    // In the middle of the last record: the file is preallocated, so that its end is the last byte that is not zero.
    private static void Damage(string segment, bool cut)
    {
        byte[] bytes = File.ReadAllBytes(segment);
        int end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        Assert.True(end > 4096, $"{segment} has only {end} bytes");
        using FileStream file = new(segment, FileMode.Open, FileAccess.Write);
        if (cut)
        {
            file.SetLength(end - 100);
            return;
        }
        byte[] noise = new byte[100];
        new Random(1).NextBytes(noise);
        file.Position = end - 200;
        file.Write(noise);
    }
}
