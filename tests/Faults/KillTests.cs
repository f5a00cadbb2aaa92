using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>kill -9 of the node under load, at any moment of its life, and the same journal again.</summary>
[Collection(NodeCollection.Name)]
public sealed class KillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 20260131;
    private const int Kills = 20;

    // Every so many kills one hits the node while it starts: the journal is being recovered, sources and lanes are being made.
    private const int KillsInStart = 5;

    // A device's last journalled answer is at most one interval older than the answers that came behind it; those waited at most a batch's age for the journal. The page cache
    // outlives a process, so that the fsync interval is no part of it; it is granted all the same, for whoever reads the bound in the documentation.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BatchAge = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FsyncInterval = TimeSpan.FromMilliseconds(100);

    // Of a busy machine: threads that wait for a processor, polls that begin late, and the time from the kill to the parent's notice of it.
    private static readonly TimeSpan SchedulingSlack = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Bound = Interval + BatchAge + FsyncInterval + SchedulingSlack;

    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Of_all_that_reached_the_journal_nothing_is_lost_or_doubled_in_any_sink_over_twenty_kills()
    {
        Random random = new(Seed);
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Sink = "", Connection = _server.ConnectionString });
        List<DateTime> kills = [];
        double lastStart = 0;
        for (int i = 1; i <= Kills; i++)
        {
            if (i % KillsInStart == 0)
            {
                // The moment is what the test is about: nothing is waited for.
                TimeSpan age = TimeSpan.FromMilliseconds(random.Next(20, 700));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {i}: {age.TotalMilliseconds} ms old, in its start"));
                using ProgramProcess starting = ProgramProcess.Start("run", rig.SiteFile, "--progress", "0");
                await Task.Delay(age);
                starting.Signal(9);
                Assert.Equal(128 + 9, (await starting.EndAsync()).Code);
                kills.Add(DateTime.UtcNow);
                continue;
            }
            int readings = random.Next(1, 40_000);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {i}: after {readings} readings"));
            using NodeUnderTest node = await rig.RunAsync();
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            double start = await node.MetricAsync("process_start_time_seconds");
            Assert.True(start > lastStart, "the metric that says since when it runs has moved");
            lastStart = start;
            await node.UntilMoreAsync(readings);
            kills.Add(await node.KillAsync());
            await readiness.AssertAlwaysReadyAsync();
        }
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(20_000);
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        string served = await rig.ServedAsync();
        JsonElement journal = await rig.AssertNothingLostAsync(served, kills);

        // The same readings of the same series, not only as many.
        var inJournal = await rig.GapsOfJournalAsync(rig.JournalFolder, served, [.. kills]);
        var inSink = await rig.GapsOfSinkAsync(served, [.. kills]);
        Assert.Equal(inJournal.Gaps.Select(Place), inSink.Gaps.Select(Place));

        double reach = journal.GetProperty("unjournalled_reach_ms").GetDouble();
        long longest = inJournal.Gaps.Select(g => g.Count).DefaultIfEmpty().Max();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {Seed}: {journal.GetProperty("served").GetInt64():N0} answered, {journal.GetProperty("unjournalled").GetInt64():N0} unjournalled over {Kills} kills, at most {longest} answers of a device in a row, reach {reach:F1} ms"));
        Assert.InRange(reach, 0, Bound.TotalMilliseconds);
        Assert.InRange(longest, 0, (long)Math.Ceiling(Bound / Interval));
    }

    private static (int, int, long, long) Place(SeriesGap gap) => (gap.Device, gap.Tag, gap.FirstN, gap.Count);
}
