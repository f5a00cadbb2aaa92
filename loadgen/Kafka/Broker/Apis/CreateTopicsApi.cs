namespace HyperIngest.LoadGen.Kafka;

/// <summary>CreateTopics: partitions, and the settings known here; anything else is refused rather than ignored.</summary>
internal sealed class CreateTopicsApi : IApi
{
    public KafkaApi Key => KafkaApi.CreateTopics;

    public short Lowest => 0;

    public short Highest => 4;

    public short FlexibleFrom => 5;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        List<NewTopic> topics = body.Array(static topic =>
        {
            string name = topic.String();
            int partitions = topic.Int32();
            short replicas = topic.Int16();
            int placed = topic.Array(static assignment => (assignment.Int32(), assignment.Array(static broker => broker.Int32()))).Count;
            return new NewTopic(name, placed > 0 ? placed : partitions, replicas, topic.Array(static config => (config.String(), config.NullableString())));
        });
        body.Int32(); // timeout
        bool onlyCheck = request.Version >= 1 && body.Bool();
        if (request.Version >= 2) answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            answer.Array(topics, (to, topic) =>
            {
                to.String(topic.Name);
                to.Error(request.Injected ?? Create(request.Broker, topic, onlyCheck));
                if (request.Version >= 1) to.String(null); // error message
            });
        }
        return ValueTask.CompletedTask;
    }

    private static KafkaError Create(BrokerState broker, NewTopic topic, bool onlyCheck)
    {
        // From version 4 on -1 is the broker's default (KIP-464).
        int partitions = topic.Partitions == -1 ? broker.Options.DefaultPartitions : topic.Partitions;
        if (topic.Replicas is not (1 or -1)) return KafkaError.InvalidReplicationFactor;
        TopicSettings? settings = broker.Options.DefaultTopicSettings;
        foreach ((string name, string? value) in topic.Configs)
        {
            settings = TopicConfigs.With(settings, name, value);
            if (settings is null) return KafkaError.InvalidConfig;
        }
        KafkaError error = broker.Topics.Check(topic.Name, partitions);
        if (error == KafkaError.None && !onlyCheck) broker.Topics.Create(topic.Name, partitions, settings);
        return error;
    }

    private sealed record NewTopic(string Name, int Partitions, short Replicas, List<(string Name, string? Value)> Configs);
}
