namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>
/// What a server has counted. Every value is in exactly one place: <see cref="Taken"/> + <see cref="Made"/> = <see cref="Read"/> + <see cref="Notified"/> + <see cref="Unchanged"/> +
/// <see cref="Overflowed"/> + <see cref="Dropped"/> + <see cref="Queued"/>. And of those notified: <see cref="Notified"/> = <see cref="Acknowledged"/> + <see cref="Forgotten"/> + <see cref="Unacknowledged"/>.
/// </summary>
public readonly record struct UaServerCounts
{
    /// <summary>Connections open now.</summary>
    public required int Connections { get; init; }

    /// <summary>Sessions now.</summary>
    public required int Sessions { get; init; }

    /// <summary>Subscriptions now.</summary>
    public required int Subscriptions { get; init; }

    /// <summary>Monitored items now.</summary>
    public required int Items { get; init; }

    /// <summary>Connections refused because there were too many.</summary>
    public required long Refused { get; init; }

    /// <summary>Requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Requests answered with a ServiceFault.</summary>
    public required long Faults { get; init; }

    /// <summary>Of those, the malformed.</summary>
    public required long Malformed { get; init; }

    /// <summary>Samplings that did not take place, because the process stood still for whole intervals; one for each item.</summary>
    public required long Missed { get; init; }

    /// <summary>Values taken from the variables.</summary>
    public required long Taken { get; init; }

    /// <summary>Values queued that come from no variable: BadNodeIdUnknown of one that is unknown for now, and those of the server's own nodes.</summary>
    public required long Made { get; init; }

    /// <summary>Values put into answers to Read.</summary>
    public required long Read { get; init; }

    /// <summary>Values put into notification messages, each once, however often a message was sent.</summary>
    public required long Notified { get; init; }

    /// <summary>Values not reported because they had not changed, or not by more than the deadband.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Values that a full queue lost.</summary>
    public required long Overflowed { get; init; }

    /// <summary>Values queued whose item or subscription was deleted, dropped or expired.</summary>
    public required long Dropped { get; init; }

    /// <summary>Values queued now.</summary>
    public required long Queued { get; init; }

    /// <summary>Values in messages that were acknowledged.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>Values in messages that were sent, not acknowledged, and can not be asked for again: the retransmission queue was full, or the subscription is gone.</summary>
    public required long Forgotten { get; init; }

    /// <summary>Values in messages sent that can be asked for again.</summary>
    public required long Unacknowledged { get; init; }
}
