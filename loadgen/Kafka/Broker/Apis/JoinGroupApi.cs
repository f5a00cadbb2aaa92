namespace HyperIngest.LoadGen.Kafka;

/// <summary>JoinGroup: answered when every member has joined.</summary>
internal sealed class JoinGroupApi : IApi
{
    public KafkaApi Key => KafkaApi.JoinGroup;

    public short Lowest => 0;

    public short Highest => 5;

    public short FlexibleFrom => 6;

    public async ValueTask AnswerAsync(ApiRequest request, WireWriter answer)
    {
        WireReader body = request.Body;
        string group = body.String();
        TimeSpan session = TimeSpan.FromMilliseconds(body.Int32());
        TimeSpan rebalance = request.Version >= 1 ? TimeSpan.FromMilliseconds(body.Int32()) : session;
        string member = body.String();
        string? instance = request.Version >= 5 ? body.NullableString() : null;
        string protocolType = body.String();
        List<GroupProtocol> protocols = body.Array(static p => new GroupProtocol(p.String(), p.Bytes()));
        JoinRequest join = new(member, instance, request.ClientId, protocolType, protocols, session, rebalance, MustKnowItsId: request.Version >= 4);
        JoinAnswer joined = await Join(request, group, join).WaitAsync(request.Closing).ConfigureAwait(false);
        if (request.Version >= 2) answer.Int32(0); // throttle time, ms
        answer.Error(joined.Error);
        answer.Int32(joined.Generation);
        answer.String(joined.Protocol);
        answer.String(joined.Leader);
        answer.String(joined.MemberId);
        answer.Array(joined.Members, (to, each) =>
        {
            to.String(each.Id);
            if (request.Version >= 5) to.String(each.Instance);
            to.Bytes(each.Metadata.Span);
        });
    }

    private static Task<JoinAnswer> Join(ApiRequest request, string group, JoinRequest join)
    {
        StandInBrokerOptions options = request.Broker.Options;
        KafkaError? error = request.Injected;
        if (group.Length == 0) error ??= KafkaError.InvalidGroupId;
        if (join.SessionTimeout < options.MinSessionTimeout || join.SessionTimeout > options.MaxSessionTimeout) error ??= KafkaError.InvalidSessionTimeout;
        if (error is KafkaError refused) return Task.FromResult(JoinAnswer.Refused(refused, join.MemberId));
        lock (request.Broker.Gate) return request.Broker.Groups.FindOrCreate(group).Join(join);
    }
}
