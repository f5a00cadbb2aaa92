using System.Globalization;
using System.Text.RegularExpressions;
using HyperIngest.LoadGen;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Faults;

/// <summary>What befalls a journal under load: what cannot be saved is reported with its exact range, and everything else arrives in every sink.</summary>
[Collection(NodeCollection.Name)]
public sealed class JournalFaultTests : IAsyncLifetime
{
    private const string Gaps = "hyperingest_journal_gaps_total";
    private const int SegmentBytes = 1 << 20;
    private const string LostBytes = "hyperingest_delivery_lost_bytes_total";

    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("cut short")]
    [InlineData("overwritten")]
    public async Task A_torn_tail_costs_its_last_record_and_is_reported(string damage)
    {
        await using FaultRig rig = await FaultRig.StartAsync(OneShard());
        DateTime kill;
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            // So that the tail is nowhere but in the journal.
            await _server.StopAsync();
            await run.Node.UntilMoreAsync(40_000);
            // Far from the segment's both ends: one that was begun at the kill has no record before its last.
            await run.Node.UntilAsync(() => Task.FromResult(IsInTheMiddle(StoredRecords.Of(rig.Plant.JournalFolder)[^1])), "the newest segment is begun and not full");
            kill = await run.Node.KillAsync();
        }
        StoredSegment newest = StoredRecords.Of(rig.Plant.JournalFolder)[^1];
        StoredRecord last = newest.Records[^1], before = newest.Records[^2];
        string served = await rig.Plant.ServedAsync();
        long answeredOnly = (await rig.Plant.VerifyJournalAsync(served, kill)).GetProperty("unjournalled").GetInt64();
        await _server.RestartAsync();
        Tear(newest, last, damage == "cut short");

        using (FaultRun run = await rig.RunAsync())
        {
            string said = await run.UntilSaidAsync("a torn tail was cut");
            Assert.Contains(Invariant($"{newest.Path}: a torn tail was cut, offsets {last.Offset} to "), said, StringComparison.Ordinal);
            Assert.Contains(Invariant($"all after {before.Latest:O}"), said, StringComparison.Ordinal);
            Assert.True(await run.Node.MetricAsync("hyperingest_journal_cut_bytes_total") > 0);
            await run.Node.UntilMoreAsync(20_000);
            await run.Node.UntilCaughtUpAsync();
            await run.AssertNeverStoppedAsync();
            await run.Node.DrainAsync();
        }
        // Besides what no journal had at the kill, the record that was torn and nothing else.
        served = await rig.Plant.ServedAsync();
        foreach (var report in (System.Text.Json.JsonElement[])[await rig.Plant.VerifyJournalAsync(served, kill), await rig.Plant.VerifySinkAsync(served, kill)])
        {
            NodeRig.AssertClean(report);
            Assert.Equal(answeredOnly + last.Count, report.GetProperty("unjournalled").GetInt64());
        }
        await rig.AssertSameGapsAsync(served);
    }

    [Fact]
    public async Task Flipped_bytes_in_the_middle_cost_their_records_and_are_reported_with_their_range()
    {
        await using FaultRig rig = await FaultRig.StartAsync(OneShard());
        long lost;
        using (FaultRun run = await rig.RunAsync())
        {
            await UntilBehindAsync(rig, run, segments: 4);
            // The newest but one is whole, and no sink has any of it. Of one record the readings, of the next the header.
            StoredSegment segment = StoredRecords.Of(rig.Plant.JournalFolder)[^2];
            int middle = segment.Records.Count / 2;
            StoredRecord first = segment.Records[middle], second = segment.Records[middle + 1];
            Flip(segment, first.End - 100, second.Offset + 17);
            lost = first.Count + second.Count;

            double gaps = await run.Node.MetricAsync(Gaps);
            await _server.RestartAsync();
            await UntilGapIsSaidAsync(run, gaps, first.Offset, second.End, segment.Records[middle - 1].Latest, segment.Records[middle + 2].Earliest);
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync(new FourCounts(Lost: lost));
        await rig.AssertSameGapsAsync(await rig.Plant.ServedAsync());
    }

    [Theory]
    [InlineData("while the node runs")]
    [InlineData("while the node is down")]
    public async Task A_missing_segment_costs_its_records_and_is_reported_with_its_range(string when)
    {
        await using FaultRig rig = await FaultRig.StartAsync(OneShard());
        FaultRun run = await rig.RunAsync();
        try
        {
            // The one taken away has whole ones before and behind it.
            await UntilBehindAsync(rig, run, segments: 5);
            List<DateTime> kills = [];
            if (when == "while the node is down")
            {
                kills.Add(await run.Node.KillAsync());
                run.Dispose();
            }
            IReadOnlyList<StoredSegment> segments = StoredRecords.Of(rig.Plant.JournalFolder);
            StoredSegment missing = segments[^3];
            long unjournalled = kills.Count == 0 ? 0 : (await rig.Plant.VerifyJournalAsync(await rig.Plant.ServedAsync(), kills)).GetProperty("unjournalled").GetInt64();
            File.Delete(missing.Path);
            if (kills.Count > 0) run = await rig.RunAsync();

            double gaps = await run.Node.MetricAsync(Gaps);
            await _server.RestartAsync();
            await UntilGapIsSaidAsync(run, gaps, missing.Start, missing.Records[^1].End, segments[^4].Records[^1].Latest, segments[^2].Records[0].Earliest);
            await run.Node.UntilMoreAsync(10_000);
            await EndAsync(run);

            // What the devices had answered to a node that was killed is counted apart.
            string served = await rig.Plant.ServedAsync();
            foreach (var report in (System.Text.Json.JsonElement[])[await rig.Plant.VerifyJournalAsync(served, kills), await rig.Plant.VerifySinkAsync(served, kills)])
            {
                Assert.True(FourCounts.Of(report) == new FourCounts(Lost: missing.Records.Sum(r => (long)r.Count)), report.ToString());
                Assert.Equal(unjournalled, report.GetProperty("unjournalled").GetInt64());
            }
            await rig.AssertSameGapsAsync(served);
        }
        finally
        {
            run.Dispose();
        }
    }

    [Fact]
    public async Task A_full_disk_stops_intake_and_loses_nothing()
    {
        using SmallDisk disk = new("24m");
        // A ring that is full soon after its journal refuses.
        await using FaultRig rig = await FaultRig.StartAsync(OneShard() with { Journal = Path.Combine(disk.Path, "journal"), Ring = 8192 });
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(10_000);
            double refusals = await run.Node.MetricAsync("hyperingest_journal_refusals_total");
            disk.Fill();
            await run.UntilIntakeStopsAsync(rig.Plant.JournalFolder);
            await run.UntilCountedAsync("hyperingest_journal_refusals_total", refusals);
            await run.UntilSaidAsync("because the disk was full");
            disk.Free();
            await run.Node.UntilAsync(async () => (await run.Node.ReadyAsync()).Code == System.Net.HttpStatusCode.OK, "ready again by itself");
            Assert.Equal(0, await run.Node.MetricAsync("hyperingest_shard_intake_stopped"));
            await run.Node.UntilMoreAsync(20_000);
            await run.Node.UntilCaughtUpAsync();
            await run.AssertStoppedAsync();
            await run.Node.DrainAsync();
        }
        await rig.AssertEverywhereAsync();
    }

    // ext4 takes no writes and no fsync any more, on files that are open too. What is in memory then cannot be saved: the node must say how much it was.
    [Fact]
    public async Task A_file_system_gone_read_only_stops_intake_and_costs_what_was_in_memory_which_is_counted()
    {
        using FailingDisk disk = new("128m");
        await using FaultRig rig = await FaultRig.StartAsync(OneShard() with { Journal = Path.Combine(disk.Path, "journal"), Ring = 8192 });
        long abandoned;
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(10_000);
            await run.Node.UntilCaughtUpAsync();
            double refusals = await RefusedAsync(run);
            disk.FailToReadOnly();
            await run.UntilIntakeStopsAsync(rig.Plant.JournalFolder);
            await run.Node.UntilAsync(async () => await RefusedAsync(run) > refusals, "the refusal is counted");
            await run.UntilSaidAsync("Read-only file system");
            await run.AssertStoppedAsync();
            (int code, string log) = await run.Node.TerminateAsync();
            Assert.Equal(3, code);
            // What had been taken in, and answers that stood in receive buffers for want of room in the ring.
            Match inMemory = Assert.Single(Regex.Matches(log, @"(\d+) readings in memory could not be journalled and are lost, gateway times \d{4}-\S+ to \d{4}-"));
            abandoned = Number(inMemory) + Regex.Matches(log, @"their answers not taken, (\d+) readings").Sum(Number);
        }
        disk.Mend();
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(10_000);
            await run.Node.UntilCaughtUpAsync();
            await run.AssertNeverStoppedAsync();
            await run.Node.DrainAsync();
        }
        Assert.True(abandoned > 0, "nothing was in memory");
        await rig.AssertSinksAsync(await rig.Plant.ServedAsync(), new FourCounts(Lost: abandoned));
    }

    // Times are the wall clock's: an hour comes again, and the verifier finds one step back in each series. No reading is missing, doubled or changed by it, and none is late.
    [Fact]
    public async Task A_clock_stepped_back_an_hour_is_reported_and_costs_no_reading()
    {
        using SteppableClock clock = new();
        await using FaultRig rig = await FaultRig.StartAsync(OneShard());
        using (FaultRun run = await rig.RunAsync(clock.Environment))
        {
            await run.Node.UntilMoreAsync(40_000);
            await run.Node.UntilCaughtUpAsync();
            double steps = await run.Node.MetricAsync("hyperingest_clock_steps_total");
            clock.Step(TimeSpan.FromHours(-1));
            await run.UntilCountedAsync("hyperingest_clock_steps_total", steps);
            Assert.Contains("stepped back by 3600.0 s", await run.UntilSaidAsync("stepped back"), StringComparison.Ordinal);

            // Lag is still told: by a clock that nobody sets.
            await _server.StopAsync();
            await run.Node.UntilAsync(
                async () => (await run.Node.StatusAsync()).GetProperty("lanes").EnumerateArray().All(l => l.GetProperty("lag_seconds").GetDouble() > 1), "the lanes' lag is told");
            await _server.RestartAsync();
            await run.Node.UntilMoreAsync(40_000);
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync(new FourCounts(Reordered: rig.SeriesCount));
    }

    // One shard, and segments of about a second.
    private NodeRigOptions OneShard() => new() { Sink = "", Connection = _server.ConnectionString, Shards = 1, Segment = Invariant($"{SegmentBytes >> 20}MiB") };

    // The sink has the journal's beginning, and so many segments are behind it that it has nothing of.
    private async Task UntilBehindAsync(FaultRig rig, FaultRun run, int segments)
    {
        await run.Node.UntilMoreAsync(10_000);
        await run.Node.UntilCaughtUpAsync();
        await _server.StopAsync();
        string shard = Path.Combine(rig.Plant.JournalFolder, "shard-00");
        int before = Directory.GetFiles(shard, "*.seg").Length;
        await run.Node.UntilAsync(() => Task.FromResult(Directory.GetFiles(shard, "*.seg").Length >= before + segments), $"{segments} more segments");
    }

    // Whichever comes first: an append, or the fsync of one that came just before.
    private static async Task<double> RefusedAsync(FaultRun run) =>
        await run.Node.MetricAsync("hyperingest_journal_refusals_total") + await run.Node.MetricAsync("hyperingest_journal_sync_failures_total");

    private static async Task UntilGapIsSaidAsync(FaultRun run, double gapsBefore, long from, long to, DateTime after, DateTime before)
    {
        await run.UntilCountedAsync(Gaps, gapsBefore);
        string said = await run.UntilSaidAsync("records are missing or damaged");
        Assert.Contains(Invariant($"offsets {from} to {to}, gateway times {after:O} to {before:O}"), said, StringComparison.Ordinal);
        await run.Node.UntilCaughtUpAsync();
        Assert.Equal(gapsBefore + 1, await run.Node.MetricAsync(Gaps));
        Assert.Equal(to - from, await run.Node.MetricAsync(LostBytes));
    }

    private static async Task EndAsync(FaultRun run)
    {
        await run.AssertNeverStoppedAsync();
        await run.Node.DrainAsync();
    }

    private static void Flip(StoredSegment segment, params long[] offsets)
    {
        using FileStream file = new(segment.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        foreach (long offset in offsets)
        {
            file.Position = offset - segment.Start;
            int value = file.ReadByte();
            file.Position = offset - segment.Start;
            file.WriteByte((byte)~value);
        }
    }

    private static bool IsInTheMiddle(StoredSegment segment) =>
        segment.Records.Count > 2 && segment.Records[^1].End - segment.Start is > SegmentBytes / 8 and < SegmentBytes / 2;

    // A record of which a part was written.
    private static void Tear(StoredSegment segment, StoredRecord last, bool cut)
    {
        using FileStream file = new(segment.Path, FileMode.Open, FileAccess.Write);
        long middle = (last.Offset + last.End) / 2;
        if (cut)
        {
            file.SetLength(middle - segment.Start);
            return;
        }
        byte[] noise = new byte[64];
        new Random(1).NextBytes(noise);
        file.Position = middle - segment.Start;
        file.Write(noise);
    }

    private static long Number(Match match) => long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
