using System.Collections.Concurrent;
using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What may happen to a node's connection.</summary>
internal enum PublishEventKind
{
    /// <summary>A connection was accepted.</summary>
    Opened,

    /// <summary>The connection has ended.</summary>
    Closed,

    /// <summary>The broker has a message of QoS 1, or will not have it.</summary>
    Settled,

    /// <summary>A host wants the births again.</summary>
    RebirthWanted,

    /// <summary>The births are wanted again by whoever drives the simulator.</summary>
    AnnouncementWanted,
}

/// <summary>Something that happened to a node's connection.</summary>
/// <param name="Kind">What.</param>
/// <param name="Outbox">For opened: where messages go now.</param>
/// <param name="PacketId">For settled: which.</param>
/// <param name="Reason">For settled: how.</param>
internal readonly record struct PublishEvent(PublishEventKind Kind, IPublishOutbox? Outbox = null, ushort PacketId = 0, MqttReasonCode Reason = MqttReasonCode.Success);

/// <summary>
/// What happened to a node's connection, in order: written by the connection's reading loop, taken by the node's publishing thread. So that a node's state is one thread's, without a lock.
/// </summary>
internal sealed class PublishEvents
{
    private readonly ConcurrentQueue<PublishEvent> _events = new();

    /// <summary>Something has happened.</summary>
    public void Add(in PublishEvent happened) => _events.Enqueue(happened);

    /// <summary>The next thing that happened; false when there is none.</summary>
    public bool TryTake(out PublishEvent happened) => _events.TryDequeue(out happened);
}
