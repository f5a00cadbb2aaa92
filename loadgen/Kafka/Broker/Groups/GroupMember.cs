namespace HyperIngest.LoadGen.Kafka;

/// <summary>A protocol (assignor) that a member offers, and what it says for the leader to read.</summary>
internal readonly record struct GroupProtocol(string Name, ReadOnlyMemory<byte> Metadata);

/// <summary>What a join is asked with.</summary>
/// <param name="MemberId">Empty for a member that has none yet.</param>
/// <param name="InstanceId">Of a static member (KIP-345); else null.</param>
/// <param name="ClientId">Goes into the member id.</param>
/// <param name="ProtocolType">"consumer".</param>
/// <param name="Protocols">In the order the member prefers.</param>
/// <param name="SessionTimeout">Without a heartbeat for this long the member is gone.</param>
/// <param name="RebalanceTimeout">How long a rebalance waits for it to join again.</param>
/// <param name="MustKnowItsId">From version 4 on a new member is handed an id first and has to join with it (KIP-394).</param>
internal sealed record JoinRequest(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ProtocolType,
    IReadOnlyList<GroupProtocol> Protocols,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    bool MustKnowItsId);

/// <summary>What a join is answered with; the members go to the leader alone.</summary>
internal sealed record JoinAnswer(
    KafkaError Error, int Generation, string Protocol, string Leader, string MemberId, IReadOnlyList<(string Id, string? Instance, ReadOnlyMemory<byte> Metadata)> Members)
{
    public static JoinAnswer Refused(KafkaError error, string memberId) => new(error, -1, "", "", memberId, []);
}

/// <summary>What a sync is answered with.</summary>
internal sealed record SyncAnswer(KafkaError Error, ReadOnlyMemory<byte> Assignment);

/// <summary>One member of a group.</summary>
internal sealed class GroupMember
{
    public GroupMember(string id, JoinRequest joined)
    {
        Id = id;
        Joined = joined;
    }

    public string Id { get; }

    /// <summary>Its last join.</summary>
    public JoinRequest Joined { get; set; }

    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>When it last was heard of.</summary>
    public TimeSpan LastSeen { get; set; }

    /// <summary>The answer it waits for in a rebalance; null when it waits for none.</summary>
    public TaskCompletionSource<JoinAnswer>? Joining { get; set; }

    /// <summary>The assignment it waits for.</summary>
    public TaskCompletionSource<SyncAnswer>? Syncing { get; set; }

    /// <summary>What it says under <paramref name="protocol"/>.</summary>
    public ReadOnlyMemory<byte> MetadataOf(string protocol)
    {
        foreach (GroupProtocol offered in Joined.Protocols)
        {
            if (offered.Name == protocol) return offered.Metadata;
        }
        return default;
    }

    /// <summary>Whether a join offers the same again: then nothing has to be assigned anew.</summary>
    public bool Offers(IReadOnlyList<GroupProtocol> protocols)
    {
        if (protocols.Count != Joined.Protocols.Count) return false;
        for (int i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Joined.Protocols[i].Name || !protocols[i].Metadata.Span.SequenceEqual(Joined.Protocols[i].Metadata.Span)) return false;
        }
        return true;
    }

    public void AnswerJoin(JoinAnswer answer)
    {
        Joining?.SetResult(answer);
        Joining = null;
    }

    public void AnswerSync(SyncAnswer answer)
    {
        Syncing?.SetResult(answer);
        Syncing = null;
    }
}
