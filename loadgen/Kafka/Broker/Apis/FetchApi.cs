namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// Fetch: whole batches from an offset on, waiting for data as long as the client wants. Every answer is a full one: session id 0 declines the incremental
/// sessions of KIP-227, which clients accept.
/// </summary>
internal sealed class FetchApi : IApi
{
    // The client's own limits, if smaller, count first.
    private const int MaxAnswerBytes = 64 << 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public KafkaApi Key => KafkaApi.Fetch;

    public short Lowest => 4;

    public short Highest => 11;

    public short FlexibleFrom => 12;

    public async ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        Wanted wanted = Read(request);
        TimeSpan until = request.Broker.Now + wanted.Wait;
        Collected collected;
        while (true)
        {
            Task appended;
            lock (request.Broker.Gate)
            {
                appended = request.Broker.NextAppend;
                collected = Collect(request, wanted);
            }
            TimeSpan left = until - request.Broker.Now;
            if (collected.HasError || collected.Bytes >= wanted.MinBytes || left <= TimeSpan.Zero) break;
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(request.Closing);
            await Task.WhenAny(appended, Task.Delay(left, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            request.Closing.ThrowIfCancellationRequested();
        }
        Write(request, answer, collected);
    }

    private static Wanted Read(ApiRequest request)
    {
        WireReader body = request.Body;
        body.Int32(); // replica id: a consumer's is -1
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Max(0, body.Int32()));
        int minBytes = body.Int32();
        int maxBytes = Math.Clamp(body.Int32(), 0, MaxAnswerBytes);
        KafkaIsolation isolation = body.Int8() == (sbyte)KafkaIsolation.ReadCommitted ? KafkaIsolation.ReadCommitted : KafkaIsolation.ReadUncommitted;
        if (request.Version >= 7)
        {
            body.Int32(); // session id
            body.Int32(); // session epoch
        }
        List<(string, List<WantedPartition>)> topics = body.Array(topic => (topic.String(), topic.Array(partition =>
        {
            int index = partition.Int32();
            if (request.Version >= 9) partition.Int32(); // leader epoch the client knows
            long offset = partition.Int64();
            if (request.Version >= 5) partition.Int64(); // log start of a follower
            return new WantedPartition(index, offset, Math.Clamp(partition.Int32(), 0, MaxAnswerBytes));
        })));
        return new Wanted(wait < LongestWait ? wait : LongestWait, minBytes, maxBytes, isolation, topics);
    }

    private static Collected Collect(ApiRequest request, Wanted wanted)
    {
        Collected all = new();
        foreach ((string topic, List<WantedPartition> partitions) in wanted.Topics)
        {
            List<CollectedPartition> ofTopic = [];
            foreach (WantedPartition partition in partitions)
            {
                CollectedPartition one = Collect(request, wanted, new PartitionId(topic, partition.Index), partition, wanted.MaxBytes - all.Bytes, all.Bytes == 0);
                ofTopic.Add(one);
                foreach (ReadOnlyMemory<byte> batch in one.Batches) all.Bytes += batch.Length;
                all.HasError |= one.Error != KafkaError.None;
            }
            all.Topics.Add((topic, ofTopic));
        }
        return all;
    }

    private static CollectedPartition Collect(
        ApiRequest request, Wanted wanted, PartitionId at, WantedPartition partition, int bytesLeft, bool first)
    {
        PartitionLog? log = request.Broker.Topics.Find(at.Topic, at.Partition);
        KafkaError error = request.InjectedFor(at) ?? (log is null ? KafkaError.UnknownTopicOrPartition : KafkaError.None);
        if (error != KafkaError.None) return new CollectedPartition(at.Partition, error, -1, -1, -1, null, []);
        if (partition.Offset < log!.Start || partition.Offset > log.End)
        {
            return new CollectedPartition(at.Partition, KafkaError.OffsetOutOfRange, -1, -1, -1, null, []);
        }
        List<ReadOnlyMemory<byte>> batches = [];
        long next = log.Read(partition.Offset, log.EndFor(wanted.Isolation), Math.Min(partition.MaxBytes, bytesLeft), first, batches);
        List<AbortedTransaction>? aborted = wanted.Isolation == KafkaIsolation.ReadCommitted ? log.AbortedBetween(partition.Offset, next) : null;
        return new CollectedPartition(at.Partition, KafkaError.None, log.End, log.StableEnd, log.Start, aborted, batches);
    }

    private static void Write(ApiRequest request, WireWriter answer, Collected collected)
    {
        answer.Int32(0); // throttle time, ms
        if (request.Version >= 7)
        {
            answer.Error(KafkaError.None);
            answer.Int32(0); // session id: none
        }
        answer.Array(collected.Topics, (to, topic) =>
        {
            to.String(topic.Name);
            to.Array(topic.Partitions, (each, partition) =>
            {
                each.Int32(partition.Index);
                each.Error(partition.Error);
                each.Int64(partition.HighWatermark);
                each.Int64(partition.StableEnd);
                if (request.Version >= 5) each.Int64(partition.LogStart);
                WriteAborted(each, partition.Aborted);
                if (request.Version >= 11) each.Int32(-1); // no better replica to read from (KIP-392)
                each.Bytes(partition.Batches);
            });
        });
    }

    private static void WriteAborted(WireWriter answer, List<AbortedTransaction>? aborted)
    {
        answer.ArrayCount(aborted?.Count ?? -1);
        foreach (AbortedTransaction one in aborted ?? [])
        {
            answer.Int64(one.ProducerId);
            answer.Int64(one.FirstOffset);
        }
    }

    private sealed record Wanted(
        TimeSpan Wait, int MinBytes, int MaxBytes, KafkaIsolation Isolation, List<(string Name, List<WantedPartition> Partitions)> Topics);

    private readonly record struct WantedPartition(int Index, long Offset, int MaxBytes);

    private sealed record CollectedPartition(
        int Index, KafkaError Error, long HighWatermark, long StableEnd, long LogStart, List<AbortedTransaction>? Aborted, List<ReadOnlyMemory<byte>> Batches);

    private sealed class Collected
    {
        public List<(string Name, List<CollectedPartition> Partitions)> Topics { get; } = [];

        public int Bytes { get; set; }

        public bool HasError { get; set; }
    }
}
