namespace HyperIngest.LoadGen.Kafka;

/// <summary>EndTxn: when it is answered the control batches are in the logs.</summary>
internal sealed class EndTxnApi : IApi
{
    public KafkaApi Key => KafkaApi.EndTxn;

    public short Lowest => 0;

    public short Highest => 1;

    public short FlexibleFrom => 3;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string transactionalId = body.String();
        long producerId = body.Int64();
        short epoch = body.Int16();
        bool commit = body.Bool();
        KafkaError error;
        lock (request.Broker.Gate)
        {
            TransactionalProducer? producer = null;
            error = request.Injected ?? request.Broker.Transactions.Check(transactionalId, producerId, epoch, out producer);
            if (error == KafkaError.None) error = request.Broker.Transactions.End(producer!, commit);
        }
        answer.Int32(0); // throttle time, ms
        answer.Error(error);
        return ValueTask.CompletedTask;
    }
}
