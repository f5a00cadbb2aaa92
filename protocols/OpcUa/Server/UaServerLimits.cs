namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>How much a server takes. A request for more is answered, not obeyed.</summary>
public sealed record UaServerLimits
{
    /// <summary>Most connections at once; default 100.</summary>
    public int Connections { get; init; } = 100;

    /// <summary>Most sessions at once; default 100.</summary>
    public int Sessions { get; init; } = 100;

    /// <summary>Most subscriptions at once, those without a session counted; default 100.</summary>
    public int Subscriptions { get; init; } = 100;

    /// <summary>Most monitored items of a subscription, 1 to 1,048,575; default 100,000.</summary>
    public int ItemsPerSubscription { get; init; } = 100_000;

    /// <summary>Most nodes of a Read, and of a Write; default 10,000.</summary>
    public int NodesPerRead { get; init; } = 10_000;

    /// <summary>Most nodes of a Browse, RegisterNodes or TranslateBrowsePathsToNodeIds; default 2,000.</summary>
    public int NodesPerBrowse { get; init; } = 2_000;

    /// <summary>Most references of a node in one answer; the rest is behind a continuation point. Default 1,000.</summary>
    public int ReferencesPerNode { get; init; } = 1_000;

    /// <summary>Most continuation points of a session; default 10.</summary>
    public int ContinuationPoints { get; init; } = 10;

    /// <summary>Most items in one call that makes, changes or deletes them; default 10,000.</summary>
    public int ItemsPerCall { get; init; } = 10_000;

    /// <summary>Most methods of a Call; default 100.</summary>
    public int MethodsPerCall { get; init; } = 100;

    /// <summary>Longest queue of an item; default 1,000.</summary>
    public int QueueSize { get; init; } = 1_000;

    /// <summary>Most values of a notification message; default 10,000.</summary>
    public int NotificationsPerPublish { get; init; } = 10_000;

    /// <summary>Most Publish requests of a session that wait; with one more the oldest is answered BadTooManyPublishRequests. Default 100.</summary>
    public int PublishRequests { get; init; } = 100;

    /// <summary>Most messages of a subscription kept until they are acknowledged; the oldest goes first. Default 20.</summary>
    public int RetransmissionMessages { get; init; } = 20;

    /// <summary>Shortest sampling interval given; default 10 ms.</summary>
    public TimeSpan ShortestSampling { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Shortest publishing interval given; default 10 ms.</summary>
    public TimeSpan ShortestPublishing { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest sampling or publishing interval given; default an hour.</summary>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most publishing intervals without a Publish request after which a subscription ends; default 100,000.</summary>
    public uint LifetimeCount { get; init; } = 100_000;

    /// <summary>Shortest session timeout given; default 1 s.</summary>
    public TimeSpan ShortestSession { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest session timeout given; default an hour.</summary>
    public TimeSpan LongestSession { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Refuses limits out of their range.</summary>
    /// <exception cref="ArgumentException">The message says which.</exception>
    internal void Demand()
    {
        Demand(Connections, 1, 65_535, nameof(Connections));
        Demand(Sessions, 1, 65_535, nameof(Sessions));
        Demand(Subscriptions, 1, 65_535, nameof(Subscriptions));
        Demand(ItemsPerSubscription, 1, (1 << 20) - 1, nameof(ItemsPerSubscription));
        Demand(NodesPerRead, 1, 1_000_000, nameof(NodesPerRead));
        Demand(NodesPerBrowse, 1, 100_000, nameof(NodesPerBrowse));
        Demand(ReferencesPerNode, 1, 100_000, nameof(ReferencesPerNode));
        Demand(ContinuationPoints, 0, 1_000, nameof(ContinuationPoints));
        Demand(ItemsPerCall, 1, 1_000_000, nameof(ItemsPerCall));
        Demand(MethodsPerCall, 1, 10_000, nameof(MethodsPerCall));
        Demand(QueueSize, 1, ushort.MaxValue, nameof(QueueSize));
        Demand(NotificationsPerPublish, 1, 1_000_000, nameof(NotificationsPerPublish));
        Demand(PublishRequests, 1, 1_000, nameof(PublishRequests));
        Demand(RetransmissionMessages, 0, 1_000, nameof(RetransmissionMessages));
        if (ShortestSampling < TimeSpan.FromMilliseconds(1) || ShortestPublishing < TimeSpan.FromMilliseconds(1) || LongestInterval < ShortestSampling || LongestInterval < ShortestPublishing)
        {
            throw new ArgumentException($"Expected sampling and publishing from 1 ms on and not longer than {nameof(LongestInterval)}, found {ShortestSampling}, {ShortestPublishing} and {LongestInterval}.");
        }
        if (LongestInterval > TimeSpan.FromDays(1)) throw new ArgumentException($"{nameof(LongestInterval)}: expected at most a day, found {LongestInterval}.");
        if (ShortestSession <= TimeSpan.Zero || LongestSession < ShortestSession) throw new ArgumentException($"Expected session timeouts from more than 0 on, found {ShortestSession} to {LongestSession}.");
        if (LifetimeCount < 3) throw new ArgumentException($"{nameof(LifetimeCount)}: expected 3 and more, found {LifetimeCount}.");
    }

    private static void Demand(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new ArgumentException($"{name}: expected {least} to {most}, found {value}.");
    }
}
