using System.Buffers.Binary;
using System.Net.Sockets;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>What no good client sends: the broker closes the connection, counts it, and serves the others.</summary>
public sealed class BrokerWireTests : IAsyncLifetime
{
    private const short ApiVersionsKey = 18;
    private const short ProduceKey = 0;

    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { MaxRequestBytes = 100_000 });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(100_001)]
    [InlineData(int.MaxValue)]
    public async Task Length_that_no_request_has_closes_the_connection(int length)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        Assert.Empty(await SendAsync(bytes));
        await Eventually.IsTrue(() => _broker.Counts.Malformed == 1, "it is counted");
        Assert.NotEmpty(await SendAsync(Request(ApiVersionsKey, 0, [])));
    }

    [Theory]
    [InlineData(ProduceKey, 3, new byte[] { 0xFF, 0xFF, 0, 1, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF })] // 2 billion topics
    [InlineData(ProduceKey, 3, new byte[] { 0xFF, 0xFF })] // ends within
    [InlineData(3, 1, new byte[] { 0, 0, 0, 1, 0x7F, 0xFF, (byte)'a' })] // a name longer than the request
    [InlineData(3, 1, new byte[] { 0, 0, 0, 1, 0xFF, 0xFF })] // a name that is null
    [InlineData(22, 4, new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 })] // a varint without an end
    public async Task Body_that_is_none_closes_the_connection(short key, short version, byte[] body)
    {
        bool flexible = key == 22;
        Assert.Empty(await SendAsync(Request(key, version, flexible ? [0, .. body] : body)));
        await Eventually.IsTrue(() => _broker.Counts.Malformed == 1, "it is counted");
        Assert.NotEmpty(await SendAsync(Request(ApiVersionsKey, 0, [])));
    }

    [Theory]
    [InlineData(ProduceKey, 2)]
    [InlineData(ProduceKey, 8)]
    [InlineData(3, 5)]
    [InlineData(99, 0)]
    public async Task Request_that_is_not_answered_closes_the_connection(short key, short version)
    {
        Assert.Empty(await SendAsync(Request(key, version, [])));
        await Eventually.IsTrue(() => _broker.Counts.Unsupported == 1, "it is counted");
    }

    [Fact]
    public async Task Client_of_a_later_protocol_is_told_what_there_is()
    {
        byte[] answer = await SendAsync(Request(ApiVersionsKey, 9, []));
        Assert.Equal((short)KafkaError.UnsupportedVersion, BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(8)));
        Assert.Equal(Enum.GetValues<KafkaApi>().Length, BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(10)));
    }

    [Theory]
    [InlineData(0, KafkaError.None)]
    [InlineData(61, KafkaError.CorruptMessage)] // a record
    [InlineData(17, KafkaError.CorruptMessage)] // the checksum
    [InlineData(16, KafkaError.UnsupportedForMessageFormat)] // magic
    [InlineData(11, KafkaError.CorruptMessage)] // the length: more than there is
    public async Task Batch_that_was_altered_on_its_way_is_refused(int alteredAt, KafkaError expected)
    {
        _broker.CreateTopic("t", 1);
        byte[] batch = BrokerBatch.Of(producerId: -1, epoch: -1, sequence: -1, records: 3);
        if (alteredAt > 0) batch[alteredAt] ^= 1;
        Assert.Equal((expected, expected == KafkaError.None ? 0 : -1), await ProduceAsync(batch));
        Assert.Equal(expected == KafkaError.None ? 3 : 0, _broker.CountRecords("t", KafkaIsolation.ReadUncommitted));
    }

    [Fact]
    public async Task Sequences_of_an_idempotent_producer_are_held_to()
    {
        _broker.CreateTopic("t", 1);
        Assert.Equal((KafkaError.OutOfOrderSequenceNumber, -1), await ProduceAsync(BrokerBatch.Of(7, 0, sequence: 3, records: 3)));
        Assert.Equal((KafkaError.None, 0), await ProduceAsync(BrokerBatch.Of(7, 0, sequence: 0, records: 3)));
        Assert.Equal((KafkaError.None, 3), await ProduceAsync(BrokerBatch.Of(7, 0, sequence: 3, records: 2)));

        // Again: it stands where it stands.
        Assert.Equal((KafkaError.None, 0), await ProduceAsync(BrokerBatch.Of(7, 0, sequence: 0, records: 3)));
        Assert.Equal((KafkaError.OutOfOrderSequenceNumber, -1), await ProduceAsync(BrokerBatch.Of(7, 0, sequence: 6, records: 1)));

        // A new epoch begins at 0, and the one before is over.
        Assert.Equal((KafkaError.OutOfOrderSequenceNumber, -1), await ProduceAsync(BrokerBatch.Of(7, 1, sequence: 5, records: 1)));
        Assert.Equal((KafkaError.None, 5), await ProduceAsync(BrokerBatch.Of(7, 1, sequence: 0, records: 1)));
        Assert.Equal((KafkaError.InvalidProducerEpoch, -1), await ProduceAsync(BrokerBatch.Of(7, 0, sequence: 5, records: 1)));
        Assert.Equal(6, _broker.CountRecords("t", KafkaIsolation.ReadUncommitted));
    }

    // Answers (error, base offset) of the one partition.
    private async Task<(KafkaError Error, long Offset)> ProduceAsync(byte[] batch)
    {
        byte[] body =
        [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, // no transactional id, acks all, timeout
            0, 0, 0, 1, 0, 1, (byte)'t', 0, 0, 0, 1, 0, 0, 0, 0, // topic t, partition 0
            0, 0, (byte)(batch.Length >> 8), (byte)batch.Length, .. batch,
        ];
        byte[] answer = await SendAsync(Request(ProduceKey, 3, body));

        // Length, correlation id, count of topics, "t", count of partitions, partition.
        const int ErrorAt = 4 + 4 + 4 + 3 + 4 + 4;
        return ((KafkaError)BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(ErrorAt)), BinaryPrimitives.ReadInt64BigEndian(answer.AsSpan(ErrorAt + 2)));
    }

    private static byte[] Request(short key, short version, byte[] body)
    {
        byte[] bytes = new byte[14 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(4), key);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(6), version);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(12), -1); // no client id
        body.CopyTo(bytes, 14);
        return bytes;
    }

    // All that comes back until the broker, or this side because the answer is whole, closes.
    private async Task<byte[]> SendAsync(byte[] request)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", _broker.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(request);
        byte[] length = new byte[4];
        try
        {
            if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false).AsTask().WaitAsync(BrokerClients.Longest) < 4) return [];
        }
        catch (IOException)
        {
            return [];
        }
        byte[] answer = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(answer.AsMemory(4)).AsTask().WaitAsync(BrokerClients.Longest);
        return answer;
    }
}
