namespace HyperIngest.LoadGen.Kafka;

/// <summary>Heartbeat: keeps a member's session, and tells it of a rebalance.</summary>
internal sealed class HeartbeatApi : IApi
{
    public KafkaApi Key => KafkaApi.Heartbeat;

    public short Lowest => 0;

    public short Highest => 3;

    public short FlexibleFrom => 4;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string group = body.String();
        int generation = body.Int32();
        string member = body.String();
        string? instance = request.Version >= 3 ? body.NullableString() : null;
        KafkaError error;
        lock (request.Broker.Gate)
        {
            error = request.Injected ?? request.Broker.Groups.Find(group)?.Heartbeat(member, instance, generation) ?? KafkaError.UnknownMemberId;
        }
        if (request.Version >= 1) answer.Int32(0); // throttle time, ms
        answer.Error(error);
        return ValueTask.CompletedTask;
    }
}
