using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Kafka;

/// <summary>
/// An idempotent producer (acks=all). Messages go in by the batch, reports come out by the batch, and neither allocates. One thread produces; one thread (the same or another) polls
/// reports; transactions are the producing thread's.
/// </summary>
public sealed unsafe class KafkaProducer : IKafkaClient, IDisposable
{
    /// <summary>What nobody may set otherwise: without them a report does not mean that the brokers have the message once and in order.</summary>
    private static readonly Dictionary<string, string> Promised = new() { ["enable.idempotence"] = "true", ["acks"] = "all" };

    // rdkafka.h gives fatal texts no bound; this is what its own examples use.
    private const int FatalTextBytes = 512;

    private readonly Dictionary<string, KafkaTopic> _topics = new(StringComparer.Ordinal);
    private readonly GCHandle _self;
    private nint _client;
    private nint _queue;

    // The polling thread's: the event whose messages are being handed out; 0 for none.
    private nint _event;

    // Written by the polling thread (release), read by anyone (acquire).
    private KafkaFault? _fault;

    // The polling thread's.
    private long _faults;

    /// <summary>A producer; it connects by itself, in the background.</summary>
    /// <param name="name">For log lines: the sink's name, and the shard.</param>
    /// <param name="options">The cluster.</param>
    /// <param name="properties">The role's librdkafka properties; the options' own go over them.</param>
    /// <param name="logger">Where the library's lines go.</param>
    /// <exception cref="KafkaException">The library is missing, or a property is wrong.</exception>
    public KafkaProducer(string name, KafkaClientOptions options, IReadOnlyDictionary<string, string> properties, ILogger logger)
    {
        Name = name;
        Logger = logger;
        nint conf = KafkaConfiguration.Build(options, properties, Promised);
        _self = GCHandle.Alloc(this);
        Librdkafka.ConfSetOpaque(conf, GCHandle.ToIntPtr(_self));
        KafkaLog.Attach(conf);
        Librdkafka.ConfSetEvents(conf, Librdkafka.EventDeliveryReport | Librdkafka.EventError);
        try
        {
            _client = KafkaConfiguration.NewClient(Librdkafka.Producer, conf);
        }
        catch
        {
            _self.Free();
            throw;
        }
        _queue = Librdkafka.QueueMain(_client);
    }

    /// <summary>Looks whether librdkafka would take these properties, without a client and without connecting.</summary>
    /// <exception cref="KafkaException">The library is missing, or a property is wrong; the message says which and why.</exception>
    public static void Check(KafkaClientOptions options, IReadOnlyDictionary<string, string> properties) =>
        Librdkafka.ConfDestroy(KafkaConfiguration.Build(options, properties, Promised));

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ILogger Logger { get; }

    /// <summary>Messages and reports that are still the library's.</summary>
    public int Outstanding => Librdkafka.Outstanding(_client);

    /// <summary>The last error the client reported by itself (brokers down, authentication); null for none. A fatal one stays.</summary>
    public KafkaFault? Fault => Volatile.Read(ref _fault);

    /// <summary>How often the client has reported an error by itself: no connection stands any more, authentication. The polling thread's.</summary>
    public long Faults => _faults;

    /// <summary>Why the producer can do nothing more; <see cref="KafkaError.None"/> while it can. Known as soon as it is so, also before <see cref="Poll"/> has come across it.</summary>
    public KafkaError FatalError
    {
        get
        {
            byte* reason = stackalloc byte[FatalTextBytes];
            int code = Librdkafka.FatalError(_client, reason, FatalTextBytes);
            return code == 0 ? KafkaError.None : new KafkaError(code, IsFatal: true, Text: Marshal.PtrToStringUTF8((nint)reason));
        }
    }

    /// <summary>Forgets a fault that is over; a fatal one stays.</summary>
    public void ClearFault()
    {
        if (_fault is { Error.IsFatal: false }) Volatile.Write(ref _fault, null);
    }

