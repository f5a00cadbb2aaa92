using System.Text;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Kafka;

public sealed unsafe class KafkaClientTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TestBroker _broker = new();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public void What_is_produced_by_the_batch_is_reported_and_consumed_in_order()
    {
        const int count = 20_000;
        _broker.CreateTopic("t", 2);
        using KafkaProducer producer = Producer();
        KafkaTopic topic = producer.Topic("t");
        byte[] value = GC.AllocateUninitializedArray<byte>(count * sizeof(int), pinned: true);
        for (int i = 0; i < count; i++) BitConverter.TryWriteBytes(value.AsSpan(i * sizeof(int)), i);
        byte[] key = GC.AllocateUninitializedArray<byte>(8, pinned: true);
        Encoding.UTF8.GetBytes("device-1", key);
        KafkaMessage[] messages = new KafkaMessage[1000];
        fixed (byte* v = value, k = key)
        {
            for (int first = 0; first < count; first += messages.Length)
            {
                for (int i = 0; i < messages.Length; i++)
                {
                    messages[i] = new KafkaMessage { Partition = (first + i) % 2, Value = v + ((first + i) * 4), ValueLength = 4, Key = k, KeyLength = 8, Opaque = first + i };
                }
                Assert.Equal(messages.Length, producer.Produce(topic, messages));
            }
            bool[] reported = new bool[count];
            KafkaReport[] reports = new KafkaReport[512];
            for (int seen = 0; seen < count;)
            {
                int got = producer.Poll(reports, Patience);
                Assert.True(got > 0, $"{seen} of {count} reported; fault: {producer.Fault}");
                for (int i = 0; i < got; i++)
                {
                    Assert.Equal(0, reports[i].Error);
                    Assert.False(reported[reports[i].Opaque]);
                    reported[reports[i].Opaque] = true;
                }
                seen += got;
            }
        }
        using KafkaConsumer consumer = Consumer("g", null);
        Assert.False(consumer.Assign([new("t", 0, KafkaPosition.Beginning), new("t", 1, KafkaPosition.Beginning)]).IsError);
        int[] next = [0, 1];
        using KafkaBatch batch = new(512);
        for (int seen = 0; seen < count;)
        {
            Consume(consumer, batch);
            for (int i = 0; i < batch.Count; i++, seen++)
            {
                ref readonly KafkaMessage message = ref batch[i];
                Assert.Equal(0, message.Error);
                Assert.Equal("device-1"u8, message.KeySpan);
                Assert.Equal(next[message.Partition], BitConverter.ToInt32(message.ValueSpan));
                next[message.Partition] += 2;
            }
        }
    }

    [Fact]
    public void Headers_travel_along()
    {
        _broker.CreateTopic("t", 1);
        using KafkaProducer producer = Producer();
        using KafkaHeaders headers = new(new("format", "json"), new("node", "edge-1"));
        byte[] value = GC.AllocateUninitializedArray<byte>(3, pinned: true);
        fixed (byte* v = value)
        {
            Assert.False(producer.Produce(producer.Topic("t"), new KafkaMessage { Value = v, ValueLength = 3 }, headers).IsError);
            KafkaReport[] reports = new KafkaReport[4];
            Assert.Equal(1, producer.Poll(reports, Patience));
            Assert.Equal(0, reports[0].Error);
        }
        using KafkaConsumer consumer = Consumer("g", null);
        Assert.False(consumer.Assign([new("t", 0, KafkaPosition.Beginning)]).IsError);
        using KafkaBatch batch = new(4);
        Consume(consumer, batch);
        Assert.Equal(1, batch.Count);
        Assert.True(batch.TryGetHeader(0, "node"u8, out ReadOnlySpan<byte> node));
        Assert.Equal("edge-1"u8, node);
        Assert.False(batch.TryGetHeader(0, "absent"u8, out _));
    }

    [Fact]
    public void An_unknown_property_is_named_and_its_value_is_not()
    {
        KafkaClientOptions options = Options() with { Properties = new Dictionary<string, string> { ["linger.msx"] = "s3cret" } };
        KafkaException refused = Assert.Throws<KafkaException>(() => new KafkaProducer("p", options, new Dictionary<string, string>(), NullLogger.Instance));
        Assert.Contains("linger.msx", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_that_would_break_a_promise_is_refused()
    {
        KafkaClientOptions options = Options() with { Properties = new Dictionary<string, string> { ["acks"] = "1" } };
        KafkaException refused = Assert.Throws<KafkaException>(() => new KafkaProducer("p", options, new Dictionary<string, string>(), NullLogger.Instance));
        Assert.Contains("'acks'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_is_told_where_to_begin_and_its_commits_are_read_back()
    {
        _broker.CreateTopic("t", 1);
        using (KafkaProducer producer = Producer())
        {
            byte[] value = GC.AllocateUninitializedArray<byte>(1, pinned: true);
            KafkaMessage[] messages = new KafkaMessage[10];
            fixed (byte* v = value)
            {
                for (int i = 0; i < 10; i++) messages[i] = new KafkaMessage { Value = v, ValueLength = 1 };
                Assert.Equal(10, producer.Produce(producer.Topic("t"), messages));
                KafkaReport[] reports = new KafkaReport[16];
                for (int seen = 0; seen < 10;) seen += producer.Poll(reports, Patience);
            }
        }
        FromFour rebalance = new();
        using KafkaConsumer consumer = Consumer("g", rebalance);
        Assert.False(consumer.Subscribe(["t"]).IsError);
        using KafkaBatch batch = new(16);
        List<long> offsets = [];
        while (offsets.Count < 6)
        {
            Consume(consumer, batch);
            for (int i = 0; i < batch.Count; i++) offsets.Add(batch[i].Offset);
        }
        Assert.Equal([4, 5, 6, 7, 8, 9], offsets);
        Assert.False(consumer.Commit([new("t", 0, 7)], wait: true).IsError);
        IReadOnlyList<KafkaPosition> committed = consumer.Committed([new("t", 0, 0)], Patience, out HyperIngest.Kafka.KafkaError error);
        Assert.False(error.IsError);
        Assert.Equal(7, Assert.Single(committed).Offset);
        batch.Clear();
    }

    // Until something has come; a batch that is not full is waited for.
    private static void Consume(KafkaConsumer consumer, KafkaBatch batch)
    {
        for (long started = Environment.TickCount64; consumer.Consume(batch, TimeSpan.FromMilliseconds(20)) == 0;)
        {
            Assert.True(Environment.TickCount64 - started < Patience.TotalMilliseconds, $"nothing came; fault: {consumer.Fault}");
        }
    }

    private sealed class FromFour : IKafkaRebalance
    {
        public IReadOnlyList<KafkaPosition> Assigned(IReadOnlyList<KafkaPosition> partitions) => [.. partitions.Select(p => p with { Offset = 4 })];

        public void Revoked(IReadOnlyList<KafkaPosition> partitions, bool lost)
        {
        }
    }

    private KafkaClientOptions Options() => new() { Brokers = _broker.Brokers };

    private KafkaProducer Producer() => new("producer", Options(), new Dictionary<string, string> { ["linger.ms"] = "5" }, NullLogger.Instance);

    private KafkaConsumer Consumer(string group, IKafkaRebalance? rebalance) => new(
        "consumer", Options(),
        new Dictionary<string, string> { ["group.id"] = group, ["auto.offset.reset"] = "earliest", ["partition.assignment.strategy"] = "cooperative-sticky" },
        rebalance, NullLogger.Instance);
}
