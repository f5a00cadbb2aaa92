namespace HyperIngest.LoadGen.Kafka;

/// <summary>Produce: one record batch a partition, stored as it came but for its base offset.</summary>
internal sealed class ProduceApi : IApi
{
    private const short AcksAll = -1;

    public KafkaApi Key => KafkaApi.Produce;

    public short Lowest => 3;

    public short Highest => 7;

    public short FlexibleFrom => 9;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        body.NullableString(); // transactional id: the batches say whose they are
        short acks = body.Int16();
        body.Int32(); // timeout of replication
        KafkaError? refused = acks is AcksAll or 0 or 1 ? null : KafkaError.InvalidRequiredAcks;
        List<(string Topic, List<Result> Partitions)> results;
        lock (request.Broker.Gate)
        {
            results = body.Array(topic => (Name: topic.String(), Records: topic.Array(p => (Index: p.Int32(), Records: p.NullableBytes()))))
                .ConvertAll(t => (t.Name, t.Records.ConvertAll(p => Store(request, refused, new PartitionId(t.Name, p.Index), p.Records ?? default))));
        }
        request.WantsNoAnswer = acks == 0;
        answer.Array(results, (to, topic) =>
        {
            to.String(topic.Topic);
            to.Array(topic.Partitions, (each, result) =>
            {
                each.Int32(result.Partition);
                each.Error(result.Error);
                each.Int64(result.BaseOffset);
                each.Int64(-1); // log append time: records keep the time they came with
                if (request.Version >= 5) each.Int64(result.LogStart);
            });
        });
        answer.Int32(0); // throttle time, ms
        return ValueTask.CompletedTask;
    }

    private static Result Store(ApiRequest request, KafkaError? refused, PartitionId at, Memory<byte> bytes)
    {
        KafkaError error = refused ?? request.InjectedFor(at) ?? KafkaError.None;
        PartitionLog? log = request.Broker.Topics.Find(at.Topic, at.Partition);
        if (error == KafkaError.None && log is null) error = KafkaError.UnknownTopicOrPartition;
        if (error != KafkaError.None) return new Result(at.Partition, error, -1, -1);
        error = RecordBatch.Parse(bytes, out RecordBatch batch);
        long storedAt = -1;
        if (error == KafkaError.None) error = log!.Check(batch, out storedAt);

        // The same batch again, because the answer was lost: it stands where it stands.
        if (error == KafkaError.None && storedAt >= 0) return new Result(at.Partition, error, storedAt, log!.Start);
        if (error == KafkaError.None && batch.IsTransactional) error = request.Broker.Transactions.CheckWrite(batch, at);
        if (error != KafkaError.None) return new Result(at.Partition, error, -1, -1);
        long offset = log!.Append(batch);
        request.Broker.Appended();
        return new Result(at.Partition, KafkaError.None, offset, log.Start);
    }

    private readonly record struct Result(int Partition, KafkaError Error, long BaseOffset, long LogStart);
}
