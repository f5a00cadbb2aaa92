namespace HyperIngest.LoadGen.Kafka;

/// <summary>Where a group stands (KIP-62 and the coordinator's state machine).</summary>
internal enum GroupState
{
    /// <summary>No members; its offsets stay.</summary>
    Empty,

    /// <summary>Waits for its members to join again.</summary>
    Joining,

    /// <summary>Waits for the leader's assignment.</summary>
    Syncing,

    /// <summary>Every member has its assignment.</summary>
    Stable,
}

/// <summary>A consumer group. What the members say to each other (subscriptions, assignments) is opaque; the broker relays it. The broker's gate guards it.</summary>
internal sealed class Group
{
    private readonly BrokerState _broker;
    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);

    // Ids that were handed out and not yet joined with, and until when the group waits for that.
    private readonly Dictionary<string, TimeSpan> _handedOut = new(StringComparer.Ordinal);
    private string _protocolType = "";
    private string _protocol = "";
    private string _leader = "";
    private TimeSpan _joinNotBefore;
    private TimeSpan _joinDeadline;

    public Group(BrokerState broker) => _broker = broker;

    public GroupState State { get; private set; }

    public int Generation { get; private set; }

    public int Members => _members.Count;

    public GroupOffsets Offsets { get; } = new();

    /// <summary>Whether a request of a member of this generation may be served.</summary>
    public KafkaError Check(string memberId, string? instanceId, int generation)
    {
        KafkaError error = CheckMember(memberId, instanceId);
        if (error != KafkaError.None) return error;
        return generation == Generation ? KafkaError.None : KafkaError.IllegalGeneration;
    }

    /// <summary>Enters the group; the answer comes when all members have.</summary>
    public Task<JoinAnswer> Join(JoinRequest request)
    {
        GroupMember? member = null;
        if (request.MemberId.Length > 0)
        {
            bool handedOut = _handedOut.Remove(request.MemberId);
            KafkaError error = handedOut ? KafkaError.None : CheckMember(request.MemberId, request.InstanceId);
            if (error != KafkaError.None) return Task.FromResult(JoinAnswer.Refused(error, request.MemberId));
            member = _members.GetValueOrDefault(request.MemberId);
        }
        if (!IsConsistent(request, member)) return Task.FromResult(JoinAnswer.Refused(KafkaError.InconsistentGroupProtocol, request.MemberId));
        if (member is not null) return JoinAgain(member, request);
        if (request.MemberId.Length > 0) return Enter(new GroupMember(request.MemberId, request));
        string id = $"{request.InstanceId ?? request.ClientId}-{Guid.NewGuid()}";
        if (request.InstanceId is not null)
        {
            return MemberOf(request.InstanceId) is GroupMember before ? Replace(before, new GroupMember(id, request)) : Enter(new GroupMember(id, request));
        }
        if (!request.MustKnowItsId) return Enter(new GroupMember(id, request));
        _handedOut[id] = _broker.Now + request.SessionTimeout;
        return Task.FromResult(JoinAnswer.Refused(KafkaError.MemberIdRequired, id));
    }

    /// <summary>Asks for the assignment; the leader brings everybody's.</summary>
    public Task<SyncAnswer> Sync(string memberId, string? instanceId, int generation, IReadOnlyList<(string Member, ReadOnlyMemory<byte> Assignment)> assignments)
    {
        KafkaError error = Check(memberId, instanceId, generation);
        if (error == KafkaError.None && State == GroupState.Joining) error = KafkaError.RebalanceInProgress;
        if (error != KafkaError.None) return Task.FromResult(new SyncAnswer(error, default));
        GroupMember member = _members[memberId];
        member.LastSeen = _broker.Now;
        if (State == GroupState.Stable) return Task.FromResult(new SyncAnswer(KafkaError.None, member.Assignment));
        member.AnswerSync(new SyncAnswer(KafkaError.RebalanceInProgress, default));
        TaskCompletionSource<SyncAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        member.Syncing = answer;
        if (memberId == _leader)
        {
            foreach (GroupMember each in _members.Values) each.Assignment = default;
            foreach ((string id, ReadOnlyMemory<byte> assignment) in assignments)
            {
                if (_members.TryGetValue(id, out GroupMember? of)) of.Assignment = assignment;
            }
            State = GroupState.Stable;
            foreach (GroupMember each in _members.Values)
            {
                each.LastSeen = _broker.Now;
                each.AnswerSync(new SyncAnswer(KafkaError.None, each.Assignment));
            }
        }
        return answer.Task;
    }

    public KafkaError Heartbeat(string memberId, string? instanceId, int generation)
    {
        KafkaError error = Check(memberId, instanceId, generation);
        if (error != KafkaError.None) return error;
        _members[memberId].LastSeen = _broker.Now;
        return State == GroupState.Joining ? KafkaError.RebalanceInProgress : KafkaError.None;
    }

    public KafkaError Leave(string memberId)
    {
        if (_handedOut.Remove(memberId))
        {
            CompleteJoinIfDue();
            return KafkaError.None;
        }
        KafkaError error = CheckMember(memberId, null);
        if (error == KafkaError.None) Remove(_members[memberId]);
        return error;
    }

    /// <summary>Whether a commit may be taken: of a member of this generation, or of a consumer that is in no group while nobody is in it.</summary>
    public KafkaError CheckCommit(string memberId, string? instanceId, int generation)
    {
        if (generation < 0 && memberId.Length == 0) return State == GroupState.Empty ? KafkaError.None : KafkaError.UnknownMemberId;
        KafkaError error = Check(memberId, instanceId, generation);
        if (error != KafkaError.None) return error;
        _members[memberId].LastSeen = _broker.Now;
        return State == GroupState.Syncing ? KafkaError.RebalanceInProgress : KafkaError.None;
    }

    /// <summary>Removes members that have not been heard of for their session timeout, and ends rebalances that have waited long enough.</summary>
    public void Expire()
    {
        foreach ((string id, TimeSpan until) in _handedOut)
        {
            if (_broker.Now > until) _handedOut.Remove(id);
        }
        foreach (GroupMember member in _members.Values.ToArray())
        {
            bool waits = member.Joining is not null || member.Syncing is not null;
            if (!waits && _broker.Now - member.LastSeen > member.Joined.SessionTimeout) Remove(member);
        }
        CompleteJoinIfDue();
    }

    /// <summary>Sessions begin anew, as after a coordinator has come back; who waited for an answer has lost the connection.</summary>
    public void Resume()
    {
        foreach (GroupMember member in _members.Values) member.LastSeen = _broker.Now;
    }

    private KafkaError CheckMember(string memberId, string? instanceId)
    {
        if (instanceId is not null && MemberOf(instanceId) is GroupMember holder && holder.Id != memberId) return KafkaError.FencedInstanceId;
        return _members.ContainsKey(memberId) ? KafkaError.None : KafkaError.UnknownMemberId;
    }

    private GroupMember? MemberOf(string instanceId)
    {
        foreach (GroupMember member in _members.Values)
        {
            if (member.Joined.InstanceId == instanceId) return member;
        }
        return null;
    }

    // A protocol that every member offers must remain.
    private bool IsConsistent(JoinRequest request, GroupMember? itself)
    {
        if (request.Protocols.Count == 0 || request.ProtocolType.Length == 0) return false;
        GroupMember[] others = [.. _members.Values.Where(m => m != itself && (request.InstanceId is null || m.Joined.InstanceId != request.InstanceId))];
        if (others.Length == 0) return true;
        return request.ProtocolType == _protocolType && request.Protocols.Any(p => others.All(m => m.Joined.Protocols.Any(q => q.Name == p.Name)));
    }

    private Task<JoinAnswer> JoinAgain(GroupMember member, JoinRequest request)
    {
        bool same = member.Offers(request.Protocols);
        bool needsNothing = State switch
        {
            GroupState.Syncing => same,
            GroupState.Stable => same && member.Id != _leader,
            _ => false,
        };
        member.Joined = request;
        member.LastSeen = _broker.Now;
        return needsNothing ? Task.FromResult(AnswerTo(member)) : Wait(member);
    }

    private Task<JoinAnswer> Enter(GroupMember member)
    {
        _members[member.Id] = member;
        member.LastSeen = _broker.Now;
        _protocolType = member.Joined.ProtocolType;
        return Wait(member);
    }

    // KIP-345: a static member that comes back takes its place, under a new id, and with it its assignment. Nothing is rebalanced unless what it offers
    // has changed. The leader named is the id before, even if that was its own: the member then assigns nothing, which a stable group would not take.
    private Task<JoinAnswer> Replace(GroupMember before, GroupMember member)
    {
        before.AnswerJoin(JoinAnswer.Refused(KafkaError.FencedInstanceId, before.Id));
        before.AnswerSync(new SyncAnswer(KafkaError.FencedInstanceId, default));
        _members.Remove(before.Id);
        _members[member.Id] = member;
        member.Assignment = before.Assignment;
        member.LastSeen = _broker.Now;
        string leader = _leader;
        if (_leader == before.Id) _leader = member.Id;
        if (State != GroupState.Stable || !before.Offers(member.Joined.Protocols)) return Wait(member);
        return Task.FromResult(new JoinAnswer(KafkaError.None, Generation, _protocol, leader, member.Id, []));
    }

    private Task<JoinAnswer> Wait(GroupMember member)
    {
        member.AnswerJoin(JoinAnswer.Refused(KafkaError.RebalanceInProgress, member.Id));
        TaskCompletionSource<JoinAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        member.Joining = answer;
        BeginRebalance();
        CompleteJoinIfDue();
        return answer.Task;
    }

    private void BeginRebalance()
    {
        if (State == GroupState.Joining) return;
        _joinNotBefore = State == GroupState.Empty ? _broker.Now + _broker.Options.InitialRebalanceDelay : TimeSpan.Zero;
        _joinDeadline = _broker.Now + _members.Values.Max(m => m.Joined.RebalanceTimeout);
        State = GroupState.Joining;
        foreach (GroupMember each in _members.Values) each.AnswerSync(new SyncAnswer(KafkaError.RebalanceInProgress, default));
    }

    private void CompleteJoinIfDue()
    {
        if (State != GroupState.Joining || _broker.Now < _joinNotBefore) return;
        bool allJoined = _handedOut.Count == 0 && _members.Values.All(m => m.Joining is not null);
        if (!allJoined && _broker.Now < _joinDeadline) return;

        // A static member that is late keeps its place until its session ends.
        foreach (GroupMember late in _members.Values.Where(m => m.Joining is null && m.Joined.InstanceId is null).ToArray()) _members.Remove(late.Id);
        if (_members.Count == 0)
        {
            State = GroupState.Empty;
            Generation++;
            return;
        }
        if (!_members.TryGetValue(_leader, out GroupMember? leader) || leader.Joining is null)
        {
            leader = _members.Values.FirstOrDefault(m => m.Joining is not null);
            if (leader is null)
            {
                // Only late static members are left: wait for one of them, or for the end of their sessions.
                _joinDeadline = _broker.Now + _members.Values.Max(m => m.Joined.RebalanceTimeout);
                return;
            }
            _leader = leader.Id;
        }
        Generation++;
        _protocol = Elect();
        State = GroupState.Syncing;
        foreach (GroupMember member in _members.Values)
        {
            member.LastSeen = _broker.Now;
            if (member.Joining is not null) member.AnswerJoin(AnswerTo(member));
        }
    }

    // Each member votes for the first protocol in its list that all offer.
    private string Elect()
    {
        string[] common = [.. _members.Values.First().Joined.Protocols.Select(p => p.Name).Where(name => _members.Values.All(m => m.Joined.Protocols.Any(p => p.Name == name)))];
        return _members.Values.Select(m => m.Joined.Protocols.First(p => common.Contains(p.Name)).Name).GroupBy(name => name).MaxBy(votes => votes.Count())!.Key;
    }

    private JoinAnswer AnswerTo(GroupMember member) => new(
        KafkaError.None, Generation, _protocol, _leader, member.Id,
        member.Id == _leader ? [.. _members.Values.Select(m => (m.Id, m.Joined.InstanceId, m.MetadataOf(_protocol)))] : []);

    private void Remove(GroupMember member)
    {
        member.AnswerJoin(JoinAnswer.Refused(KafkaError.UnknownMemberId, member.Id));
        member.AnswerSync(new SyncAnswer(KafkaError.UnknownMemberId, default));
        _members.Remove(member.Id);
        if (_members.Count > 0) BeginRebalance();
        else if (State != GroupState.Joining)
        {
            State = GroupState.Empty;
            Generation++;
        }
        CompleteJoinIfDue();
    }
}