    /// <summary>The topic's handle, made at first use. The producing thread's.</summary>
    /// <exception cref="KafkaException">The name cannot be a topic's.</exception>
    public KafkaTopic Topic(string name)
    {
        if (_topics.TryGetValue(name, out KafkaTopic? known)) return known;
        nint handle = Librdkafka.TopicNew(_client, name, 0);
        if (handle == 0) throw new KafkaException($"'{name}' cannot be a Kafka topic", new KafkaError(Librdkafka.LastError()));
        KafkaTopic topic = new(name, handle);
        _topics.Add(name, topic);
        return topic;
    }

    /// <summary>How many partitions a topic has, asked of the brokers; makes the topic where they are set to.</summary>
    /// <returns>The count, 0 with an error.</returns>
    public int PartitionsOf(KafkaTopic topic, TimeSpan limit, out KafkaError error) => NativeMetadata.PartitionsOf(_client, topic.Handle, limit, out error);

    /// <summary>
    /// Hands over messages, each with its own partition and opaque. Those the library does not take have <see cref="KafkaMessage.Error"/> set (a full queue among them) and get no
    /// report.
    /// </summary>
    /// <param name="topic">Of this producer.</param>
    /// <param name="messages">The messages; their values must stay until reported, pinned.</param>
    /// <returns>How many it took.</returns>
    public int Produce(KafkaTopic topic, Span<KafkaMessage> messages)
    {
        fixed (KafkaMessage* first = messages)
        {
            return Librdkafka.ProduceBatch(topic.Handle, -1, Librdkafka.FlagPartition, first, messages.Length);
        }
    }

    /// <summary>Hands over one message with headers. Its value must stay until reported, pinned.</summary>
    public KafkaError Produce(KafkaTopic topic, in KafkaMessage message, KafkaHeaders headers)
    {
        nint copy = Librdkafka.HeadersCopy(headers.Handle);
        NativeValue* values = stackalloc NativeValue[]
        {
            new() { Kind = NativeValue.Topic, Pointer = topic.Handle },
            new() { Kind = NativeValue.Partition, Number = message.Partition },
            new() { Kind = NativeValue.Value, Pointer = (nint)message.Value, Size = message.ValueLength },
            new() { Kind = NativeValue.Key, Pointer = (nint)message.Key, Size = message.KeyLength },
            new() { Kind = NativeValue.Opaque, Pointer = message.Opaque },
            new() { Kind = NativeValue.Flags, Number = 0 },
            new() { Kind = NativeValue.Headers, Pointer = copy },
        };
        nint error = Librdkafka.Produce(_client, values, 7);
        // Only a message that was taken takes its headers along.
        if (error != 0) Librdkafka.HeadersDestroy(copy);
        return KafkaError.Take(error);
    }

    /// <summary>Fills <paramref name="into"/> with reports, waiting for the first until <paramref name="limit"/>.</summary>
    /// <returns>How many; 0 when there was none in time, or when the client had something else to say (see <see cref="Fault"/>).</returns>
    public int Poll(Span<KafkaReport> into, TimeSpan limit)
    {
        if (_event == 0)
        {
            nint next = Librdkafka.QueuePoll(_queue, (int)limit.TotalMilliseconds);
            if (next == 0) return 0;
            if (Librdkafka.EventType(next) != Librdkafka.EventDeliveryReport)
            {
                if (Librdkafka.EventType(next) == Librdkafka.EventError) Note(next);
                Librdkafka.EventDestroy(next);
                return 0;
            }
            _event = next;
        }
        int count = 0;
        while (count < into.Length)
        {
            KafkaMessage* message = Librdkafka.EventMessageNext(_event);
            if (message is null)
            {
                Librdkafka.EventDestroy(_event);
                _event = 0;
                break;
            }
            into[count++] = new KafkaReport(message->Opaque, message->Offset, message->Partition, message->Error);
        }
        return count;
    }

    /// <summary>Wakes a thread that waits in <see cref="Poll"/>.</summary>
    public void Wake() => Librdkafka.QueueYield(_queue);

    /// <summary>Throws out everything that is not confirmed; each gets a report that says so.</summary>
    public void Purge() => _ = Librdkafka.Purge(_client, Librdkafka.PurgeQueue | Librdkafka.PurgeInFlight);

