namespace HyperIngest.LoadGen.Kafka;

/// <summary>DescribeConfigs: of topics, the settings known here; of the broker itself, none.</summary>
internal sealed class DescribeConfigsApi : IApi
{
    private const sbyte OfTopic = 2;
    private const sbyte OfBroker = 4;

    // Where a value comes from (KIP-226).
    private const sbyte SetForTopic = 1;
    private const sbyte Default = 5;

    public KafkaApi Key => KafkaApi.DescribeConfigs;

    public short Lowest => 0;

    public short Highest => 1;

    public short FlexibleFrom => 4;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        var wanted = request.Body.Array(static r => (Type: r.Int8(), Name: r.String(), Keys: r.NullableArray(static key => key.String())));
        answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            answer.Array(wanted, (to, resource) =>
            {
                Topic? topic = resource.Type == OfTopic ? request.Broker.Topics.Find(resource.Name) : null;
                KafkaError error = request.Injected ?? resource.Type switch
                {
                    OfTopic => topic is null ? KafkaError.UnknownTopicOrPartition : KafkaError.None,
                    OfBroker => KafkaError.None,
                    _ => KafkaError.InvalidRequest,
                };
                to.Error(error);
                to.String(null); // error message
                to.Int8(resource.Type);
                to.String(resource.Name);
                var configs = topic is null || error != KafkaError.None ? [] : TopicConfigs.Of(topic.Settings);
                to.Array([.. configs.Where(c => resource.Keys?.Contains(c.Name) != false)], (each, config) => Write(each, config, request.Version));
            });
        }
        return ValueTask.CompletedTask;
    }

    private static void Write(WireWriter answer, (string Name, string Value, bool IsDefault) config, short version)
    {
        answer.String(config.Name);
        answer.String(config.Value);
        answer.Bool(false); // read-only
        if (version == 0) answer.Bool(config.IsDefault);
        else answer.Int8(config.IsDefault ? Default : SetForTopic);
        answer.Bool(false); // secret
        if (version >= 1) answer.ArrayCount(0); // synonyms
    }
}
