namespace HyperIngest.LoadGen.Kafka;

/// <summary>Metadata: the one broker, and for each topic its partitions, all led by it. Versions up to 4 have flexible lengths nowhere.</summary>
internal sealed class MetadataApi : IApi
{
    public KafkaApi Key => KafkaApi.Metadata;

    public short Lowest => 0;

    public short Highest => 4;

    public short FlexibleFrom => 9;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        List<string>? names = request.Body.NullableArray(static body => body.String());
        bool mayCreate = request.Version < 4 || request.Body.Bool();

        // All topics: an empty list in version 0, null from 1 on.
        if (request.Version == 0 && names is { Count: 0 }) names = null;
        List<(string Name, KafkaError Error, int Partitions)> topics = [];
        lock (request.Broker.Gate)
        {
            foreach (string name in names ?? [.. request.Broker.Topics.All.Select(t => t.Name)])
            {
                Topic? topic = null;
                KafkaError error = request.Injected ?? request.Broker.Topics.FindOrCreate(name, mayCreate, out topic);
                topics.Add((name, error, topic?.Partitions.Length ?? 0));
            }
        }
        if (request.Version >= 3) answer.Int32(0); // throttle time, ms
        answer.ArrayCount(1);
        answer.Int32(BrokerState.NodeId);
        answer.String(request.Host);
        answer.Int32(request.Port);
        if (request.Version >= 1) answer.String(null); // rack
        if (request.Version >= 2) answer.String("stand-in"); // cluster id
        if (request.Version >= 1) answer.Int32(BrokerState.NodeId); // controller
        answer.Array(topics, (to, topic) =>
        {
            to.Error(topic.Error);
            to.String(topic.Name);
            if (request.Version >= 1) to.Bool(false); // internal
            to.ArrayCount(topic.Partitions);
            for (int partition = 0; partition < topic.Partitions; partition++) WritePartition(to, partition);
        });
        return ValueTask.CompletedTask;
    }

    private static void WritePartition(WireWriter answer, int partition)
    {
        answer.Error(KafkaError.None);
        answer.Int32(partition);
        answer.Int32(BrokerState.NodeId); // leader
        answer.ArrayCount(1); // replicas
        answer.Int32(BrokerState.NodeId);
        answer.ArrayCount(1); // in sync
        answer.Int32(BrokerState.NodeId);
    }
}
