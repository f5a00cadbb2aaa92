namespace HyperIngest.LoadGen.Kafka;

/// <summary>DeleteTopics: a topic and what is in it.</summary>
internal sealed class DeleteTopicsApi : IApi
{
    public KafkaApi Key => KafkaApi.DeleteTopics;

    public short Lowest => 0;

    public short Highest => 1;

    public short FlexibleFrom => 4;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        List<string> names = request.Body.Array(static topic => topic.String());
        request.Body.Int32(); // timeout
        if (request.Version >= 1) answer.Int32(0); // throttle time, ms
        lock (request.Broker.Gate)
        {
            answer.Array(names, (to, name) =>
            {
                to.String(name);
                to.Error(request.Injected ?? (request.Broker.Topics.Delete(name) ? KafkaError.None : KafkaError.UnknownTopicOrPartition));
            });

            // Fetches that wait for it learn that it is gone.
            request.Broker.Appended();
        }
        return ValueTask.CompletedTask;
    }
}
