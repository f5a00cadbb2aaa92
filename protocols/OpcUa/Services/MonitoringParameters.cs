using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>What is done with an item (OPC 10000-4, 7.23).</summary>
public enum MonitoringMode
{
    /// <summary>Nothing.</summary>
    Disabled = 0,

    /// <summary>It is sampled, and not published.</summary>
    Sampling = 1,

    /// <summary>It is sampled and published.</summary>
    Reporting = 2,
}

/// <summary>What makes a new value (OPC 10000-4, 7.22.2).</summary>
public enum DataChangeTrigger
{
    /// <summary>Another status.</summary>
    Status = 0,

    /// <summary>Another status or value.</summary>
    StatusValue = 1,

    /// <summary>Another status, value or source time.</summary>
    StatusValueTimestamp = 2,
}

/// <summary>How far a value must move (OPC 10000-4, 7.22.2).</summary>
public enum DeadbandType
{
    /// <summary>By anything.</summary>
    None = 0,

    /// <summary>By more than the deadband.</summary>
    Absolute = 1,

    /// <summary>By more than so many percent of the EURange (OPC 10000-8, 7.2).</summary>
    Percent = 2,
}

/// <summary>Which values are published (OPC 10000-4, 7.22.2).</summary>
/// <param name="Trigger">What makes a new value.</param>
/// <param name="DeadbandType">What the deadband is.</param>
/// <param name="DeadbandValue">The deadband, in the value's unit or percent.</param>
public readonly record struct DataChangeFilter(
    DataChangeTrigger Trigger,
    DeadbandType DeadbandType,
    double DeadbandValue) : IUaMessage<DataChangeFilter>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.DataChangeFilter;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.Int32((int)Trigger);
        writer.UInt32((uint)DeadbandType);
        writer.Double(DeadbandValue);
    }

    /// <inheritdoc/>
    public static DataChangeFilter Decode(ref UaReader reader) => new(
        (DataChangeTrigger)reader.Int32(),
        (DeadbandType)reader.UInt32(),
        reader.Double());
}

/// <summary>How an item is monitored (OPC 10000-4, 7.21).</summary>
/// <param name="ClientHandle">The client's number for the item.</param>
/// <param name="SamplingInterval">How often it is sampled, ms; 0 as fast as can be, -1 as the subscription publishes.</param>
/// <param name="Filter">A <see cref="DataChangeFilter"/>; none for every other status or value.</param>
/// <param name="QueueSize">Most values kept between publishing; 0 and 1 are one.</param>
/// <param name="DiscardOldest">Whether a full queue loses its oldest value or its newest.</param>
public readonly record struct MonitoringParameters(
    uint ClientHandle,
    double SamplingInterval,
    UaExtensionObject Filter,
    uint QueueSize,
    bool DiscardOldest) : IUaMessage<MonitoringParameters>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.MonitoringParameters;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.UInt32(ClientHandle);
        writer.Double(SamplingInterval);
        Filter.Encode(writer);
        writer.UInt32(QueueSize);
        writer.Boolean(DiscardOldest);
    }

    /// <inheritdoc/>
    public static MonitoringParameters Decode(ref UaReader reader) => new(
        reader.UInt32(),
        reader.Double(),
        UaExtensionObject.Decode(ref reader),
        reader.UInt32(),
        reader.Boolean());
}
