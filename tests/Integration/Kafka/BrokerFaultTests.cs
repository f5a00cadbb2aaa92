using Confluent.Kafka;
using HyperIngest.LoadGen.Kafka;
using static HyperIngest.Tests.Integration.Kafka.BrokerClients;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Each fault that can be asked for is one that a client sees.</summary>
public sealed class BrokerFaultTests : IAsyncLifetime
{
    private readonly BrokerClients _clients = Start();

    public Task InitializeAsync()
    {
        _clients.Broker.CreateTopic("t", 1);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _clients.DisposeAsync();

    [Theory]
    [InlineData(KafkaError.TopicAuthorizationFailed, ErrorCode.TopicAuthorizationFailed)]
    [InlineData(KafkaError.MessageTooLarge, ErrorCode.MsgSizeTooLarge)]
    [InlineData(KafkaError.InvalidRequiredAcks, ErrorCode.InvalidRequiredAcks)]
    [InlineData(KafkaError.UnknownServerError, ErrorCode.Unknown)]
    public async Task Produce_error_that_no_retry_helps_is_seen_by_the_client(KafkaError error, ErrorCode seen)
    {
        using IProducer<string, string> producer = _clients.Producer(c => c.MessageSendMaxRetries = 0);
        BrokerFault fault = _clients.Broker.Faults.Fail(KafkaApi.Produce, error);
        ProduceException<string, string> refused = await Assert.ThrowsAsync<ProduceException<string, string>>(() => ProduceAsync(producer, "t", ["x"]));
        Assert.Equal(seen, refused.Error.Code);
        Assert.Equal(1, fault.Hits);
        Assert.Equal(0, _clients.Broker.CountRecords("t", KafkaIsolation.ReadUncommitted));

        // Another one: a producer that was refused authorization does not ask again for a while.
        using IProducer<string, string> next = _clients.Producer();
        await ProduceAsync(next, "t", ["y"]);
        Assert.Equal(["y"], await _clients.ReadAsync("t"));
    }

    [Theory]
    [InlineData(KafkaError.NotLeaderForPartition)]
    [InlineData(KafkaError.LeaderNotAvailable)]
    [InlineData(KafkaError.NotEnoughReplicas)]
    [InlineData(KafkaError.RequestTimedOut)]
    [InlineData(KafkaError.KafkaStorageError)]
    public async Task Produce_error_that_a_retry_helps_is_retried(KafkaError error)
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        BrokerFault fault = _clients.Broker.Faults.FailPartition("t", 0, error, times: 3, KafkaApi.Produce);
        await ProduceAsync(producer, "t", ["x"]);
        Assert.Equal(3, fault.Hits);
        Assert.Equal(["x"], await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Consumer_finds_a_leader_that_moved()
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        await ProduceAsync(producer, "t", ["x"]);
        BrokerFault fault = _clients.Broker.Faults.NotLeader("t", 0, times: 2, KafkaApi.Fetch);
        long asked = _clients.Broker.Requests(KafkaApi.Metadata);
        Assert.Equal(["x"], await _clients.ReadAsync("t"));
        Assert.Equal(2, fault.Hits);
        Assert.True(_clients.Broker.Requests(KafkaApi.Metadata) > asked + 1);
    }

    [Fact]
    public async Task Coordinator_that_moved_is_found_again()
    {
        using IProducer<string, string> producer = _clients.Transactional("writer");
        long asked = _clients.Broker.Requests(KafkaApi.FindCoordinator);
        producer.BeginTransaction();
        await ProduceAsync(producer, "t", ["x"]);
        BrokerFault moved = _clients.Broker.Faults.MoveCoordinator(times: 2);
        producer.CommitTransaction(Longest);
        Assert.Equal(2, moved.Hits);
        Assert.True(_clients.Broker.Requests(KafkaApi.FindCoordinator) > asked);
        Assert.Equal(["x"], await _clients.ReadAsync("t"));
        moved = _clients.Broker.Faults.MoveCoordinator(times: 2);
        Assert.Equal(["x"], await _clients.KcatAsync("", "-G", "g", "t", "-c", "1", "-q", "-X", "auto.offset.reset=earliest"));
        Assert.Equal(2, moved.Hits);
    }

    [Fact]
    public async Task Producer_outlasts_an_outage_and_nothing_stored_is_lost()
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        await ProduceAsync(producer, "t", ["before"]);
        int port = _clients.Broker.Port;
        await _clients.Broker.StopListeningAsync();
        Task<DeliveryResult<string, string>> during = producer.ProduceAsync("t", Message("during"));
        Assert.False(during.IsCompleted);
        Assert.Equal(0, _clients.Broker.Counts.Connected);
        _clients.Broker.StartListening();
        await during.WaitAsync(Longest);
        Assert.Equal(port, _clients.Broker.Port);
        Assert.Equal(["before", "during"], await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Dropped_connections_are_opened_again()
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        await ProduceAsync(producer, "t", ["before"]);
        long accepted = _clients.Broker.Counts.Accepted;
        _clients.Broker.DropConnections();
        await ProduceAsync(producer, "t", ["after"]);
        Assert.True(_clients.Broker.Counts.Accepted > accepted);
        Assert.Equal(["before", "after"], await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Late_answer_times_the_request_out_and_the_retry_is_not_stored_twice()
    {
        using IProducer<string, string> producer = _clients.Producer(c =>
        {
            c.EnableIdempotence = true;
            c.SocketTimeoutMs = 1_000;
            c.RequestTimeoutMs = 500;
        });
        await ProduceAsync(producer, "t", ["first"]);
        BrokerFault delay = _clients.Broker.Faults.Delay(KafkaApi.Produce, TimeSpan.FromSeconds(5));
        await ProduceAsync(producer, "t", ["late"]);
        Assert.Equal(1, delay.Hits);
        Assert.True(_clients.Broker.Requests(KafkaApi.Produce) >= 3);
        Assert.Equal(["first", "late"], await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Message_beyond_its_topics_limit_is_refused_and_the_next_one_is_not()
    {
        _clients.Broker.CreateTopic("small", 1, new TopicSettings { MaxMessageBytes = 1_000 });
        using IProducer<string, string> producer = _clients.Producer();
        ProduceException<string, string> refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => ProduceAsync(producer, "small", [new string('x', 2_000)]));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        await ProduceAsync(producer, "small", ["fits"]);
        Assert.Equal(["fits"], await _clients.ReadAsync("small"));
    }

    [Fact]
    public async Task Retention_drops_the_oldest_and_a_consumer_begins_at_what_is_left()
    {
        _clients.Broker.CreateTopic("short", 1, new TopicSettings { RetentionBytes = 20_000 });
        using IProducer<string, string> producer = _clients.Producer(c => c.BatchNumMessages = 10);
        await ProduceAsync(producer, "short", Values(new string('x', 100), 1_000));
        PartitionView partition = Assert.Single(_clients.Broker.Partitions("short"));
        Assert.InRange(partition.Bytes, 10_000, 20_000);
        Assert.Equal(1_000, partition.HighWatermark);
        Assert.True(partition.Start > 700);
        string[] read = await _clients.ReadAsync("short");
        Assert.Equal(1_000 - partition.Start, read.Length);
        Assert.EndsWith("0999", read[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offset_beyond_the_log_is_out_of_range_and_the_client_begins_anew()
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        await ProduceAsync(producer, "t", Values("a", 10));
        Assert.Equal(Values("a", 10), await _clients.ReadAsync("t", KafkaIsolation.ReadCommitted, "-o", "50", "-X", "topic.auto.offset.reset=earliest"));
    }

    [Fact]
    public void Fault_that_was_ended_strikes_no_more()
    {
        BrokerFault one = _clients.Broker.Faults.Fail(KafkaApi.Produce, KafkaError.CorruptMessage, times: 5);
        BrokerFault other = _clients.Broker.Faults.Delay(KafkaApi.Produce, Longest);
        _clients.Broker.Faults.Clear();
        Assert.Equal((0, 0), (one.Left, other.Left));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clients.Broker.Faults.Fail(KafkaApi.Produce, KafkaError.CorruptMessage, times: 0));
    }
}
