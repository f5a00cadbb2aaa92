namespace HyperIngest.LoadGen.Kafka;

/// <summary>
/// All that the broker knows. One gate guards it: requests are handled whole, one at a time, as if there were one thread. It outlives connections and listening.
/// </summary>
internal sealed class BrokerState
{
    /// <summary>The one broker's number.</summary>
    public const int NodeId = 1;

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrokerState(StandInBrokerOptions options, TimeProvider clock)
    {
        Options = options;
        _clock = clock;
        _origin = clock.GetTimestamp();
        Topics = new TopicTable(options);
        Groups = new GroupCoordinator(this);
        Transactions = new TransactionCoordinator(this);
    }

    public Lock Gate { get; } = new();

    public StandInBrokerOptions Options { get; }

    public TopicTable Topics { get; }

    public GroupCoordinator Groups { get; }

    public TransactionCoordinator Transactions { get; }

    /// <summary>Since the broker began; never set back.</summary>
    public TimeSpan Now => _clock.GetElapsedTime(_origin);

    /// <summary>For timestamps on the wire: milliseconds since 1970.</summary>
    public long UnixMilliseconds => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Ends with the next append or end of a transaction anywhere; take it before looking at the logs.</summary>
    public Task NextAppend => _appended.Task;

    /// <summary>Wakes the fetches that wait for data.</summary>
    public void Appended()
    {
        _appended.SetResult();
        _appended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Ends what has run out of time: transactions, sessions, rebalances.</summary>
    public void Expire()
    {
        lock (Gate)
        {
            Transactions.Expire();
            Groups.Expire();
        }
    }
}
