using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A Publish response as it lies in a message, without copies; good as long as the message.</summary>
public readonly ref struct PublishResponseReader
{
    /// <summary>Reads all but the values, which <see cref="Notification"/> gives.</summary>
    /// <param name="reader">Behind the encoding's id, as <see cref="UaMessages.OpenResponse"/> gives it.</param>
    public PublishResponseReader(UaReader reader)
    {
        Header = UaResponseHeader.Decode(ref reader);
        SubscriptionId = reader.UInt32();
        AvailableSequenceNumbers = UaUInt32s.Read(ref reader);
        MoreNotifications = reader.Boolean();
        Notification = new NotificationReader(ref reader);
        Results = UaUInt32s.Read(ref reader);
        reader.SkipDiagnostics();
        Fault = reader.Fault;
    }

    /// <summary>The header.</summary>
    public UaResponseHeader Header { get; }

    /// <summary>The subscription that published.</summary>
    public uint SubscriptionId { get; }

    /// <summary>The messages that can be asked for again.</summary>
    public UaUInt32s AvailableSequenceNumbers { get; }

    /// <summary>Whether there is more to publish now.</summary>
    public bool MoreNotifications { get; }

    /// <summary>What happened. Each call gives a reader of its own, at the first value.</summary>
    public NotificationReader Notification { get; }

    /// <summary>How the request's acknowledgements went, a StatusCode each, in their order.</summary>
    public UaUInt32s Results { get; }

    /// <summary>Why this is no Publish response; values have a fault of their own.</summary>
    public UaFault Fault { get; }
}

/// <summary>A Republish response as it lies in a message, without copies; good as long as the message.</summary>
public readonly ref struct RepublishResponseReader
{
    /// <summary>Reads all but the values, which <see cref="Notification"/> gives.</summary>
    /// <param name="reader">Behind the encoding's id, as <see cref="UaMessages.OpenResponse"/> gives it.</param>
    public RepublishResponseReader(UaReader reader)
    {
        Header = UaResponseHeader.Decode(ref reader);
        Notification = new NotificationReader(ref reader);
        Fault = reader.Fault;
    }

    /// <summary>The header.</summary>
    public UaResponseHeader Header { get; }

    /// <summary>The message asked for. Each call gives a reader of its own, at the first value.</summary>
    public NotificationReader Notification { get; }

    /// <summary>Why this is no Republish response; values have a fault of their own.</summary>
    public UaFault Fault { get; }
}
