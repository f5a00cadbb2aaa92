using System.Text;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Produces records for sources to read: JSON readings whose values count up, or any bytes.</summary>
internal sealed unsafe class SourceRecords : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly KafkaProducer _producer;

    public SourceRecords(string brokers) => _producer = new KafkaProducer(
        "records", new KafkaClientOptions { Brokers = brokers }, new Dictionary<string, string> { ["linger.ms"] = "5" }, NullLogger.Instance);

    public static string Json(string device, long value) =>
        $$$"""{"asset_id":"{{{device}}}","parameter":"n","value":{{{value}}},"unit":"","quality":"good","classification":"telemetry","timestamps":{"device_time":"2026-01-02T03:04:05.0000000Z","gateway_time":"2026-01-02T03:04:05.1000000Z"},"metadata":{"status":0,"kind":"int64"}}""";

    /// <summary>Numbers from..to-1 over the partitions in turn; of each partition ten devices.</summary>
    public void Count(string topic, int partitions, int from, int to)
    {
        for (int p = 0; p < partitions; p++)
        {
            int partition = p;
            Send(topic, p, Enumerable.Range(from, to - from).Where(n => n % partitions == partition).Select(n => Encoding.UTF8.GetBytes(Json($"d{partition}-{n / partitions % 10}", n))));
        }
    }

    public void Send(string topic, int partition, IEnumerable<byte[]> values, KafkaHeaders? headers = null)
    {
        KafkaTopic to = _producer.Topic(topic);
        byte[] key = GC.AllocateUninitializedArray<byte>(3, pinned: true);
        "key"u8.CopyTo(key);
        KafkaReport[] reports = new KafkaReport[256];
        foreach (byte[][] chunk in values.Chunk(1000))
        {
            int sent = 0;
            // Held until reported: the library reads the values where they are.
            byte[][] pinned = [.. chunk.Select(v =>
            {
                byte[] copy = GC.AllocateUninitializedArray<byte>(Math.Max(1, v.Length), pinned: true);
                v.CopyTo(copy, 0);
                return copy;
            })];
            for (int i = 0; i < chunk.Length; i++)
            {
                fixed (byte* v = pinned[i], k = key)
                {
                    KafkaMessage message = new() { Partition = partition, Value = v, ValueLength = chunk[i].Length, Key = k, KeyLength = 3 };
                    if (headers is not null) Assert.False(_producer.Produce(to, message, headers).IsError);
                    else Assert.Equal(1, _producer.Produce(to, new Span<KafkaMessage>(ref message)));
                }
            }
            for (long began = Environment.TickCount64; sent < chunk.Length;)
            {
                // 0 also when the client had something else to say, such as a broker that went.
                int got = _producer.Poll(reports, TimeSpan.FromSeconds(1));
                Assert.True(Environment.TickCount64 - began < Patience.TotalMilliseconds, $"{sent} of {chunk.Length} reported; fault: {_producer.Fault}");
                for (int i = 0; i < got; i++) Assert.Equal(0, reports[i].Error);
                sent += got;
            }
            GC.KeepAlive(pinned);
        }
    }

    public void Dispose() => _producer.Dispose();
}
