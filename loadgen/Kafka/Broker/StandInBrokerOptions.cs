namespace HyperIngest.LoadGen.Kafka;

/// <summary>How the stand-in broker behaves.</summary>
public sealed record StandInBrokerOptions
{
    /// <summary>The port on 127.0.0.1. Default 0: a free one, kept over stop and start.</summary>
    public int Port { get; init; }

    /// <summary>Partitions of a topic that is created because a client named it. Default 1.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Whether naming an unknown topic creates it. Default true.</summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>Settings of topics that say nothing else.</summary>
    public TopicSettings DefaultTopicSettings { get; init; } = new();

    /// <summary>The largest request taken from a client; a longer one closes its connection. Bytes; default 100 MiB, a broker's own.</summary>
    public int MaxRequestBytes { get; init; } = 100 << 20;

    /// <summary>The longest transaction timeout a client may ask for. Default 15 minutes, a broker's own.</summary>
    public TimeSpan MaxTransactionTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The shortest session timeout a group member may ask for. Default 100 ms: a broker's own 6 s would make every test of a lost member take as long.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest session timeout a group member may ask for. Default 30 minutes, a broker's own.</summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long the first join of an empty group waits for more members. Default 100 ms; a broker's own is 3 s.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.FromMilliseconds(100);
}
