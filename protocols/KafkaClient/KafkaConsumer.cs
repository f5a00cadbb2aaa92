using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Kafka;

/// <summary>
/// A consumer: of a group (<see cref="Subscribe"/>) or of partitions given to it (<see cref="Assign"/>). Messages come by the batch, in the library's memory, without a copy or an
/// allocation. Offsets are committed by <see cref="Commit"/>, <see cref="StartCommit"/> and, as <see cref="StoreOffsets"/> says, by the library. One thread uses it.
/// </summary>
public sealed unsafe class KafkaConsumer : IKafkaClient, IDisposable
{
    /// <summary>
    /// What nobody may set otherwise. The library commits by itself, but only what <see cref="StoreOffsets"/> has said: it knows when the group is at rest. A commit that the program
    /// sends while the member waits to join again is answered after the join, for a generation that is over, and the library then takes the whole assignment for lost.
    /// </summary>
    private static readonly Dictionary<string, string> Promised = new() { ["enable.auto.commit"] = "true", ["enable.auto.offset.store"] = "false" };

    private readonly IKafkaRebalance? _rebalance;
    private readonly Dictionary<nint, string> _topicNames = [];
    private readonly GCHandle _self;
    private nint _client;
    private nint _queue;
    private ExceptionDispatchInfo? _callbackFailed;

    // Where the answers to started commits come; 0 until the first.
    private nint _commitQueue;

    // Written by the consuming thread (release), read by anyone (acquire).
    private KafkaFault? _fault;

