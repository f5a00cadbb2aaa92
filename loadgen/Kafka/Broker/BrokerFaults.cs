namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// What a test wants to go wrong. Each call adds a fault that strikes the next requests of its kind; of several that fit, the oldest strikes. All may be called at any time.
/// </summary>
public sealed class BrokerFaults
{
    private static readonly KafkaApi[] AskedOfLeaders = [KafkaApi.Produce, KafkaApi.Fetch, KafkaApi.ListOffsets];

    private static readonly KafkaApi[] AskedOfCoordinators =
    [
        KafkaApi.JoinGroup, KafkaApi.SyncGroup, KafkaApi.Heartbeat, KafkaApi.LeaveGroup, KafkaApi.OffsetCommit, KafkaApi.OffsetFetch, KafkaApi.InitProducerId,
        KafkaApi.AddPartitionsToTxn, KafkaApi.AddOffsetsToTxn, KafkaApi.TxnOffsetCommit, KafkaApi.EndTxn,
    ];

    private readonly Lock _gate = new();
    private readonly List<Planned> _planned = [];

    internal BrokerFaults()
    {
    }

    private enum Kind
    {
        Error,
        PartitionError,
        Delay,
        CutRequest,
        CutResponse,
    }

    /// <summary>Answers with <paramref name="error"/>, wherever an error can stand, and does not carry the request out.</summary>
    public BrokerFault Fail(KafkaApi api, KafkaError error, int times = 1) => Add(new Planned(Kind.Error, [api], new BrokerFault(times)) { Error = error });

    /// <summary>Answers with an error for one partition; the request's other partitions are served.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="partition">Its number.</param>
    /// <param name="error">The error.</param>
    /// <param name="times">Requests that name the partition.</param>
    /// <param name="api">Of this kind; null for produce, fetch and list offsets.</param>
    public BrokerFault FailPartition(string topic, int partition, KafkaError error, int times = 1, KafkaApi? api = null) =>
        Add(new Planned(Kind.PartitionError, api is KafkaApi one ? [one] : AskedOfLeaders, new BrokerFault(times))
        {
            Error = error,
            Partition = new PartitionId(topic, partition),
        });

    /// <summary>The partition's leader has moved: the client has to look where to. With one broker it comes back to the same.</summary>
    public BrokerFault NotLeader(string topic, int partition, int times = 1, KafkaApi? api = null) =>
        FailPartition(topic, partition, KafkaError.NotLeaderForPartition, times, api);

    /// <summary>The coordinator has moved: the next requests to it, of groups or transactions, are refused, and the client has to ask where it is.</summary>
    public BrokerFault MoveCoordinator(int times = 1) =>
        Add(new Planned(Kind.Error, AskedOfCoordinators, new BrokerFault(times)) { Error = KafkaError.NotCoordinator });

    /// <summary>Carries the request out and answers it that much later. The connection's other requests wait too, as with a slow broker.</summary>
    public BrokerFault Delay(KafkaApi api, TimeSpan by, int times = 1) => Add(new Planned(Kind.Delay, [api], new BrokerFault(times)) { By = by });

    /// <summary>Closes the connection when this many bytes of the request behind its length have come; it is not carried out.</summary>
    public BrokerFault CutRequest(KafkaApi api, int afterBytes = 0, int times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterBytes);
        return Add(new Planned(Kind.CutRequest, [api], new BrokerFault(times)) { AfterBytes = afterBytes });
    }

    /// <summary>Carries the request out, sends this many bytes of the response, and closes the connection: the client cannot know what became of it.</summary>
    public BrokerFault CutResponse(KafkaApi api, int afterBytes = 0, int times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterBytes);
        return Add(new Planned(Kind.CutResponse, [api], new BrokerFault(times)) { AfterBytes = afterBytes });
    }

    /// <summary>Ends all faults.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (Planned planned in _planned) planned.Fault.End();
            _planned.Clear();
        }
    }

    internal KafkaError? Error(KafkaApi api) => Strike(Kind.Error, api, null)?.Error;

    internal KafkaError? PartitionError(KafkaApi api, PartitionId partition) => Strike(Kind.PartitionError, api, partition)?.Error;

    internal TimeSpan? DelayOf(KafkaApi api) => Strike(Kind.Delay, api, null)?.By;

    internal int? RequestCut(KafkaApi api) => Strike(Kind.CutRequest, api, null)?.AfterBytes;

    internal int? ResponseCut(KafkaApi api) => Strike(Kind.CutResponse, api, null)?.AfterBytes;

    private BrokerFault Add(Planned planned)
    {
        lock (_gate) _planned.Add(planned);
        return planned.Fault;
    }

    private Planned? Strike(Kind kind, KafkaApi api, PartitionId? partition)
    {
        lock (_gate)
        {
            _planned.RemoveAll(static p => p.Fault.Left == 0);
            return _planned.Find(p => p.Kind == kind && p.Apis.Contains(api) && p.Partition == partition && p.Fault.Strike());
        }
    }

    private sealed record Planned(Kind Kind, KafkaApi[] Apis, BrokerFault Fault)
    {
        public KafkaError Error { get; init; }

        public PartitionId? Partition { get; init; }

        public TimeSpan By { get; init; }

        public int AfterBytes { get; init; }
    }
}
