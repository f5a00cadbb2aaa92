using System.Globalization;
using System.Text.Json;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>kill -9 of a node that writes to Kafka. The broker is the stand-in in the test's process, which no kill of the node reaches.</summary>
[Collection(NodeCollection.Name)]
public sealed class KafkaKillTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Seed = 20260131;
    private const int Kills = 10;

    // Every so many kills one hits the node while it starts.
    private const int KillsInStart = 5;

    // Far less than comes in a second.
    private const int MostInDelivery = 4096;

    // How late a broker that is slow on purpose confirms: a transaction is open for at least as long, far longer than a look at the broker and a kill take.
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(500);

    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { DefaultPartitions = 4 });

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    // One lane, so that records and readings of the journal can be counted against each other. A repeated reading is a duplicate and nothing else to the verifier: it asks of the first time only
    // whether a later one of the series was there before it.
    [Fact]
    public async Task At_least_once_loses_nothing_and_repeats_at_most_a_delivery_at_each_of_ten_kills()
    {
        Random random = new(Seed);
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Kafka = $", readings_per_delivery: {MostInDelivery}", Brokers = _broker.BootstrapServers, Shards = 1 });
        List<DateTime> kills = [];
        long repeats = 0, behind = 0;
        for (int kill = 1; kill <= Kills; kill++)
        {
            int readings = random.Next(1, 40_000);
            using NodeUnderTest node = await rig.RunAsync();
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            // What stood behind the cursor is repeated by this life, and not in part by the next.
            await node.UntilAsync(async () => await DeliveredAsync(node) >= behind, "what stood behind the cursor is delivered again");
            await node.UntilMoreAsync(readings);
            if (kill % 2 == 0)
            {
                // Every other kill within a delivery for certain, the others where they happen to be.
                BrokerFault late = _broker.Faults.Delay(KafkaApi.Produce, SlowAnswer, int.MaxValue);
                await Eventually.IsTrue(() => late.Hits > 0, "records are there and not confirmed");
            }
            kills.Add(await node.KillAsync());
            _broker.Faults.Clear();
            await readiness.AssertAlwaysReadyAsync();
            // The kernel delivers what the node had written before it died.
            await Eventually.IsTrue(() => _broker.Counts.Connected == 0, "the broker has read what the dead node sent");

            (long journalled, long before) = Count(rig.JournalFolder);
            long there = _broker.CountRecords(NodeRig.Topic, KafkaIsolation.ReadUncommitted) - repeats;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill} after {readings} readings: {journalled} journalled, {there} of them in Kafka, {there - before} behind the cursor"));
            Assert.InRange(there, before, journalled);
            Assert.InRange(there - before, 0, MostInDelivery);
            repeats += there - before;
            behind = journalled - before;
        }
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(20_000);
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        string served = await rig.ServedAsync();
        JsonElement journal = await rig.VerifyJournalAsync(served, kills);
        NodeRig.AssertClean(journal);
        JsonElement kafka = await rig.VerifySinkAsync(NodeRig.KafkaName, served, kills);
        Assert.True(FourCounts.Of(kafka) == new FourCounts(Duplicated: repeats), $"expected {repeats} repeated, found {kafka}");
        Assert.True(repeats > 0, "no kill left anything behind the cursor");
        Assert.Equal(journal.GetProperty("received").GetInt64() + repeats, kafka.GetProperty("received").GetInt64());
        await AssertSameGapsAsync(rig, served, kills);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {repeats:N0} of {journal.GetProperty("received").GetInt64():N0} readings twice over {Kills} kills"));
    }

    [Fact]
    public async Task Exactly_once_loses_and_doubles_nothing_for_who_reads_committed_records_over_ten_kills()
    {
        Random random = new(Seed);
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Kafka = ", exactly_once: true", Brokers = _broker.BootstrapServers });
        List<DateTime> kills = [];
        for (int kill = 1; kill <= Kills; kill++)
        {
            if (kill % KillsInStart == 0)
            {
                // The moment is what the test is about: nothing is waited for.
                TimeSpan age = TimeSpan.FromMilliseconds(random.Next(20, 1000));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill}: {age.TotalMilliseconds} ms old, in its start"));
                using ProgramProcess starting = ProgramProcess.Start("run", rig.SiteFile, "--progress", "0");
                await Task.Delay(age);
                starting.Signal(9);
                Assert.Equal(128 + 9, (await starting.EndAsync()).Code);
                kills.Add(DateTime.UtcNow);
                continue;
            }
            int readings = random.Next(1, 40_000);
            using NodeUnderTest node = await rig.RunAsync();
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            await node.UntilMoreAsync(readings);
            // Every other kill in a transaction for certain, the others where they happen to be.
            bool inTransaction = kill % 2 == 0;
            if (inTransaction)
            {
                _broker.Faults.Delay(KafkaApi.Produce, SlowAnswer, int.MaxValue);
                await Eventually.IsTrue(() => Uncommitted() > 0, "a transaction has records");
            }
            kills.Add(await node.KillAsync());
            _broker.Faults.Clear();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill}: after {readings} readings, {Uncommitted()} records uncommitted"));
            await readiness.AssertAlwaysReadyAsync();
        }
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(20_000);
            await node.UntilCaughtUpAsync();
            await node.DrainAsync();
        }
        Assert.Equal(0, _broker.OpenTransactions);
        string served = await rig.ServedAsync();
        JsonElement journal = await rig.AssertNothingLostAsync(served, kills);
        await AssertSameGapsAsync(rig, served, kills);

        // The kills did hit transactions: who reads everything sees what they left, and would have it twice.
        long received = journal.GetProperty("received").GetInt64();
        Assert.Equal(received, _broker.CountRecords(NodeRig.Topic, KafkaIsolation.ReadCommitted));
        Assert.True(Uncommitted() > 0, "no kill left a transaction to abort");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {received:N0} readings, {Uncommitted():N0} more in aborted transactions"));
    }

    private long Uncommitted() => _broker.CountRecords(NodeRig.Topic, KafkaIsolation.ReadUncommitted) - _broker.CountRecords(NodeRig.Topic, KafkaIsolation.ReadCommitted);

    // The same readings of the same series, not only as many.
    private static async Task AssertSameGapsAsync(NodeRig rig, string served, List<DateTime> kills)
    {
        var journal = await rig.GapsOfJournalAsync(rig.JournalFolder, served, [.. kills]);
        var kafka = await rig.GapsOfSinkAsync(NodeRig.KafkaName, served, [.. kills]);
        Assert.Equal(journal.Gaps.Select(Place), kafka.Gaps.Select(Place));
    }

    private static (int, int, long, long) Place(SeriesGap gap) => (gap.Device, gap.Tag, gap.FirstN, gap.Count);

    private static async Task<long> DeliveredAsync(NodeUnderTest node) =>
        (await node.StatusAsync()).GetProperty("lanes").EnumerateArray().Sum(l => l.GetProperty("delivered").GetInt64());

    // The readings of shard 0, and those of them before the cursor beside the journal; no node is running.
    private static (long All, long Before) Count(string folder)
    {
        using ReadingJournal journal = ReadingJournal.OpenRead(folder);
        using CursorFile stored = journal.OpenCursor(NodeRig.KafkaName, 0);
        JournalPosition cursor = stored.Cursor ?? JournalPosition.Start;
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch batch = new BatchPool(journal.LargestBatch, 1).Rent();
        long all = 0, before = 0;
        while (reader.TryRead(batch).Status == ReadStatus.Read)
        {
            all += batch.Count;
            if (batch.Offset < cursor.Offset) before += batch.Count;
            else if (batch.Offset == cursor.Offset) before += cursor.Index;
        }
        return (all, before);
    }
}
