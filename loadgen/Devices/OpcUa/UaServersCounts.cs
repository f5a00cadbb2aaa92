using HyperIngest.Protocols.OpcUa.Server;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>What all OPC UA servers of a simulator have counted, together.</summary>
public readonly record struct UaServersCounts
{
    /// <summary>Servers that listen.</summary>
    public int Servers { get; init; }

    /// <summary>Connections open now.</summary>
    public int Connections { get; init; }

    /// <summary>Sessions now.</summary>
    public int Sessions { get; init; }

    /// <summary>Subscriptions now.</summary>
    public int Subscriptions { get; init; }

    /// <summary>Monitored items now.</summary>
    public int Items { get; init; }

    /// <summary>Requests.</summary>
    public long Requests { get; init; }

    /// <summary>Requests answered with a ServiceFault.</summary>
    public long Faults { get; init; }

    /// <summary>Of those, the malformed.</summary>
    public long Malformed { get; init; }

    /// <summary>Samplings that did not take place because the process stood still, an item each.</summary>
    public long Missed { get; init; }

    /// <summary>Values put into answers to Read.</summary>
    public long Read { get; init; }

    /// <summary>Values put into notifications.</summary>
    public long Notified { get; init; }

    /// <summary>Values that were taken and that no client can have any more: a full queue lost them, or their subscription went.</summary>
    public long Lost { get; init; }

    /// <summary>Values in notifications that were sent, not acknowledged, and can not be asked for again; a client may have had them.</summary>
    public long Forgotten { get; init; }

    /// <summary>Values waiting to be put into a notification.</summary>
    public long Queued { get; init; }

    /// <summary>Values in notifications that were not acknowledged.</summary>
    public long Unacknowledged { get; init; }

    /// <summary>And those of another server.</summary>
    public UaServersCounts With(in UaServerCounts other) => new()
    {
        Servers = Servers + 1,
        Connections = Connections + other.Connections,
        Sessions = Sessions + other.Sessions,
        Subscriptions = Subscriptions + other.Subscriptions,
        Items = Items + other.Items,
        Requests = Requests + other.Requests,
        Faults = Faults + other.Faults,
        Malformed = Malformed + other.Malformed,
        Missed = Missed + other.Missed,
        Read = Read + other.Read,
        Notified = Notified + other.Notified,
        Lost = Lost + other.Overflowed + other.Dropped,
        Forgotten = Forgotten + other.Forgotten,
        Queued = Queued + other.Queued,
        Unacknowledged = Unacknowledged + other.Unacknowledged,
    };
}
