using System.Text;
using System.Text.Json;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Protocols.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>The Kafka source against the stand-in broker, with a real journal behind it.</summary>
public sealed class SourceTests : IAsyncLifetime, IDisposable
{
    private readonly StandInBroker _broker = StandInBroker.Start();
    private readonly SourceRecords _records;
    private readonly string _root = Directory.CreateTempSubdirectory("hyperingest-kafka-").FullName;

    public SourceTests() => _records = new SourceRecords(_broker.BootstrapServers);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    public void Dispose() => _records.Dispose();

    private string Folder(string name) => Path.Combine(_root, name);

    private KafkaSourceOptions Options => SourceNode.Options(_broker.BootstrapServers, "t");

    private long Committed(int partitions) => Enumerable.Range(0, partitions).Sum(p => _broker.CommittedOffset("g", "t", p) ?? 0);

    private static long[] Range(int from, int to) => [.. Enumerable.Range(from, to - from).Select(n => (long)n)];

    [Fact]
    public async Task Every_record_is_journalled_once_in_order_and_then_committed()
    {
        _broker.CreateTopic("t", 3);
        _records.Count("t", 3, 0, 30_000);
        SourceNode node = await SourceNode.StartAsync(Options, Folder("a"));
        await Eventually.IsTrue(() => Committed(3) == 30_000, "all offsets are committed");
        _records.Count("t", 3, 30_000, 33_000);
        await Eventually.IsTrue(() => Committed(3) == 33_000, "new ones too");
        Assert.Equal(33_000, node.Count("records"));
        Assert.Equal(33_000, node.Count("readings"));
        Assert.Equal(4, node.Source.Devices.Count);
        Assert.All(node.Source.Devices, d => Assert.True(d.Connected, d.LastFault));
        await node.StopAsync();
        Dictionary<string, List<string>> stored = SourceNode.Stored(node.Folder);
        Assert.Equal(30, stored.Count);
        Assert.All(stored.Values, values => Assert.Equal(values.Select(long.Parse).Order(), values.Select(long.Parse)));
        Assert.Equal(Range(0, 33_000), SourceNode.Numbers(node.Folder));
    }

    [Fact]
    public async Task Nothing_is_committed_before_it_is_durable_and_all_of_it_at_an_orderly_stop()
    {
        _broker.CreateTopic("t", 2);
        _records.Count("t", 2, 0, 5000);
        SourceNode node = await SourceNode.StartAsync(Options, Folder("a"), j => j with { FsyncInterval = TimeSpan.FromSeconds(60) });
        await Eventually.IsTrue(() => node.Pipeline.Shards.Sum(s => s.Readings) == 5000, "all is in the journal");
        // Commits are tried every 20 ms; the source has had many occasions when the lag has been looked at this often.
        long fetches = _broker.Requests(KafkaApi.Fetch);
        await Eventually.IsTrue(() => _broker.Requests(KafkaApi.Fetch) > fetches + 3, "the source goes on asking");
        Assert.Equal(0, _broker.Requests(KafkaApi.OffsetCommit));
        await node.StopAsync();
        Assert.Equal(5000, Committed(2));
        Assert.Equal(0, _broker.GroupMembers("g"));
    }

    [Fact]
    public async Task A_kill_between_journal_and_commit_brings_nothing_twice()
    {
        _broker.CreateTopic("t", 3);
        _records.Count("t", 3, 0, 6000);
        _broker.Faults.Fail(KafkaApi.OffsetCommit, LoadGen.Kafka.BrokerError.NotCoordinator, int.MaxValue);
        SourceNode killed = await SourceNode.StartAsync(Options with { HandOverTimeout = TimeSpan.FromMilliseconds(100) }, Folder("a"));
        await Eventually.IsTrue(() => killed.Pipeline.Shards.Sum(s => s.Readings) == 6000, "all is in the journal");
        await Eventually.IsTrue(() => killed.Count("commit_failures") > 0, "a commit has failed");
        // What a kill would leave of the journal, and a group that has committed nothing.
        Copy(Folder("a"), Folder("b"));
        await killed.DisposeAsync();
        Assert.Equal(0, Committed(3));
        _broker.Faults.Clear();
        _records.Count("t", 3, 6000, 9000);
        SourceNode node = await SourceNode.StartAsync(Options, Folder("b"));
        await Eventually.IsTrue(() => Committed(3) == 9000, "all offsets are committed");
        Assert.Equal(6000, node.Count("passed_over"));
        await node.StopAsync();
        Assert.Equal(Range(0, 9000), SourceNode.Numbers(Folder("b")));
    }