    /// <summary>Announces the producer's transactional id, fencing older ones and ending what they left open. Blocks.</summary>
    public KafkaError InitTransactions(TimeSpan limit) => KafkaError.Take(Librdkafka.InitTransactions(_client, (int)limit.TotalMilliseconds));

    /// <summary>Begins a transaction.</summary>
    public KafkaError BeginTransaction() => KafkaError.Take(Librdkafka.BeginTransaction(_client));

    /// <summary>Stores an offset (with a note) of a consumer group as part of the transaction. Blocks.</summary>
    public KafkaError SendOffset(string group, string topic, int partition, long offset, string note, TimeSpan limit)
    {
        NativeTopicPartitionList* list = Librdkafka.ListNew(1);
        NativeTopicPartition* element = Librdkafka.ListAdd(list, topic, partition);
        element->Offset = offset;
        SetNote(element, note);
        nint metadata = Librdkafka.GroupMetadataNew(group);
        KafkaError error = KafkaError.Take(Librdkafka.SendOffsets(_client, list, metadata, (int)limit.TotalMilliseconds));
        Librdkafka.GroupMetadataDestroy(metadata);
        Librdkafka.ListDestroy(list);
        return error;
    }

    /// <summary>Commits: what was produced in it becomes visible at once, or the error says what may be done. Reports must be polled by another thread, or before. Blocks.</summary>
    public KafkaError CommitTransaction(TimeSpan limit) => KafkaError.Take(Librdkafka.CommitTransaction(_client, (int)limit.TotalMilliseconds));

    /// <summary>Aborts; what was produced in it is purged and reported so. Blocks.</summary>
    public KafkaError AbortTransaction(TimeSpan limit) => KafkaError.Take(Librdkafka.AbortTransaction(_client, (int)limit.TotalMilliseconds));

    /// <summary>Waits until everything is reported, or the limit. Reports must be polled by another thread meanwhile.</summary>
    public KafkaError Flush(TimeSpan limit) => new(Librdkafka.Flush(_client, (int)limit.TotalMilliseconds));

    /// <summary>Throws out what is not confirmed and closes. Nobody may be in another call.</summary>
    public void Dispose()
    {
        if (_client == 0) return;
        Purge();
        if (_event != 0) Librdkafka.EventDestroy(_event);
        _event = 0;
        foreach (KafkaTopic topic in _topics.Values) topic.Close();
        Librdkafka.QueueDestroy(_queue);
        Librdkafka.Destroy(_client);
        _client = _queue = 0;
        _self.Free();
    }

    // The library frees it with the list, so it must be its C runtime's memory.
    private static void SetNote(NativeTopicPartition* element, string note)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(note);
        if (length == 0) return;
        byte* bytes = (byte*)NativeMemory.Alloc((nuint)length);
        System.Text.Encoding.UTF8.GetBytes(note, new Span<byte>(bytes, length));
        element->Metadata = (nint)bytes;
        element->MetadataSize = length;
    }

    private void Note(nint @event)
    {
        int code = Librdkafka.EventErrorCode(@event);
        string text = Marshal.PtrToStringUTF8(Librdkafka.EventErrorText(@event)) ?? "";
        _faults++;
        bool fatal = code == KafkaErrorCode.LocalFatal;
        if (fatal)
        {
            byte* reason = stackalloc byte[FatalTextBytes];
            code = Librdkafka.FatalError(_client, reason, FatalTextBytes);
            text = Marshal.PtrToStringUTF8((nint)reason) ?? text;
        }
        if (_fault is { Error.IsFatal: true }) return;
        Volatile.Write(ref _fault, new KafkaFault(new KafkaError(code, IsFatal: fatal, Text: text), DateTime.UtcNow));
    }
}

/// <summary>Something a client said by itself.</summary>
/// <param name="Error">What.</param>
/// <param name="Since">When it last said so, UTC.</param>
public sealed record KafkaFault(KafkaError Error, DateTime Since);
