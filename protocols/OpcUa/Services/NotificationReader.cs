using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A NotificationMessage as it lies in a message (OPC 10000-4, 7.26): its values one after the other, without copies. Good as long as the message; a copy of it begins where it stands.</summary>
public ref struct NotificationReader
{
    // Null id and no body.
    private const int LeastExtensionBytes = 3;

    // A handle and an empty value.
    private const int LeastItemBytes = sizeof(uint) + 1;

    private UaReader _data;
    private UaReader _items;
    private int _dataLeft;
    private int _itemsLeft;

    /// <summary>Reads a message and passes it over; its values are read afterwards, by <see cref="Next"/>.</summary>
    /// <param name="reader">At its begin; behind its end afterwards.</param>
    public NotificationReader(scoped ref UaReader reader)
    {
        SequenceNumber = reader.UInt32();
        PublishTicks = reader.Time();
        _dataLeft = reader.ArrayLength(LeastExtensionBytes);
        IsKeepAlive = _dataLeft == 0 && reader.Fault == UaFault.None;
        _data = reader;
        for (int i = 0; i < _dataLeft && reader.Fault == UaFault.None; i++)
        {
            switch (TakeData(ref reader, out UaReader body))
            {
                case UaEncodingIds.DataChangeNotification:
                    break;
                case UaEncodingIds.StatusChangeNotification:
                    StatusChange = body.UInt32();
                    HasStatusChange = true;
                    if (body.Fault != UaFault.None) reader.Fail(body.Fault);
                    break;
                default:
                    Others++;
                    break;
            }
        }
    }

    /// <summary>Its number; a message without data has the next one's.</summary>
    public uint SequenceNumber { get; }

    /// <summary>When it was made, UTC ticks.</summary>
    public long PublishTicks { get; }

    /// <summary>Whether it has no data: it only says that the subscription lives, and is not acknowledged.</summary>
    public bool IsKeepAlive { get; }

    /// <summary>Whether something happened to the subscription itself.</summary>
    public bool HasStatusChange { get; }

    /// <summary>What happened to it, a StatusCode: BadTimeout, it has ended; GoodSubscriptionTransferred, another session has it.</summary>
    public uint StatusChange { get; }

    /// <summary>Notifications that are neither values nor about the subscription, such as events: they are passed over.</summary>
    public int Others { get; }

    /// <summary>Why there was no next value though one was promised; a value read with a fault was not given.</summary>
    public UaFault Fault { get; private set; }

    /// <summary>The next value; false at the end, and at a fault.</summary>
    /// <param name="clientHandle">The client's number for the item.</param>
    /// <param name="value">Its value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out uint clientHandle, out UaDataValue value)
    {
        if (_itemsLeft == 0 && !NextData())
        {
            clientHandle = 0;
            value = default;
            return false;
        }
        _itemsLeft--;
        clientHandle = _items.UInt32();
        value = _items.DataValue();
        if (_items.Fault == UaFault.None) return true;
        Stop(_items.Fault);
        return false;
    }

    // To the next notification that has values.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NextData()
    {
        while (_dataLeft > 0)
        {
            _dataLeft--;
            uint encoding = TakeData(ref _data, out _items);
            if (_data.Fault != UaFault.None)
            {
                Stop(_data.Fault);
                return false;
            }
            if (encoding != UaEncodingIds.DataChangeNotification) continue;
            _itemsLeft = _items.ArrayLength(LeastItemBytes);
            if (_items.Fault != UaFault.None)
            {
                Stop(_items.Fault);
                return false;
            }
            if (_itemsLeft > 0) return true;
        }
        return false;
    }

    private static uint TakeData(scoped ref UaReader reader, out UaReader body)
    {
        // Without UaReader.ExtensionObject, which makes an object of an id that is a text.
        UaReader head = reader;
        uint encoding = head.Byte() switch
        {
            UaWire.NodeIdFourByte => head.Byte() == 0 ? head.UInt16() : 0u,
            UaWire.NodeIdNumeric => head.UInt16() == 0 ? head.UInt32() : 0,
            _ => 0,
        };
        reader.Skip(UaBuiltInType.NodeId);
        byte form = reader.Byte();
        body = new UaReader(form == UaWire.ExtensionWithoutBody ? default : reader.Bytes());
        if (form > UaWire.ExtensionWithXml) reader.Fail(UaFault.BadEncoding);
        return encoding;
    }

    private void Stop(UaFault fault)
    {
        Fault = fault;
        _itemsLeft = 0;
        _dataLeft = 0;
    }
}
