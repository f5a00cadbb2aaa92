using HyperIngest.Mqtt;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What a publishing thread works with from message to message.</summary>
internal sealed class PublishScratch
{
    /// <summary>The message's topic.</summary>
    public MessageBuffer Topic { get; } = new();

    /// <summary>Its payload.</summary>
    public MessageBuffer Payload { get; } = new();

    /// <summary>Its values.</summary>
    public TagSamples Samples { get; } = new();
}

/// <summary>How a node says what its devices show. The node's publishing thread's, but for <see cref="Will"/>.</summary>
internal interface INodeFormat
{
    /// <summary>What the node must subscribe to.</summary>
    IReadOnlyList<MqttSubscription> Subscriptions { get; }

    /// <summary>What the broker is to say when the connection is lost; asked before each connection, by the session, and before the node hears that it is open.</summary>
    MqttWill? Will(long utcTicks);

    /// <summary>Whether a message that came is a wish to have the births again. The connection's reading loop asks.</summary>
    bool IsRebirthWish(in MqttMessage message);

    /// <summary>All births are due: after a new connection, or because somebody wants them again.</summary>
    void BeginBirths();

    /// <summary>Whether births are due.</summary>
    bool HasBirths { get; }

    /// <summary>Writes the next birth into the scratch.</summary>
    void WriteBirth(long utcTicks, PublishScratch scratch);

    /// <summary>The birth that was written is on its way.</summary>
    void BirthSent();

    /// <summary>Writes a message of the samples in the scratch.</summary>
    /// <param name="device">The device's number in the node.</param>
    /// <param name="first">The number of the samples' first tag.</param>
    /// <param name="stampTicks">The time of the values, UTC ticks.</param>
    /// <param name="scratch">Has the samples, gets topic and payload.</param>
    void WriteReadings(int device, int first, long stampTicks, PublishScratch scratch);

    /// <summary>The topic of such a message alone.</summary>
    void WriteTopic(int device, int first, MessageBuffer topic);

    /// <summary>The message of readings that was written is on its way.</summary>
    void ReadingsSent();

    /// <summary>A message's number is left out, where messages have numbers.</summary>
    void SkipNumber();

    /// <summary>Writes what is published before a disconnect in order, where the will is not enough; false for nothing.</summary>
    bool WriteDeath(long utcTicks, PublishScratch scratch);
}
