namespace HyperIngest.LoadGen.Kafka;

/// <summary>AddOffsetsToTxn: the offsets of a group will be committed with the transaction.</summary>
internal sealed class AddOffsetsToTxnApi : IApi
{
    public KafkaApi Key => KafkaApi.AddOffsetsToTxn;

    public short Lowest => 0;

    public short Highest => 0;

    public short FlexibleFrom => 3;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string transactionalId = body.String();
        long producerId = body.Int64();
        short epoch = body.Int16();
        string group = body.String();
        KafkaError error;
        lock (request.Broker.Gate)
        {
            TransactionalProducer? producer = null;
            error = request.Injected ?? (group.Length == 0 ? KafkaError.InvalidGroupId : KafkaError.None);
            if (error == KafkaError.None) error = request.Broker.Transactions.Check(transactionalId, producerId, epoch, out producer);
            if (error == KafkaError.None)
            {
                request.Broker.Transactions.Begin(producer!);
                producer!.Groups.Add(group);
            }
        }
        answer.Int32(0); // throttle time, ms
        answer.Error(error);
        return ValueTask.CompletedTask;
    }
}
