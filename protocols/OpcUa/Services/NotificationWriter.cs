using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>
/// Writes a NotificationMessage of values straight into a buffer (OPC 10000-4, 7.26). A server may copy what lies between <see cref="Begin"/> and the end, and send it again in a Republish response.
/// </summary>
public ref struct NotificationWriter
{
    private readonly UaWriter _writer;
    private readonly int _body;
    private readonly int _count;
    private uint _items;

    /// <summary>Begins a message.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="publishTicks">When it was made, UTC ticks.</param>
    public NotificationWriter(UaWriter writer, uint sequenceNumber, long publishTicks)
    {
        _writer = writer;
        Begin = writer.Position;
        writer.UInt32(sequenceNumber);
        writer.Time(publishTicks);
        writer.ArrayLength(1);
        _body = writer.BeginExtensionObject(new UaNodeId(UaEncodingIds.DataChangeNotification));
        _count = writer.Position;
        writer.ArrayLength(0);
    }

    /// <summary>Where in the buffer it begins.</summary>
    public int Begin { get; }

    /// <summary>Values so far.</summary>
    public readonly int Items => (int)_items;

    /// <summary>A number, boolean, StatusCode or DateTime; for the parameters see <see cref="UaValueWriting"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Item(uint clientHandle, UaBuiltInType type, ulong bits, uint status, long sourceTicks, long serverTicks)
    {
        _items++;
        _writer.UInt32(clientHandle);
        _writer.DataValue(type, bits, status, sourceTicks, serverTicks);
    }

    /// <summary>Any value.</summary>
    public void Item(uint clientHandle, scoped UaDataValue value)
    {
        _items++;
        _writer.UInt32(clientHandle);
        _writer.DataValue(value);
    }

    /// <summary>Ends it: puts count and length in.</summary>
    public readonly void End()
    {
        _writer.NullArray();
        _writer.PatchUInt32(_count, _items);
        _writer.EndExtensionObject(_body);
    }

    /// <summary>Writes a message without data: the subscription lives.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="nextSequenceNumber">The number the next message with data will have.</param>
    /// <param name="publishTicks">When it was made, UTC ticks.</param>
    public static void KeepAlive(UaWriter writer, uint nextSequenceNumber, long publishTicks)
    {
        writer.UInt32(nextSequenceNumber);
        writer.Time(publishTicks);
        writer.ArrayLength(0);
    }

    /// <summary>Writes a message that something happened to the subscription itself.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="publishTicks">When it was made, UTC ticks.</param>
    /// <param name="status">What happened.</param>
    public static void StatusChange(UaWriter writer, uint sequenceNumber, long publishTicks, uint status)
    {
        writer.UInt32(sequenceNumber);
        writer.Time(publishTicks);
        writer.ArrayLength(1);
        int body = writer.BeginExtensionObject(new UaNodeId(UaEncodingIds.StatusChangeNotification));
        new StatusChangeNotification(status).Encode(writer);
        writer.EndExtensionObject(body);
    }
}
