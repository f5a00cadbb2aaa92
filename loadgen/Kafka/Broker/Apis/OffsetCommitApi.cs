namespace HyperIngest.LoadGen.Kafka;

/// <summary>OffsetCommit: what a group has done with. Committed offsets are kept for good.</summary>
internal sealed class OffsetCommitApi : IApi
{
    /// <summary>The longest metadata beside an offset, a broker's own limit (<c>offset.metadata.max.bytes</c>).</summary>
    public const int MaxMetadataLength = 4096;

    public KafkaApi Key => KafkaApi.OffsetCommit;

    public short Lowest => 2;

    public short Highest => 7;

    public short FlexibleFrom => 8;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string id = body.String();
        int generation = body.Int32();
        string member = body.String();
        string? instance = request.Version >= 7 ? body.NullableString() : null;
        if (request.Version <= 4) body.Int64(); // retention time
        var topics = body.Array(topic => (Name: topic.String(), Partitions: topic.Array(partition =>
        {
            int index = partition.Int32();
            long offset = partition.Int64();
            int leaderEpoch = request.Version >= 6 ? partition.Int32() : -1;
            return (Index: index, Offset: new CommittedOffset(offset, leaderEpoch, partition.NullableString()));
        })));
        if (request.Version >= 3) answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            KafkaError error = request.Injected ?? (id.Length == 0 ? KafkaError.InvalidGroupId : KafkaError.None);
            Group? group = error == KafkaError.None ? request.Broker.Groups.FindOrCreate(id) : null;
            if (group is not null) error = group.CheckCommit(member, instance, generation);
            answer.Array(topics, (to, topic) =>
            {
                to.String(topic.Name);
                to.Array(topic.Partitions, (each, partition) =>
                {
                    each.Int32(partition.Index);
                    each.Error(Commit(request, error, group, new PartitionId(topic.Name, partition.Index), partition.Offset));
                });
            });
        }
        return ValueTask.CompletedTask;
    }

    private static KafkaError Commit(ApiRequest request, KafkaError error, Group? group, PartitionId at, CommittedOffset offset)
    {
        if (error != KafkaError.None) return error;
        if (request.Broker.Topics.Find(at.Topic, at.Partition) is null) return KafkaError.UnknownTopicOrPartition;
        if (offset.Metadata?.Length > MaxMetadataLength) return KafkaError.OffsetMetadataTooLarge;
        group!.Offsets.Commit(at, offset);
        return KafkaError.None;
    }
}
