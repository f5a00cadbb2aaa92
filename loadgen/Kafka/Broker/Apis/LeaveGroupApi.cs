namespace HyperIngest.LoadGen.Kafka;

/// <summary>LeaveGroup: the member's partitions are free for the others at once.</summary>
internal sealed class LeaveGroupApi : IApi
{
    public KafkaApi Key => KafkaApi.LeaveGroup;

    public short Lowest => 0;

    public short Highest => 1;

    public short FlexibleFrom => 4;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        string group = request.Body.String();
        string member = request.Body.String();
        KafkaError error;
        lock (request.Broker.Gate) error = request.Injected ?? request.Broker.Groups.Find(group)?.Leave(member) ?? KafkaError.UnknownMemberId;
        if (request.Version >= 1) answer.Int32(0); // throttle time, ms
        answer.Error(error);
        return ValueTask.CompletedTask;
    }
}
