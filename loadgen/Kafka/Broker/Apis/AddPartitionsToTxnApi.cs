namespace HyperIngest.LoadGen.Kafka;

/// <summary>AddPartitionsToTxn: all the partitions named, or none of them.</summary>
internal sealed class AddPartitionsToTxnApi : IApi
{
    public KafkaApi Key => KafkaApi.AddPartitionsToTxn;

    public short Lowest => 0;

    public short Highest => 0;

    public short FlexibleFrom => 3;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string transactionalId = body.String();
        long producerId = body.Int64();
        short epoch = body.Int16();
        List<(string Name, List<int> Partitions)> topics = body.Array(static topic => (topic.String(), topic.Array(static p => p.Int32())));
        answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            TransactionalProducer? producer = null;
            KafkaError error = request.Injected ?? request.Broker.Transactions.Check(transactionalId, producerId, epoch, out producer);
            PartitionId[] added = [.. topics.SelectMany(t => t.Partitions.Select(p => new PartitionId(t.Name, p)))];
            HashSet<PartitionId> unknown = [.. added.Where(at => request.Broker.Topics.Find(at.Topic, at.Partition) is null)];
            if (error == KafkaError.None && unknown.Count == 0 && added.Length > 0)
            {
                request.Broker.Transactions.Begin(producer!);
                producer!.Partitions.UnionWith(added);
            }
            answer.Array(topics, (to, topic) =>
            {
                to.String(topic.Name);
                to.Array(topic.Partitions, (each, partition) =>
                {
                    each.Int32(partition);
                    each.Error(ErrorOf(error, unknown, new PartitionId(topic.Name, partition)));
                });
            });
        }
        return ValueTask.CompletedTask;
    }

    private static KafkaError ErrorOf(KafkaError error, HashSet<PartitionId> unknown, PartitionId at)
    {
        if (error != KafkaError.None || unknown.Count == 0) return error;
        return unknown.Contains(at) ? KafkaError.UnknownTopicOrPartition : KafkaError.OperationNotAttempted;
    }
}
