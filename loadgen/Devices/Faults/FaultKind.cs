namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>How a simulated device misbehaves, whatever it speaks. Plant files, profiles and the simulator's HTTP endpoint write the names in kebab case: <c>wrong-transaction-id</c>.</summary>
public enum FaultKind
{
    /// <summary>The connection is closed without an answer.</summary>
    Drop,

    /// <summary>New connections to the device's port are closed as they come, and those that are open are closed: every device behind that port is hit.</summary>
    Refuse,

    /// <summary>No answer; the connection stays open and later requests are answered.</summary>
    Silence,

    /// <summary>The right answer, late: by <see cref="FaultSpec.Pause"/> and up to <see cref="FaultSpec.Jitter"/> more. Later requests of the connection wait behind it.</summary>
    Delay,

    /// <summary>A Modbus exception response with <see cref="FaultSpec.ExceptionCode"/>.</summary>
    Exception,

    /// <summary>A well-formed answer with another transaction id and made-up data.</summary>
    WrongTransactionId,

    /// <summary>A well-formed answer from another unit with made-up data.</summary>
    WrongUnit,

    /// <summary>The first half of a frame, then nothing of it.</summary>
    Truncated,

    /// <summary>A frame true to its own lengths with too little data, made up.</summary>
    ShortPayload,

    /// <summary>A frame true to its own lengths with too much data, made up.</summary>
    LongPayload,

    /// <summary>The right answer and stray bytes after it.</summary>
    ExtraBytes,

    /// <summary>Made-up bytes in place of an answer.</summary>
    Garbage,

    /// <summary>The right answer with 1 to 3 bits turned over.</summary>
    BitFlips,

    /// <summary>The right answer, a byte at a time with <see cref="FaultSpec.Pause"/> between bytes.</summary>
    Trickle,

    /// <summary>The right answer, twice.</summary>
    Duplicate,

    /// <summary>
    /// The answer given before on the connection once more, as it was, in place of this request's: values out of their order in time. A client that takes it has a
    /// verifiable value twice, or in another series, and is caught.
    /// </summary>
    OutOfOrder,

    /// <summary>The device's clock is wrong by <see cref="FaultSpec.Skew"/> while the fault lasts.</summary>
    ClockSkew,

    /// <summary>Sparkplug: the sequence number of a message is one too high, as if the message before it had been lost. OPC UA: when the fault comes into force, every subscription leaves a number out.</summary>
    SeqGap,

    /// <summary>MQTT: a message of <see cref="FaultSpec.Bytes"/> made-up bytes before the right one.</summary>
    Oversize,

    /// <summary>When the fault comes into force, every matching device's connections are cut at once: over MQTT without a word to the broker, and all come back; over OPC UA the clients'.</summary>
    ReconnectStorm,

    /// <summary>OPC UA: when the fault comes into force, the server's sessions are no more, and their channels stay.</summary>
    SessionClosed,

    /// <summary>OPC UA: when the fault comes into force, the server's subscriptions are no more, without a word; sessions and channels stay.</summary>
    SubscriptionDropped,

    /// <summary>OPC UA: while the fault is in force, the server does not know its nodes. It begins with a restart: no session, no subscription, no channel.</summary>
    NodeUnknown,

    /// <summary>OPC UA: while the fault is in force, notifications are sent late by <see cref="FaultSpec.Pause"/>.</summary>
    SlowPublish,

    /// <summary>OPC UA: while the fault is in force, the server's certificate is one that has expired. Channels are cut when it begins, so that clients see it, and when it is over.</summary>
    ExpiredCertificate,
}
