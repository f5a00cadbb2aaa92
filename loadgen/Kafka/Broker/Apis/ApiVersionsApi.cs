namespace HyperIngest.LoadGen.Kafka;

/// <summary>ApiVersions: clients ask it first on each connection. Its answer's header is never flexible, so that any client can read it (KIP-511).</summary>
internal sealed class ApiVersionsApi : IApi
{
    public KafkaApi Key => KafkaApi.ApiVersions;

    public short Lowest => 0;

    public short Highest => 3;

    public short FlexibleFrom => 3;

    public ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        Write(answer, request.Injected ?? KafkaError.None, request.Version);
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes the list; also, as version 0 with an error, for a client that asked in a version beyond what is known here (KIP-511).</summary>
    public static void Write(WireWriter answer, KafkaError error, short version)
    {
        answer.Error(error);
        answer.Array(ApiTable.All, static (to, api) =>
        {
            to.Int16((short)api.Key);

            // librdkafka compresses only for a broker that names Produce version 0, which brokers therefore still name though they refuse it (KAFKA-18659).
            to.Int16(api.Key == KafkaApi.Produce ? (short)0 : api.Lowest);
            to.Int16(api.Highest);
            to.EndStruct();
        });
        if (version >= 1) answer.Int32(0); // throttle time, ms
        answer.EndStruct();
    }
}
