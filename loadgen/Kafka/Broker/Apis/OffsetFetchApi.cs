namespace HyperIngest.LoadGen.Kafka;

/// <summary>OffsetFetch: a group's committed offsets, of the partitions named or of all. A client may refuse those that an open transaction is about to change (KIP-447).</summary>
internal sealed class OffsetFetchApi : IApi
{
    private static readonly CommittedOffset None = new(-1, -1, "");

    public KafkaApi Key => KafkaApi.OffsetFetch;

    public short Lowest => 1;

    public short Highest => 7;

    public short FlexibleFrom => 6;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string group = body.String();
        var wanted = body.NullableArray(static topic =>
        {
            (string Name, List<int> Partitions) one = (topic.String(), topic.Array(static p => p.Int32()));
            topic.EndStruct();
            return one;
        });
        bool mustBeStable = request.Version >= 7 && body.Bool();
        if (request.Version >= 3) answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            GroupOffsets? offsets = request.Broker.Groups.Find(group)?.Offsets;

            // All partitions: null, from version 2 on.
            wanted ??= [.. (offsets?.Committed.Keys ?? []).GroupBy(p => p.Topic).Select(t => (t.Key, t.Select(p => p.Partition).ToList()))];
            answer.Array(wanted, (to, topic) =>
            {
                to.String(topic.Name);
                to.Array(topic.Partitions, (each, partition) =>
                {
                    PartitionId at = new(topic.Name, partition);
                    KafkaError error = request.Injected ?? (mustBeStable && offsets?.IsUnstable(at) == true ? KafkaError.UnstableOffsetCommit : KafkaError.None);
                    CommittedOffset offset = error == KafkaError.None && offsets?.Committed.TryGetValue(at, out CommittedOffset found) == true ? found : None;
                    each.Int32(partition);
                    each.Int64(offset.Offset);
                    if (request.Version >= 5) each.Int32(offset.LeaderEpoch);
                    each.String(offset.Metadata);
                    each.Error(error);
                    each.EndStruct();
                });
                to.EndStruct();
            });
        }
        if (request.Version >= 2) answer.Error(request.Injected ?? KafkaError.None);
        answer.EndStruct();
        return ValueTask.CompletedTask;
    }
}
