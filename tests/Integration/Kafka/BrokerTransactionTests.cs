using Confluent.Kafka;
using HyperIngest.LoadGen.Kafka;
using static HyperIngest.Tests.Integration.Kafka.BrokerClients;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Transactions of the stand-in broker, seen through librdkafka.</summary>
public sealed class BrokerTransactionTests : IAsyncLifetime
{
    private readonly BrokerClients _clients = Start();

    public Task InitializeAsync()
    {
        _clients.Broker.CreateTopic("t", 1);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _clients.DisposeAsync();

    [Fact]
    public async Task Aborted_transaction_is_invisible_to_read_committed_and_visible_to_read_uncommitted()
    {
        using IProducer<string, string> producer = _clients.Transactional("writer");
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            producer.BeginTransaction();
            await ProduceAsync(producer, "t", Values(name, 100));
            if (name is "b" or "d") producer.AbortTransaction(Longest);
            else producer.CommitTransaction(Longest);
        }
        string[] committed = await _clients.ReadAsync("t");
        Assert.Equal([.. Values("a", 100), .. Values("c", 100)], committed);
        string[] all = await _clients.ReadAsync("t", KafkaIsolation.ReadUncommitted);
        Assert.Equal([.. Values("a", 100), .. Values("b", 100), .. Values("c", 100), .. Values("d", 100)], all);
        PartitionView partition = Assert.Single(_clients.Broker.Partitions("t"));
        Assert.Equal((200, 400, 404), (partition.CommittedRecords, partition.AllRecords, partition.HighWatermark));
    }

    [Fact]
    public async Task Open_transaction_holds_back_what_is_behind_it()
    {
        using IProducer<string, string> open = _clients.Transactional("open");
        using IProducer<string, string> other = _clients.Transactional("other");
        other.BeginTransaction();
        await ProduceAsync(other, "t", ["before"]);
        other.CommitTransaction(Longest);
        open.BeginTransaction();
        await ProduceAsync(open, "t", ["open"]);
        other.BeginTransaction();
        await ProduceAsync(other, "t", ["behind"]);
        other.CommitTransaction(Longest);
        Assert.Equal(["before"], await _clients.ReadAsync("t"));
        Assert.Equal(["before", "open", "behind"], await _clients.ReadAsync("t", KafkaIsolation.ReadUncommitted));
        Assert.Equal(2, _clients.Broker.Partitions("t")[0].LastStableOffset);
        open.CommitTransaction(Longest);
        Assert.Equal(["before", "open", "behind"], await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Zombie_producer_is_fenced()
    {
        using IProducer<string, string> zombie = _clients.Transactional("same");
        zombie.BeginTransaction();
        await ProduceAsync(zombie, "t", ["zombie before"]);
        using IProducer<string, string> successor = _clients.Transactional("same");
        KafkaException fenced = await Assert.ThrowsAnyAsync<KafkaException>(async () =>
        {
            await ProduceAsync(zombie, "t", ["zombie after"]);
            zombie.CommitTransaction(Longest);
        });
        Assert.Contains(fenced.Error.Code, (ErrorCode[])[ErrorCode.Local_Fenced, ErrorCode.Local_PurgeQueue, ErrorCode.InvalidProducerEpoch]);
        successor.BeginTransaction();
        await ProduceAsync(successor, "t", ["successor"]);
        successor.CommitTransaction(Longest);
        Assert.Equal(["successor"], await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Producer_killed_in_a_transaction_is_aborted_by_its_successor()
    {
        await using (BrokerPeer peer = BrokerPeer.StartPython("broker_transaction.py", _clients.Broker.BootstrapServers, "worker", "t", "500"))
        {
            Assert.Equal("written", await peer.ReadLineAsync());
            await peer.KillAsync();
        }
        Assert.Equal(1, _clients.Broker.OpenTransactions);
        Assert.Empty(await _clients.ReadAsync("t"));
        using IProducer<string, string> successor = _clients.Transactional("worker");
        Assert.Equal(0, _clients.Broker.OpenTransactions);
        successor.BeginTransaction();
        await ProduceAsync(successor, "t", Values("s", 500));
        successor.CommitTransaction(Longest);
        Assert.Equal(Values("s", 500), await _clients.ReadAsync("t"));
        Assert.Equal(1_000, (await _clients.ReadAsync("t", KafkaIsolation.ReadUncommitted)).Length);
    }

    [Fact]
    public async Task Transaction_older_than_its_timeout_is_aborted_and_its_producer_fenced()
    {
        using IProducer<string, string> slow = _clients.Transactional("slow", TimeSpan.FromSeconds(2));
        slow.BeginTransaction();
        slow.Produce("t", Message("late"));
        await Eventually.IsTrue(() => _clients.Broker.OpenTransactions == 1, "the transaction is open");
        await Eventually.IsTrue(() => _clients.Broker.OpenTransactions == 0, "the transaction is aborted");
        Assert.ThrowsAny<KafkaException>(() => slow.CommitTransaction(Longest));
        Assert.Empty(await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Offsets_committed_in_a_transaction_appear_only_on_commit()
    {
        await using BrokerPeer mover = await MoverAsync();
        await DoAsync(mover, "begin", "send");
        Assert.Null(_clients.Broker.CommittedOffset("group", "t", 0));
        await DoAsync(mover, "abort");
        Assert.Null(_clients.Broker.CommittedOffset("group", "t", 0));

        await DoAsync(mover, "begin", "send");
        Assert.Null(_clients.Broker.CommittedOffset("group", "t", 0));
        await DoAsync(mover, "commit");
        Assert.Equal(1, _clients.Broker.CommittedOffset("group", "t", 0));
        Assert.Equal("1", await mover.AskAsync("committed"));
    }

    [Fact]
    public async Task Offsets_sent_by_a_member_that_has_left_are_refused()
    {
        await using BrokerPeer mover = await MoverAsync();
        await DoAsync(mover, "begin", "leave");
        Assert.Equal("UNKNOWN_MEMBER_ID", await mover.AskAsync("send"));
        await DoAsync(mover, "abort");
        Assert.Null(_clients.Broker.CommittedOffset("group", "t", 0));
    }

    [Theory]
    [InlineData(KafkaApi.EndTxn)]
    [InlineData(KafkaApi.AddPartitionsToTxn)]
    [InlineData(KafkaApi.InitProducerId)]
    [InlineData(KafkaApi.Produce)]
    public async Task Transaction_whose_answer_is_lost_lands_once(KafkaApi lost)
    {
        BrokerFault cut = _clients.Broker.Faults.CutResponse(lost);
        using IProducer<string, string> producer = _clients.Transactional("writer");
        producer.BeginTransaction();
        await ProduceAsync(producer, "t", Values("a", 50));
        producer.CommitTransaction(Longest);
        Assert.Equal(1, cut.Hits);
        Assert.Equal(Values("a", 50), await _clients.ReadAsync("t"));
        Assert.Equal(50, (await _clients.ReadAsync("t", KafkaIsolation.ReadUncommitted)).Length);
    }

    private static async Task DoAsync(BrokerPeer mover, params string[] actions)
    {
        foreach (string action in actions) Assert.Equal("ok", await mover.AskAsync(action));
    }

    private async Task<BrokerPeer> MoverAsync()
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        await ProduceAsync(producer, "t", ["in"]);
        BrokerPeer mover = BrokerPeer.StartPython("broker_offsets.py", _clients.Broker.BootstrapServers, "group", "t", "mover");
        Assert.Equal("ready", await mover.ReadLineAsync());
        return mover;
    }
}
