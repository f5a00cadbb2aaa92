using Confluent.Kafka;
using HyperIngest.LoadGen.Kafka;
using static HyperIngest.Tests.Integration.Kafka.BrokerClients;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Retries of librdkafka's producer over cut connections: what is stored twice and what is not.</summary>
public sealed class BrokerIdempotenceTests : IAsyncLifetime
{
    private readonly BrokerClients _clients = Start();

    public Task InitializeAsync()
    {
        _clients.Broker.CreateTopic("t", 1);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _clients.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Idempotent_retry_after_a_lost_answer_is_not_stored_twice(int bytesOfTheAnswer)
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        BrokerFault cut = _clients.Broker.Faults.CutResponse(KafkaApi.Produce, bytesOfTheAnswer, times: 3);
        for (int i = 0; i < 10; i++) await ProduceAsync(producer, "t", Values($"{i}-", 10));
        Assert.Equal(3, cut.Hits);
        Assert.Equal(3, _clients.Broker.Counts.Cut);
        Assert.Equal(Enumerable.Range(0, 10).SelectMany(i => Values($"{i}-", 10)), await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Retry_of_a_producer_that_is_not_idempotent_is_stored_twice()
    {
        using IProducer<string, string> producer = _clients.Producer(c => c.EnableIdempotence = false);
        BrokerFault cut = _clients.Broker.Faults.CutResponse(KafkaApi.Produce);
        await ProduceAsync(producer, "t", ["twice"]);
        Assert.Equal(1, cut.Hits);
        Assert.Equal(["twice", "twice"], await _clients.ReadAsync("t"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task Request_cut_off_is_not_carried_out_and_comes_again(int bytesOfTheRequest)
    {
        using IProducer<string, string> producer = _clients.Idempotent();
        BrokerFault cut = _clients.Broker.Faults.CutRequest(KafkaApi.Produce, bytesOfTheRequest, times: 2);
        await ProduceAsync(producer, "t", Values("a", 100));
        Assert.Equal(2, cut.Hits);
        Assert.Equal(Values("a", 100), await _clients.ReadAsync("t"));
    }

    [Fact]
    public async Task Many_batches_in_flight_over_cuts_refusals_and_an_outage_land_once_and_in_order()
    {
        using IProducer<string, string> producer = _clients.Producer(c =>
        {
            c.EnableIdempotence = true;
            c.BatchNumMessages = 10;
        });
        StandInBroker broker = _clients.Broker;
        List<Task> sent = [];
        for (int i = 0; i < 20; i++)
        {
            if (i % 4 == 0) broker.Faults.CutResponse(KafkaApi.Produce);
            if (i % 4 == 1) broker.Faults.CutRequest(KafkaApi.Produce, 100);
            if (i % 4 == 2) broker.Faults.NotLeader("t", 0, times: 2, KafkaApi.Produce);
            long before = broker.CountRecords("t", KafkaIsolation.ReadCommitted);
            sent.Add(ProduceAsync(producer, "t", Values($"{i:00}-", 100)));
            if (i == 10)
            {
                await broker.StopListeningAsync();
                broker.StartListening();
            }
            await Eventually.IsTrue(() => broker.CountRecords("t", KafkaIsolation.ReadCommitted) > before, "something of it has landed");
        }
        await Task.WhenAll(sent).WaitAsync(Longest);
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => Values($"{i:00}-", 100)), await _clients.ReadAsync("t"));
    }
}
