using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>What happened in a subscription since it last published; without data it says that the subscription lives (OPC 10000-4, 7.26).</summary>
/// <param name="SequenceNumber">Its number; a message without data has the next one's.</param>
/// <param name="PublishTime">When it was made, UTC ticks.</param>
/// <param name="NotificationData">A <see cref="DataChangeNotification"/>, <see cref="StatusChangeNotification"/> or something else each.</param>
public sealed record NotificationMessage(
    uint SequenceNumber,
    long PublishTime,
    IReadOnlyList<UaExtensionObject> NotificationData) : IUaMessage<NotificationMessage>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.NotificationMessage;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(SequenceNumber);
        writer.Time(PublishTime);
        writer.ExtensionObjects(NotificationData);
    }

    /// <inheritdoc/>
    public static NotificationMessage Decode(ref UaReader reader) => new(reader.UInt32(), reader.Time(), reader.ExtensionObjects());
}

/// <summary>A value of a monitored item (OPC 10000-4, 7.25.2).</summary>
/// <param name="ClientHandle">The client's number for the item.</param>
/// <param name="Value">The value.</param>
public readonly record struct MonitoredItemNotification(uint ClientHandle, UaDataValueCopy Value) : IUaMessage<MonitoredItemNotification>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.MonitoredItemNotification;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(ClientHandle);
        Value.Encode(writer);
    }

    /// <inheritdoc/>
    public static MonitoredItemNotification Decode(ref UaReader reader) => new(reader.UInt32(), UaDataValueCopy.Decode(ref reader));
}

/// <summary>Values of monitored items (OPC 10000-4, 7.25.2).</summary>
/// <param name="MonitoredItems">The values, of an item in order.</param>
public sealed record DataChangeNotification(IReadOnlyList<MonitoredItemNotification> MonitoredItems) : IUaMessage<DataChangeNotification>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.DataChangeNotification;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.Array(MonitoredItems);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static DataChangeNotification Decode(ref UaReader reader)
    {
        DataChangeNotification read = new(reader.Array<MonitoredItemNotification>());
        reader.SkipDiagnostics();
        return read;
    }
}

/// <summary>That something happened to the subscription itself (OPC 10000-4, 7.25.4).</summary>
/// <param name="Status">What: BadTimeout, it has ended; GoodSubscriptionTransferred, another session has it.</param>
public readonly record struct StatusChangeNotification(uint Status) : IUaMessage<StatusChangeNotification>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.StatusChangeNotification;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(Status);
        writer.NoDiagnosticInfo();
    }

    /// <inheritdoc/>
    public static StatusChangeNotification Decode(ref UaReader reader)
    {
        StatusChangeNotification read = new(reader.UInt32());
        reader.SkipDiagnosticInfo();
        return read;
    }
}
