namespace HyperIngest.LoadGen.Kafka;

/// <summary>ListOffsets: the first offset, the last one a consumer may read to, or the first one at or after a time (KIP-79, KIP-98).</summary>
internal sealed class ListOffsetsApi : IApi
{
    private const long Latest = -1;
    private const long Earliest = -2;

    public KafkaApi Key => KafkaApi.ListOffsets;

    public short Lowest => 1;

    public short Highest => 2;

    public short FlexibleFrom => 6;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        body.Int32(); // replica id
        KafkaIsolation isolation = request.Version >= 2 && body.Int8() == (sbyte)KafkaIsolation.ReadCommitted
            ? KafkaIsolation.ReadCommitted
            : KafkaIsolation.ReadUncommitted;
        var wanted = body.Array(static topic => (Name: topic.String(), Partitions: topic.Array(static p => (Index: p.Int32(), Timestamp: p.Int64()))));
        if (request.Version >= 2) answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            answer.Array(wanted, (to, topic) =>
            {
                to.String(topic.Name);
                to.Array(topic.Partitions, (each, partition) =>
                {
                    PartitionId at = new(topic.Name, partition.Index);
                    PartitionLog? log = request.Broker.Topics.Find(at.Topic, at.Partition);
                    KafkaError error = request.InjectedFor(at) ?? (log is null ? KafkaError.UnknownTopicOrPartition : KafkaError.None);
                    (long timestamp, long offset) = error == KafkaError.None ? Find(log!, partition.Timestamp, isolation) : (-1, -1);
                    each.Int32(partition.Index);
                    each.Error(error);
                    each.Int64(timestamp);
                    each.Int64(offset);
                });
            });
        }
        return ValueTask.CompletedTask;
    }

    private static (long Timestamp, long Offset) Find(PartitionLog log, long timestamp, KafkaIsolation isolation) => timestamp switch
    {
        Latest => (-1, log.EndFor(isolation)),
        Earliest => (-1, log.Start),
        _ => log.FirstAt(timestamp, log.EndFor(isolation)),
    };
}
