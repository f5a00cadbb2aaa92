using System.Net.Sockets;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// One Kafka broker for tests, on 127.0.0.1, its logs in memory: idempotent and transactional producers, isolation levels, consumer groups; no replication, no
/// authentication, no encryption. It can be stopped and started like a broker that went down, and told to fail (<see cref="Faults"/>).
/// </summary>
public sealed class StandInBroker : IAsyncDisposable
{
    private readonly BrokerState _state;
    private readonly BrokerCounters _counters = new();
    private BrokerListener? _listener;

    private StandInBroker(StandInBrokerOptions options)
    {
        _state = new BrokerState(options, TimeProvider.System);
        Port = options.Port;
    }

    /// <summary>Its port, the same after a stop and start.</summary>
    public int Port { get; private set; }

    /// <summary>What a client is configured with.</summary>
    public string BootstrapServers => $"127.0.0.1:{Port}";

    /// <summary>What goes wrong.</summary>
    public BrokerFaults Faults { get; } = new();

    /// <summary>What it has counted so far.</summary>
    public BrokerCounts Counts => new(
        _listener?.Connected ?? 0, _counters.Accepted.Value, _counters.Malformed.Value, _counters.Unsupported.Value, _counters.Cut.Value);

    /// <summary>Transactions that are neither committed nor aborted.</summary>
    public int OpenTransactions
    {
        get
        {
            lock (_state.Gate) return _state.Transactions.OpenCount;
        }
    }

    /// <summary>A broker that clients can connect to when this returns.</summary>
    /// <exception cref="SocketException">The port is taken; the message names it.</exception>
    public static StandInBroker Start(StandInBrokerOptions? options = null)
    {
        StandInBroker broker = new(options ?? new StandInBrokerOptions());
        broker.StartListening();
        return broker;
    }

    /// <summary>Comes back after <see cref="StopListeningAsync"/>, on the same port, with all it had. Group sessions begin anew.</summary>
    /// <exception cref="InvalidOperationException">It is listening.</exception>
    /// <exception cref="SocketException">The port is taken.</exception>
    public void StartListening()
    {
        if (_listener is not null) throw new InvalidOperationException($"The stand-in broker is listening on {BootstrapServers} already.");
        lock (_state.Gate) _state.Groups.Resume();
        _listener = new BrokerListener(Port, _state, Faults, _counters);
        Port = _listener.Port;
    }

    /// <summary>Goes down: closes the port and every connection. When it returns, no request is being served. Nothing stored is lost.</summary>
    public async Task StopListeningAsync()
    {
        BrokerListener? listener = _listener;
        _listener = null;
        if (listener is not null) await listener.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes every connection and goes on listening.</summary>
    public void DropConnections() => _listener?.DropConnections();

    /// <summary>Creates a topic.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-'.</param>
    /// <param name="partitions">At least 1.</param>
    /// <param name="settings">Null for <see cref="StandInBrokerOptions.DefaultTopicSettings"/>.</param>
    /// <exception cref="ArgumentException">There is such a topic, or there can be none.</exception>
    public void CreateTopic(string name, int partitions = 1, TopicSettings? settings = null)
    {
        lock (_state.Gate)
        {
            KafkaError error = _state.Topics.Check(name, partitions);
            if (error != KafkaError.None) throw new ArgumentException($"Topic '{name}' with {partitions} partitions cannot be created: {error}.", nameof(name));
            _state.Topics.Create(name, partitions, settings ?? _state.Options.DefaultTopicSettings);
        }
    }

    /// <summary>A topic's partitions as they are now, in order; none when there is no such topic.</summary>
    public IReadOnlyList<PartitionView> Partitions(string topic)
    {
        lock (_state.Gate)
        {
            return
            [
                .. (_state.Topics.Find(topic)?.Partitions ?? []).Select(p => new PartitionView(
                    p.Start, p.End, p.StableEnd, p.CountRecords(KafkaIsolation.ReadCommitted), p.CountRecords(KafkaIsolation.ReadUncommitted),
                    p.OpenTransactions, p.Bytes)),
            ];
        }
    }

    /// <summary>Records of a topic that a consumer of this isolation level is given, over all partitions; 0 when there is no such topic.</summary>
    public long CountRecords(string topic, KafkaIsolation isolation)
    {
        lock (_state.Gate) return (_state.Topics.Find(topic)?.Partitions ?? []).Sum(p => p.CountRecords(isolation));
    }

    /// <summary>The offset a group has committed; null when it has committed none.</summary>
    public long? CommittedOffset(string group, string topic, int partition)
    {
        lock (_state.Gate)
        {
            return _state.Groups.Find(group)?.Offsets.Committed.TryGetValue(new PartitionId(topic, partition), out CommittedOffset found) == true
                ? found.Offset
                : null;
        }
    }

    /// <summary>Members of a group now, those included that it has not yet missed.</summary>
    public int GroupMembers(string group)
    {
        lock (_state.Gate) return _state.Groups.Find(group)?.Members ?? 0;
    }

    /// <summary>How often a group has been rebalanced; 0 when there is no such group.</summary>
    public int GroupGeneration(string group)
    {
        lock (_state.Gate) return _state.Groups.Find(group)?.Generation ?? 0;
    }

    /// <summary>Requests of this kind that have come, faults included but for those cut off before they had come.</summary>
    public long Requests(KafkaApi api) => _counters.Requests(api).Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopListeningAsync().ConfigureAwait(false);
}