    [Fact]
    public async Task Partitions_that_move_between_two_nodes_bring_nothing_twice_and_lose_nothing()
    {
        _broker.CreateTopic("t", 6);
        using CancellationTokenSource ended = new();
        int next = 0;
        Task producing = Task.Run(() =>
        {
            for (; !ended.IsCancellationRequested; next += 600) _records.Count("t", 6, next, next + 600);
        });
        using SourceLines lines = new();
        SourceNode first = await SourceNode.StartAsync(Options, Folder("a"), loggers: lines);
        await Eventually.IsTrue(() => first.Count("records") > 1000, "the first node reads");
        SourceNode second = await SourceNode.StartAsync(Options, Folder("b"), loggers: lines);
        await Eventually.IsTrue(() => second.Count("records") > 1000, "the second has taken partitions over");
        await first.StopAsync();
        long had = second.Count("records");
        await Eventually.IsTrue(() => second.Source.Devices.Count == 7 && second.Count("records") > had + 1000, "the second has them all");
        await ended.CancelAsync();
        await producing;
        await Eventually.IsTrue(() => Committed(6) == next, "all is committed");
        await second.StopAsync();
        long[] numbers = SourceNode.Numbers(Folder("a"), Folder("b"));
        Assert.True(numbers.SequenceEqual(Range(0, next)), $"{next} produced, {numbers.Length} stored, {numbers.Distinct().Count()} different; twice: {string.Join(',', numbers.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).Take(50))}; missing: {string.Join(',', Range(0, next).Except(numbers).Take(120))}; readings taken {first.Count("readings")} + {second.Count("readings")}, records {first.Count("records")} + {second.Count("records")}, stored {SourceNode.Numbers(Folder("a")).Length} + {SourceNode.Numbers(Folder("b")).Length}, passed over {first.Count("passed_over")} + {second.Count("passed_over")}, repeated {first.Count("repeated")} + {second.Count("repeated")}\n{lines}");
        Assert.Equal(0, first.Count("partitions_lost") + second.Count("partitions_lost"));
    }

