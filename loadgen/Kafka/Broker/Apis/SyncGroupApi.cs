namespace HyperIngest.LoadGen.Kafka;

/// <summary>SyncGroup: the leader brings the assignment, everybody gets its own.</summary>
internal sealed class SyncGroupApi : IApi
{
    public KafkaApi Key => KafkaApi.SyncGroup;

    public short Lowest => 0;

    public short Highest => 3;

    public short FlexibleFrom => 4;

    public async ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string group = body.String();
        int generation = body.Int32();
        string member = body.String();
        string? instance = request.Version >= 3 ? body.NullableString() : null;
        List<(string, ReadOnlyMemory<byte>)> assignments = body.Array(static a => (a.String(), (ReadOnlyMemory<byte>)a.Bytes()));
        Task<SyncAnswer> pending;
        lock (request.Broker.Gate)
        {
            pending = (request.Injected, request.Broker.Groups.Find(group)) switch
            {
                (KafkaError error, _) => Task.FromResult(new SyncAnswer(error, default)),
                (_, null) => Task.FromResult(new SyncAnswer(KafkaError.UnknownMemberId, default)),
                (_, Group found) => found.Sync(member, instance, generation, assignments),
            };
        }
        SyncAnswer synced = await pending.WaitAsync(request.Closing).ConfigureAwait(false);
        if (request.Version >= 1) answer.Int32(0); // throttle time, ms
        answer.Error(synced.Error);
        answer.Bytes(synced.Assignment.Span);
    }
}
