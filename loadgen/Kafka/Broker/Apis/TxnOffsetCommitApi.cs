namespace HyperIngest.LoadGen.Kafka;

/// <summary>TxnOffsetCommit: offsets that the group has when, and only when, the transaction commits. From version 3 on the group's generation is checked (KIP-447).</summary>
internal sealed class TxnOffsetCommitApi : IApi
{
    public KafkaApi Key => KafkaApi.TxnOffsetCommit;

    public short Lowest => 0;

    public short Highest => 3;

    public short FlexibleFrom => 3;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string transactionalId = body.String();
        string groupId = body.String();
        long producerId = body.Int64();
        short epoch = body.Int16();
        int generation = request.Version >= 3 ? body.Int32() : -1;
        string member = request.Version >= 3 ? body.String() : "";
        string? instance = request.Version >= 3 ? body.NullableString() : null;
        var topics = body.Array(topic =>
        {
            var one = (Name: topic.String(), Partitions: topic.Array(partition =>
            {
                int index = partition.Int32();
                long offset = partition.Int64();
                int leaderEpoch = request.Version >= 2 ? partition.Int32() : -1;
                CommittedOffset committed = new(offset, leaderEpoch, partition.NullableString());
                partition.EndStruct();
                return (Index: index, Offset: committed);
            }));
            topic.EndStruct();
            return one;
        });
        answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            BrokerError error = request.Injected ?? request.Broker.Transactions.Check(transactionalId, producerId, epoch, out TransactionalProducer? producer)
                switch
            {
                BrokerError.None when producer!.State != TransactionState.Ongoing || !producer.Groups.Contains(groupId) => BrokerError.InvalidTxnState,
                BrokerError checkedError => checkedError,
            };
            Group group = request.Broker.Groups.FindOrCreate(groupId);

            // A producer that says nothing of a generation is not held to one.
            if (error == BrokerError.None && (generation >= 0 || member.Length > 0)) error = group.CheckCommit(member, instance, generation);
            answer.Array(topics, (to, topic) =>
            {
                to.String(topic.Name);
                to.Array(topic.Partitions, (each, partition) =>
                {
                    each.Int32(partition.Index);
                    each.Error(Hold(request, error, group, producerId, new PartitionId(topic.Name, partition.Index), partition.Offset));
                    each.EndStruct();
                });
                to.EndStruct();
            });
        }
        answer.EndStruct();
        return ValueTask.CompletedTask;
    }

    private static BrokerError Hold(ApiRequest request, BrokerError error, Group group, long producerId, PartitionId at, CommittedOffset offset)
    {
        if (error != BrokerError.None) return error;
        if (request.Broker.Topics.Find(at.Topic, at.Partition) is null) return BrokerError.UnknownTopicOrPartition;
        if (offset.Metadata?.Length > OffsetCommitApi.MaxMetadataLength) return BrokerError.OffsetMetadataTooLarge;
        group.Offsets.Hold(producerId, at, offset);
        return BrokerError.None;
    }
}
