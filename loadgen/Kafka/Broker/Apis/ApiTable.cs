namespace HyperIngest.LoadGen.Kafka;

/// <summary>Every request that is answered.</summary>
internal static class ApiTable
{
    private static readonly IApi[] Apis =
    [
        new ProduceApi(), new FetchApi(), new ListOffsetsApi(), new MetadataApi(), new OffsetCommitApi(), new OffsetFetchApi(), new FindCoordinatorApi(),
        new JoinGroupApi(), new HeartbeatApi(), new LeaveGroupApi(), new SyncGroupApi(), new ApiVersionsApi(), new CreateTopicsApi(), new DeleteTopicsApi(),
        new InitProducerIdApi(), new AddPartitionsToTxnApi(), new AddOffsetsToTxnApi(), new EndTxnApi(), new TxnOffsetCommitApi(), new DescribeConfigsApi(),
    ];

    public static IReadOnlyList<IApi> All => Apis;

    public static IApi? Find(KafkaApi key) => Array.Find(Apis, api => api.Key == key);
}
