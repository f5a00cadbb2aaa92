namespace HyperIngest.LoadGen.Kafka;

/// <summary>InitProducerId: an identity for an idempotent producer, or the next epoch for a transactional one.</summary>
internal sealed class InitProducerIdApi : IApi
{
    public KafkaApi Key => KafkaApi.InitProducerId;

    public short Lowest => 0;

    public short Highest => 4;

    public short FlexibleFrom => 2;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string? transactionalId = body.NullableString();
        TimeSpan timeout = TimeSpan.FromMilliseconds(body.Int32());
        long producerId = request.Version >= 3 ? body.Int64() : -1;
        short epoch = request.Version >= 3 ? body.Int16() : (short)-1;
        KafkaError error = request.Injected ?? KafkaError.None;
        lock (request.Broker.Gate)
        {
            if (error == KafkaError.None && transactionalId is null)
            {
                producerId = request.Broker.Transactions.NewProducerId();
                epoch = 0;
            }
            else if (error == KafkaError.None)
            {
                error = request.Broker.Transactions.Init(transactionalId!, timeout, producerId, epoch, out TransactionalProducer? producer);
                if (error == KafkaError.None) (producerId, epoch) = (producer!.ProducerId, producer.Epoch);

                // ProducerFenced is known to clients from version 4 on (KIP-588).
                if (error == KafkaError.ProducerFenced && request.Version < 4) error = KafkaError.InvalidProducerEpoch;
            }
        }
        answer.Int32(0); // throttle time, ms
        answer.Error(error);
        answer.Int64(error == KafkaError.None ? producerId : -1);
        answer.Int16(error == KafkaError.None ? epoch : (short)-1);
        answer.EndStruct();
        return ValueTask.CompletedTask;
    }
}
