using System.Text.Json;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>kill -9 of the node under load, and a journal whose tail the disk then lost.</summary>
[Collection(NodeCollection.Name)]
public sealed class KillTests
{
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
