namespace HyperIngest.LoadGen.Kafka;

/// <summary>FindCoordinator: of a group or of a transactional id, it is always the one broker.</summary>
internal sealed class FindCoordinatorApi : IApi
{
    private const sbyte OfTransaction = 1;

    public KafkaApi Key => KafkaApi.FindCoordinator;

    public short Lowest => 0;

    public short Highest => 2;

    public short FlexibleFrom => 3;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        string key = request.Body.String();
        sbyte type = request.Version >= 1 ? request.Body.Int8() : (sbyte)0;
        KafkaError error = request.Injected ?? (type is < 0 or > OfTransaction || (type == OfTransaction && key.Length == 0) ? KafkaError.InvalidRequest : KafkaError.None);
        if (request.Version >= 1) answer.Int32(0); // throttle time, ms
        answer.Error(error);
        if (request.Version >= 1) answer.String(null); // error message
        answer.Int32(error == KafkaError.None ? BrokerState.NodeId : -1);
        answer.String(error == KafkaError.None ? request.Host : "");
        answer.Int32(error == KafkaError.None ? request.Port : -1);
        return ValueTask.CompletedTask;
    }
}
