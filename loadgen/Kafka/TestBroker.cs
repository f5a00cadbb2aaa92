using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Kafka;
using HyperIngest.Kafka.Native;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// librdkafka's own test broker: a Kafka cluster in this process, on real loopback sockets, that keeps about 5 MB a partition and throws the oldest out. Fit for load (consume while
/// producing) and for broker faults; it knows no transaction isolation. Say in every output that it was this.
/// </summary>
public sealed unsafe class TestBroker : IDisposable
{
    private nint _client;
    private nint _cluster;

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "A resolver must stand before any use of the bindings, and a library has no other place.")]
    internal static void FindLibrary() => KafkaLibrary.ShareWith(typeof(TestBroker).Assembly);

    /// <summary>A cluster of <paramref name="brokers"/> brokers, numbered from 1.</summary>
    /// <exception cref="KafkaException">librdkafka is missing.</exception>
    public TestBroker(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        KafkaLibrary.ThrowIfMissing();
        BrokerCount = brokers;
        nint conf = Librdkafka.ConfNew();
        // The cluster needs a client to live in; that one connects nowhere, and need not say so.
        byte* error = stackalloc byte[512];
        _ = Librdkafka.ConfSet(conf, "log_level", "2", error, 512);
        _client = KafkaConfiguration.NewClient(Librdkafka.Producer, conf);
        // The cluster's thread is the one that librdkafka starts with signals open: interrupted, it ends the cluster and frees it under the feet of those who have it.
        using (BlockedSignals.All()) _cluster = MockCluster.New(_client, brokers);
        if (_cluster == 0) throw new KafkaException("librdkafka's test broker did not start.");
        Brokers = Marshal.PtrToStringUTF8(MockCluster.Bootstraps(_cluster)) ?? throw new KafkaException("librdkafka's test broker has no address.");
    }

    /// <summary>What it is, for every output that shows numbers of it.</summary>
    public static string Description => $"librdkafka {KafkaLibrary.Version}'s test broker, in this process";

    /// <summary>Brokers there are.</summary>
    public int BrokerCount { get; }

    /// <summary>Bootstrap addresses.</summary>
    public string Brokers { get; }

    /// <summary>Makes a topic; one that is not made comes with 4 partitions when it is first used.</summary>
    public void CreateTopic(string topic, int partitions, int replicas = 1)
    {
        int code = MockCluster.TopicCreate(_cluster, topic, partitions, replicas);
        if (code != 0) throw new KafkaException($"topic {topic} of {partitions} partitions", new HyperIngest.Kafka.KafkaError(code));
    }

    /// <summary>Answers everything about a topic with an error; 0 ends that.</summary>
    public void SetTopicError(string topic, int code) => MockCluster.TopicSetError(_cluster, topic, code);

    /// <summary>Answers the next requests of an API (its key in the protocol: 0 Produce, 1 Fetch, 10 FindCoordinator, 22 InitProducerId, …) with these errors, one each.</summary>
    public void FailNext(short api, params ReadOnlySpan<int> codes)
    {
        fixed (int* first = codes) MockCluster.PushErrors(_cluster, api, codes.Length, first);
    }

    /// <summary>Forgets the errors that are still to come.</summary>
    public void ForgetFailures(short api) => MockCluster.ClearErrors(_cluster, api);

    /// <summary>Moves a partition's leader to another broker; -1 for none.</summary>
    public void MoveLeader(string topic, int partition, int broker) => Check(MockCluster.SetLeader(_cluster, topic, partition, broker), $"leader of {topic}[{partition}]");

    /// <summary>Moves the coordinator of a group.</summary>
    public void MoveGroupCoordinator(string group, int broker) => Check(MockCluster.SetCoordinator(_cluster, "group", group, broker), $"coordinator of {group}");

    /// <summary>Moves the coordinator of a transactional id.</summary>
    public void MoveTransactionCoordinator(string id, int broker) => Check(MockCluster.SetCoordinator(_cluster, "transaction", id, broker), $"coordinator of {id}");

    /// <summary>Closes a broker's connections and takes no new ones.</summary>
    public void Stop(int broker) => Check(MockCluster.SetDown(_cluster, broker), $"broker {broker}");

    /// <summary>Takes connections again.</summary>
    public void Start(int broker) => Check(MockCluster.SetUp(_cluster, broker), $"broker {broker}");

    /// <summary>Makes a broker answer slowly.</summary>
    public void Delay(int broker, TimeSpan roundTrip) => Check(MockCluster.SetRtt(_cluster, broker, (int)roundTrip.TotalMilliseconds), $"broker {broker}");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_cluster == 0) return;
        MockCluster.Destroy(_cluster);
        Librdkafka.Destroy(_client);
        _cluster = _client = 0;
    }

    private static void Check(int code, string what)
    {
        if (code != 0) throw new KafkaException(what, new HyperIngest.Kafka.KafkaError(code));
    }
}