    /// <summary>A consumer; it connects by itself, in the background.</summary>
    /// <param name="name">For log lines: the source's name.</param>
    /// <param name="options">The cluster.</param>
    /// <param name="properties">The role's librdkafka properties, group.id among them; the options' own go over them.</param>
    /// <param name="rebalance">Told of partitions that come and go; null to take them as the group gives them.</param>
    /// <param name="logger">Where the library's lines go.</param>
    /// <exception cref="KafkaException">The library is missing, or a property is wrong.</exception>
    public KafkaConsumer(string name, KafkaClientOptions options, IReadOnlyDictionary<string, string> properties, IKafkaRebalance? rebalance, ILogger logger)
    {
        Name = name;
        Logger = logger;
        _rebalance = rebalance;
        nint conf = KafkaConfiguration.Build(options, properties, Promised);
        _self = GCHandle.Alloc(this);
        Librdkafka.ConfSetOpaque(conf, GCHandle.ToIntPtr(_self));
        KafkaLog.Attach(conf);
        Librdkafka.ConfSetError(conf, &OnError);
        Librdkafka.ConfSetRebalance(conf, &OnRebalance);
        Librdkafka.ConfSetOffsetCommit(conf, &OnOffsetCommit);
        try
        {
            _client = KafkaConfiguration.NewClient(Librdkafka.Consumer, conf);
        }
        catch
        {
            _self.Free();
            throw;
        }
        _ = Librdkafka.PollSetConsumer(_client);
        _queue = Librdkafka.QueueConsumer(_client);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ILogger Logger { get; }

    /// <summary>The last error the client reported by itself (brokers down, authentication); null for none.</summary>
    public KafkaFault? Fault => Volatile.Read(ref _fault);

    /// <summary>Forgets a fault that is over.</summary>
    public void ClearFault() => Volatile.Write(ref _fault, null);

    /// <summary>Told, inside <see cref="Consume"/>, what became of a commit that the library made by itself: the offsets of partitions without an error of their own, or the error of all.</summary>
    public Action<KafkaError, IReadOnlyList<KafkaPosition>>? OffsetsCommitted { get; set; }

    /// <summary>Lets the library commit these offsets (each the next one to read) at its next auto.commit.interval.ms, once the group is at rest.</summary>
    public KafkaError StoreOffsets(IReadOnlyList<KafkaPosition> offsets)
    {
        NativeTopicPartitionList* list = ListOf(offsets);
        KafkaError error = new(Librdkafka.StoreOffsets(_client, list));
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>Joins the group and asks for these topics; a name that begins with ^ is a pattern.</summary>
    public KafkaError Subscribe(IReadOnlyList<string> topics)
    {
        NativeTopicPartitionList* list = Librdkafka.ListNew(topics.Count);
        foreach (string topic in topics) Librdkafka.ListAdd(list, topic, -1);
        KafkaError error = new(Librdkafka.Subscribe(_client, list));
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>How many partitions a topic has, asked of the brokers.</summary>
    /// <returns>The count, 0 with an error.</returns>
    public int PartitionsOf(string topic, TimeSpan limit, out KafkaError error)
    {
        nint handle = Librdkafka.TopicNew(_client, topic, 0);
        if (handle == 0)
        {
            error = new KafkaError(Librdkafka.LastError());
            return 0;
        }
        int count = NativeMetadata.PartitionsOf(_client, handle, limit, out error);
        Librdkafka.TopicDestroy(handle);
        return count;
    }

    /// <summary>Takes these partitions from these places, without a group.</summary>
    public KafkaError Assign(IReadOnlyList<KafkaPosition> partitions)
    {
        NativeTopicPartitionList* list = ListOf(partitions);
        KafkaError error = new(Librdkafka.Assign(_client, list));
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>Fills <paramref name="batch"/> with what comes until it is full or <paramref name="limit"/> is over: the limit is what the first message of a lull waits. Rebalances happen inside this call.</summary>
    /// <returns>How many entries; look at each one's error.</returns>
    public int Consume(KafkaBatch batch, TimeSpan limit)
    {
        int count = batch.Fill(_queue, limit);
        if (_callbackFailed is { } failed)
        {
            _callbackFailed = null;
            failed.Throw();
        }
        return count;
    }

    /// <summary>The topic of a consumed message.</summary>
    public string TopicOf(in KafkaMessage message)
    {
        if (_topicNames.TryGetValue(message.TopicHandle, out string? known)) return known;
        string name = Marshal.PtrToStringUTF8(Librdkafka.TopicName(message.TopicHandle)) ?? "";
        _topicNames.Add(message.TopicHandle, name);
        return name;
    }

    /// <summary>Commits offsets (each the next one to read) for the group.</summary>
    /// <param name="offsets">One a partition.</param>
    /// <param name="wait">Until the coordinator has answered; otherwise the outcome shows in the committed offsets alone.</param>
    public KafkaError Commit(IReadOnlyList<KafkaPosition> offsets, bool wait)
    {
        if (offsets.Count == 0) return KafkaError.None;
        NativeTopicPartitionList* list = ListOf(offsets);
        KafkaError error = new(Librdkafka.Commit(_client, list, wait ? 0 : 1));
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>
    /// Sends a commit and does not wait for its answer, which <see cref="TryEndCommit"/> gives. For <see cref="IKafkaRebalance.Revoked"/>: elsewhere a rebalance may be under way, see
    /// <see cref="StoreOffsets"/>. Start the next when this one has ended.
    /// </summary>
    /// <param name="offsets">One a partition, at least one; each the next offset to read.</param>
    /// <returns>An error when it could not be sent; there is no answer then.</returns>
    public KafkaError StartCommit(IReadOnlyList<KafkaPosition> offsets)
    {
        if (_commitQueue == 0) _commitQueue = Librdkafka.QueueNew(_client);
        NativeTopicPartitionList* list = ListOf(offsets);
        KafkaError error = new(Librdkafka.CommitQueue(_client, list, _commitQueue, 0, 0));
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>Whether the started commit has been answered, waiting until <paramref name="limit"/>.</summary>
    /// <param name="limit">How long to wait.</param>
    /// <param name="error">What the coordinator said; of several partitions' errors the first.</param>
    public bool TryEndCommit(TimeSpan limit, out KafkaError error)
    {
        error = KafkaError.None;
        nint answer = _commitQueue == 0 ? 0 : Librdkafka.QueuePoll(_commitQueue, (int)limit.TotalMilliseconds);
        if (answer == 0) return false;
        error = new KafkaError(Librdkafka.EventErrorCode(answer));
        NativeTopicPartitionList* list = Librdkafka.EventList(answer);
        for (int i = 0; list is not null && i < list->Count && !error.IsError; i++) error = new KafkaError(list->Elements[i].Error);
        Librdkafka.EventDestroy(answer);
        return true;
    }

    /// <summary>
    /// Reads these partitions, which the group has given to this consumer, from other places: also when their reading has stopped because what was wanted is gone, where
    /// <see cref="Seek"/> is refused. What was fetched of them before may still come.
    /// </summary>
    public KafkaError Reassign(IReadOnlyList<KafkaPosition> positions)
    {
        NativeTopicPartitionList* list = ListOf(positions);
        KafkaError error = KafkaError.Take(Librdkafka.IncrementalUnassign(_client, list));
        if (!error.IsError) error = KafkaError.Take(Librdkafka.IncrementalAssign(_client, list));
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>Sets the properties as the constructor would, and connects nowhere.</summary>
    /// <exception cref="KafkaException">The library is missing, or a property is wrong.</exception>
    public static void Check(KafkaClientOptions options, IReadOnlyDictionary<string, string> properties) =>
        Librdkafka.ConfDestroy(KafkaConfiguration.Build(options, properties, Promised));

    /// <summary>What the group has committed of these partitions, notes and all; an offset of <see cref="KafkaPosition.Stored"/> means nothing yet. Blocks.</summary>
    public IReadOnlyList<KafkaPosition> Committed(IReadOnlyList<KafkaPosition> partitions, TimeSpan limit, out KafkaError error)
    {
        NativeTopicPartitionList* list = ListOf(partitions);
        error = new KafkaError(Librdkafka.Committed(_client, list, (int)limit.TotalMilliseconds));
        for (int i = 0; i < list->Count && !error.IsError; i++) error = new KafkaError(list->Elements[i].Error);
        IReadOnlyList<KafkaPosition> found = PositionsOf(list);
        Librdkafka.ListDestroy(list);
        return found;
    }

    /// <summary>The partition's oldest and next offset, as of the last fetch; false when nothing was fetched of it yet. Asks nobody.</summary>
    public bool TryGetWatermarks(string topic, int partition, out long low, out long high)
    {
        long l, h;
        bool known = Librdkafka.CachedWatermarks(_client, topic, partition, &l, &h) == 0 && h >= 0;
        (low, high) = known ? (l, h) : (0, 0);
        return known;
    }

    /// <summary>The partition's oldest and next offset, asked of its leader. Blocks.</summary>
    public KafkaError QueryWatermarks(string topic, int partition, TimeSpan limit, out long low, out long high)
    {
        long l = 0, h = 0;
        KafkaError error = new(Librdkafka.QueryWatermarks(_client, topic, partition, &l, &h, (int)limit.TotalMilliseconds));
        (low, high) = (l, h);
        return error;
    }

    /// <summary>Stops fetching these partitions until <see cref="Resume"/>; what is fetched already still comes.</summary>
    public KafkaError Pause(IReadOnlyList<KafkaPosition> partitions) => WithList(partitions, pause: true);

    /// <summary>Fetches them again.</summary>
    public KafkaError Resume(IReadOnlyList<KafkaPosition> partitions) => WithList(partitions, pause: false);

    /// <summary>Goes on at these offsets.</summary>
    public KafkaError Seek(IReadOnlyList<KafkaPosition> positions, TimeSpan limit)
    {
        NativeTopicPartitionList* list = ListOf(positions);
        KafkaError error = KafkaError.Take(Librdkafka.Seek(_client, list, (int)limit.TotalMilliseconds));
        for (int i = 0; i < list->Count && !error.IsError; i++) error = new KafkaError(list->Elements[i].Error);
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>Leaves the group and closes. Batches must have been cleared.</summary>
    public void Dispose()
    {
        if (_client == 0) return;
        KafkaError closed = new(Librdkafka.ConsumerClose(_client));
        if (closed.IsError) KafkaLog.NotLeft(Logger, Name, closed);
        Librdkafka.QueueDestroy(_queue);
        if (_commitQueue != 0) Librdkafka.QueueDestroy(_commitQueue);
        Librdkafka.Destroy(_client);
        _client = _queue = _commitQueue = 0;
        _self.Free();
    }

    private KafkaError WithList(IReadOnlyList<KafkaPosition> partitions, bool pause)
    {
        NativeTopicPartitionList* list = ListOf(partitions);
        KafkaError error = new(pause ? Librdkafka.Pause(_client, list) : Librdkafka.Resume(_client, list));
        Librdkafka.ListDestroy(list);
        return error;
    }

    private static NativeTopicPartitionList* ListOf(IReadOnlyList<KafkaPosition> positions)
    {
        NativeTopicPartitionList* list = Librdkafka.ListNew(positions.Count);
        foreach (KafkaPosition position in positions) Librdkafka.ListAdd(list, position.Topic, position.Partition)->Offset = position.Offset;
        return list;
    }

    private static List<KafkaPosition> PositionsOf(NativeTopicPartitionList* list)
    {
        List<KafkaPosition> positions = new(list->Count);
        for (int i = 0; i < list->Count; i++)
        {
            ref NativeTopicPartition element = ref list->Elements[i];
            string? note = element.Metadata == 0 ? null : Marshal.PtrToStringUTF8(element.Metadata, (int)element.MetadataSize);
            positions.Add(new KafkaPosition(Marshal.PtrToStringUTF8(element.Topic) ?? "", element.Partition, element.Offset, note));
        }
        return positions;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(nint client, int code, nint reason, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is not KafkaConsumer owner) return;
        Volatile.Write(ref owner._fault, new KafkaFault(new KafkaError(code, Text: Marshal.PtrToStringUTF8(reason)), DateTime.UtcNow));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnOffsetCommit(nint client, int code, NativeTopicPartitionList* offsets, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is not KafkaConsumer { OffsetsCommitted: { } told } owner || code == KafkaErrorCode.LocalNoOffset) return;
        try
        {
            List<KafkaPosition> committed = [];
            KafkaError error = new(code);
            for (int i = 0; offsets is not null && i < offsets->Count; i++)
            {
                ref NativeTopicPartition element = ref offsets->Elements[i];
                if (element.Error != 0 && !error.IsError) error = new KafkaError(element.Error);
                else if (element.Error == 0 && code == 0) committed.Add(new KafkaPosition(Marshal.PtrToStringUTF8(element.Topic) ?? "", element.Partition, element.Offset));
            }
            told(error, committed);
        }
        catch (Exception failed)
        {
            // Nothing may be thrown through the library: the consuming call throws it.
            owner._callbackFailed = ExceptionDispatchInfo.Capture(failed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRebalance(nint client, int code, NativeTopicPartitionList* partitions, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is not KafkaConsumer owner) return;
        try
        {
            owner.Rebalance(client, code, partitions);
        }
        catch (Exception failed)
        {
            // Nothing may be thrown through the library: the consuming call throws it, and nothing is assigned meanwhile.
            owner._callbackFailed = ExceptionDispatchInfo.Capture(failed);
            _ = Librdkafka.Assign(client, null);
        }
    }

    private void Rebalance(nint client, int code, NativeTopicPartitionList* partitions)
    {
        // A topic that is given back may be freed, and its handle be another topic's next.
        _topicNames.Clear();
        bool cooperative = Marshal.PtrToStringUTF8(Librdkafka.RebalanceProtocol(client)) == "COOPERATIVE";
        if (code == KafkaErrorCode.LocalAssignPartitions)
        {
            if (_rebalance is not null)
            {
                IReadOnlyList<KafkaPosition> from = _rebalance.Assigned(PositionsOf(partitions));
                for (int i = 0; i < partitions->Count; i++) partitions->Elements[i].Offset = from[i].Offset;
            }
            KafkaError assigned = cooperative ? KafkaError.Take(Librdkafka.IncrementalAssign(client, partitions)) : new KafkaError(Librdkafka.Assign(client, partitions));
            if (assigned.IsError) throw new KafkaException($"{Name}: partitions could not be taken over", assigned);
            return;
        }
        _rebalance?.Revoked(PositionsOf(partitions), Librdkafka.AssignmentLost(client) != 0);
        KafkaError revoked = cooperative ? KafkaError.Take(Librdkafka.IncrementalUnassign(client, partitions)) : new KafkaError(Librdkafka.Assign(client, null));
        if (revoked.IsError) throw new KafkaException($"{Name}: partitions could not be given back", revoked);
    }
}