    [Fact]
    public async Task A_record_that_is_no_readings_is_a_dead_letter_and_stops_nothing()
    {
        _broker.CreateTopic("t", 1);
        _records.Count("t", 1, 0, 10);
        _records.Send("t", 0, [Encoding.UTF8.GetBytes("{\"no\":1}"), [0xff, 0xfe, 0x01], []]);
        _records.Count("t", 1, 10, 20);
        SourceNode node = await SourceNode.StartAsync(Options, Folder("a"));
        await Eventually.IsTrue(() => Committed(1) == 23, "all is committed");
        Assert.Equal(3, node.Count("unparseable"));
        await node.StopAsync();
        Assert.Equal(Range(0, 20), SourceNode.Numbers(Folder("a")));
        string[] lines = [.. Directory.GetFiles(Path.Combine(Folder("a"), "dead-letters"), "*.jsonl").SelectMany(File.ReadAllLines)];
        Assert.Equal(3, lines.Length);
        using JsonDocument letter = JsonDocument.Parse(lines[0]);
        Assert.Equal(("in", "t", 0, 10L, "key"), (
            letter.RootElement.GetProperty("source").GetString(), letter.RootElement.GetProperty("topic").GetString(), letter.RootElement.GetProperty("partition").GetInt32(),
            letter.RootElement.GetProperty("offset").GetInt64(), letter.RootElement.GetProperty("key").GetString()));
        Assert.Equal("{\"no\":1}", Encoding.UTF8.GetString(letter.RootElement.GetProperty("valueBase64").GetBytesFromBase64()));
        Assert.Contains("missing", letter.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_new_series_than_allowed_are_dead_letters_that_say_so()
    {
        _broker.CreateTopic("t", 1);
        _records.Send("t", 0, Enumerable.Range(0, 8).Select(n => Encoding.UTF8.GetBytes(SourceRecords.Json($"d{n}", n))));
        SourceNode node = await SourceNode.StartAsync(Options with { Limits = new RecordReaderLimits { MaxNewSeries = 5 } }, Folder("a"));
        await Eventually.IsTrue(() => Committed(1) == 8, "all is committed");
        Assert.Equal((5, 3), (node.Count("readings"), node.Count("unparseable")));
        Assert.Contains("new series", node.Source.Devices[1].LastFault, StringComparison.Ordinal);
        await node.StopAsync();
    }

    [Fact]
    public async Task A_full_ring_pauses_the_partitions_keeps_the_group_and_loses_nothing()
    {
        _broker.CreateTopic("t", 4);
        _records.Count("t", 4, 0, 60_000);
        const int ring = 2048;
        int full = 1;
        // A disk that is full, until it is not: the journal takes no segment, the shards stop, the rings fill.
        SourceNode node = await SourceNode.StartAsync(
            Options, Folder("a"),
            j => j with
            {
                SegmentBytes = 64 << 10,
                CreateSegment = (path, bytes) => Volatile.Read(ref full) == 1 && path.Contains("shard-", StringComparison.Ordinal) && Directory.GetFiles(Path.GetDirectoryName(path)!, "*.seg").Length > 0
                    ? throw new IOException("No space left on device", unchecked((int)0x80070070))
                    : File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, bytes),
            },
            ring);
        await Eventually.IsTrue(() => node.Count("pauses") > 0, "the source is paused");
        // Another member comes and goes meanwhile: the paused one must take part in both rebalances.
        SourceNode guest = await SourceNode.StartAsync(Options, Folder("b"));
        await Eventually.IsTrue(() => _broker.GroupMembers("g") == 2 && guest.Source.Devices.Count == 3, "a second member has its share while the first waits");
        await guest.StopAsync();
        Volatile.Write(ref full, 0);
        await Eventually.IsTrue(() => Committed(4) == 60_000, "all is committed");
        await node.StopAsync();
        Assert.Equal(60_000 + TakenAgain(ring, "a", "b"), SourceNode.Numbers(Folder("a"), Folder("b")).Length);
        Assert.Equal(Range(0, 60_000), SourceNode.Numbers(Folder("a"), Folder("b")).Distinct());
    }

    // What a node has in its rings and cannot make durable, the next owner of its partition takes again once the hand-over's time is up: never more than the rings and the batches hold.
    private long TakenAgain(int ring, string held, string guest)
    {
        long[] again = [.. SourceNode.Numbers(Folder(held)).Intersect(SourceNode.Numbers(Folder(guest)))];
        Assert.InRange(again.Length, 0, 2 * (ring + SourceNode.BatchReadings));
        return again.Length;
    }

    [Fact]
    public async Task Only_what_transactions_have_committed_is_taken()
    {
        _broker.CreateTopic("t", 1);
        using (KafkaProducer producer = new("tx", new KafkaClientOptions { Brokers = _broker.BootstrapServers },
            new Dictionary<string, string> { ["transactional.id"] = "x", ["linger.ms"] = "0" }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
        {
            Assert.False(producer.InitTransactions(TimeSpan.FromSeconds(30)).IsError);
            foreach ((int value, bool commit) in ((int, bool)[])[(1, true), (2, false), (3, true)])
            {
                Assert.False(producer.PartitionsOf(producer.Topic("t"), TimeSpan.FromSeconds(30), out HyperIngest.Kafka.KafkaError known) != 1, known.ToString());
                Assert.False(producer.BeginTransaction().IsError);
                Produce(producer, SourceRecords.Json("d", value));
                KafkaReport[] reports = new KafkaReport[4];
                await Eventually.IsTrue(() => producer.Poll(reports, TimeSpan.FromMilliseconds(50)) > 0, "it is reported");
                HyperIngest.Kafka.KafkaError end = commit ? producer.CommitTransaction(TimeSpan.FromSeconds(30)) : producer.AbortTransaction(TimeSpan.FromSeconds(30));
                Assert.False(end.IsError, end.ToString());
            }
        }
        SourceNode node = await SourceNode.StartAsync(Options, Folder("a"));
        await Eventually.IsTrue(() => Committed(1) == 5, "the last record is committed");
        await node.StopAsync();
        Assert.Equal([1L, 3L], SourceNode.Numbers(Folder("a")));
        Assert.Equal(0, node.Count("lost_offsets"));
    }

    [Fact]
    public async Task What_retention_deleted_before_it_was_read_is_a_loss_that_is_counted()
    {
        _broker.CreateTopic("t", 1, new TopicSettings { RetentionBytes = 200_000 });
        _records.Count("t", 1, 0, 100);
        SourceNode before = await SourceNode.StartAsync(Options, Folder("a"));
        await Eventually.IsTrue(() => Committed(1) == 100, "the first hundred are committed");
        await before.StopAsync();
        _records.Count("t", 1, 100, 20_000);
        long start = _broker.Partitions("t")[0].Start;
        Assert.True(start > 100, "retention has deleted something");
        SourceNode node = await SourceNode.StartAsync(Options, Folder("a"));
        await Eventually.IsTrue(() => Committed(1) == 20_000, "the rest is committed");
        Assert.Equal(start - 100, node.Count("lost_offsets"));
        await node.StopAsync();
        Assert.Equal([.. Range(0, 100), .. Range((int)start, 20_000)], SourceNode.Numbers(Folder("a")));
    }

    [Fact]
    public async Task A_topic_that_was_made_anew_is_read_from_its_beginning()
    {
        _broker.CreateTopic("t", 1);
        _records.Count("t", 1, 0, 1000);
        SourceNode before = await SourceNode.StartAsync(Options, Folder("a"));
        await Eventually.IsTrue(() => Committed(1) == 1000, "it is committed");
        await before.StopAsync();
        await using StandInBroker another = StandInBroker.Start();
        another.CreateTopic("t", 1);
        using SourceRecords records = new(another.BootstrapServers);
        records.Count("t", 1, 5000, 5100);
        SourceNode node = await SourceNode.StartAsync(SourceNode.Options(another.BootstrapServers, "t"), Folder("a"));
        await Eventually.IsTrue(() => another.CommittedOffset("g", "t", 0) == 100, "the new topic is committed");
        await node.StopAsync();
        Assert.Equal([.. Range(0, 1000), .. Range(5000, 5100)], SourceNode.Numbers(Folder("a")));
    }

    private static unsafe void Produce(KafkaProducer producer, string json)
    {
        byte[] value = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(json), pinned: true);
        Encoding.UTF8.GetBytes(json, value);
        fixed (byte* v = value)
        {
            KafkaMessage message = new() { Value = v, ValueLength = value.Length };
            Assert.Equal(1, producer.Produce(producer.Topic("t"), new Span<KafkaMessage>(ref message)));
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            using FileStream target = new(copy, FileMode.Create);
            // The lock file of an open journal cannot be opened, and is empty.
            if (Path.GetFileName(file) == "lock") continue;
            using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            source.CopyTo(target);
        }
    }
}
