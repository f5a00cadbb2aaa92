using System.Buffers;
using System.Runtime.InteropServices;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>A value that waits to be published: 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct UaQueuedValue
{
    /// <summary>In place of an item: the value is nobody's any more.</summary>
    public const int Nobody = -1;

    public ulong Bits;
    public long SourceTicks;
    public uint Status;

    /// <summary>The item's place in its table.</summary>
    public int Item;

    /// <summary>Where the item's next value is.</summary>
    public uint Next;

    public UaBuiltInType Type;

    public readonly UaSample Sample => new() { Bits = Bits, SourceTicks = SourceTicks, Status = Status, Type = Type };
}

/// <summary>
/// The values of many items that wait, in the order they were taken, in one ring; those of an item are linked, so that a full queue can lose its oldest. A subscription has one of the items that report, and
/// one of those that are only sampled. The ring's memory comes from the process's pool with the first value and goes back with the last: with nothing queued there is none. Positions count up and wrap.
/// </summary>
internal sealed class UaValueQueue
{
    private const int FirstValues = 256;

    // 32 MiB of one subscription; items with long queues that nobody publishes end here.
    private const int MostValues = 1 << 20;

    private readonly UaItemTable _items;
    private readonly UaServerCounters _counters;
    private UaQueuedValue[] _values = [];
    private uint _mask;
    private uint _head;
    private uint _tail;

    // Places of the ring; a rented array may have more.
    private int _room;

    public UaValueQueue(UaItemTable items, UaServerCounters counters)
    {
        _items = items;
        _counters = counters;
    }

    /// <summary>Values waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a value; a full queue of its item loses one.</summary>
    public void Add(int place, ref UaItem item, in UaSample sample)
    {
        if (item.Queued >= item.QueueSize)
        {
            _counters.Overflowed++;
            if (item.QueueSize == 1 || !item.DiscardOldest)
            {
                // Of a queue of one it is no overflow that the client wants to hear of (OPC 10000-4, 5.13.1.5).
                ReplaceNewest(ref item, sample, item.QueueSize > 1);
                return;
            }
            LoseOldest(ref item);
            _values[item.Head & _mask].Status |= UaStatusCodes.OverflowBits;
        }
        if (Count == MostValues)
        {
            _counters.Overflowed++;
            if (item.Queued > 0) ReplaceNewest(ref item, sample, isOverflow: true);
            else item.HasLast = false;
            return;
        }
        Append(ref item, new UaQueuedValue { Bits = sample.Bits, SourceTicks = sample.SourceTicks, Status = sample.Status, Type = sample.Type, Item = place });
        Count++;
        _counters.Queued++;
    }

    /// <summary>Takes the oldest value; false when there is none.</summary>
    public bool TryTake(out UaQueuedValue value)
    {
        value = default;
        if (Count == 0) return false;
        do value = _values[_head++ & _mask];
        while (value.Item == UaQueuedValue.Nobody);
        ref UaItem item = ref _items[value.Item];
        item.Head = value.Next;
        item.Queued--;
        _counters.Queued--;
        if (--Count == 0) Release();
        return true;
    }

    /// <summary>Takes an item's values away; they count as dropped.</summary>
    public void Drop(ref UaItem item)
    {
        for (; item.Queued > 0; _counters.Dropped++) LoseOldest(ref item);
        if (Count == 0) Release();
    }

    /// <summary>Takes an item's oldest values away until so many, 1 and more, are left; they count as lost to a full queue.</summary>
    public void Trim(ref UaItem item, int most)
    {
        for (; item.Queued > most; _counters.Overflowed++) LoseOldest(ref item);
    }

    /// <summary>An item's values go over to another queue, in their order.</summary>
    public void Move(ref UaItem item, UaValueQueue other)
    {
        int count = item.Queued;
        uint at = item.Head;
        item.Queued = 0;
        for (int i = 0; i < count; i++)
        {
            UaQueuedValue value = _values[at & _mask];
            _values[at & _mask].Item = UaQueuedValue.Nobody;
            at = value.Next;
            other.Append(ref item, value);
        }
        Count -= count;
        other.Count += count;
        if (Count == 0) Release();
    }

    /// <summary>The subscription is gone, and what it had queued with it.</summary>
    public void Clear()
    {
        _counters.Dropped += Count;
        _counters.Queued -= Count;
        Count = 0;
        Release();
    }

    private void Append(ref UaItem item, in UaQueuedValue value)
    {
        if (_tail - _head == (uint)_room) MakeRoom();
        uint at = _tail++;
        _values[at & _mask] = value;
        if (item.Queued == 0) item.Head = at;
        else _values[item.Tail & _mask].Next = at;
        item.Tail = at;
        item.Queued++;
    }

    private void ReplaceNewest(ref UaItem item, in UaSample sample, bool isOverflow)
    {
        ref UaQueuedValue newest = ref _values[item.Tail & _mask];
        newest.Bits = sample.Bits;
        newest.SourceTicks = sample.SourceTicks;
        newest.Status = sample.Status | (isOverflow ? UaStatusCodes.OverflowBits : 0);
        newest.Type = sample.Type;
    }

    private void LoseOldest(ref UaItem item)
    {
        ref UaQueuedValue oldest = ref _values[item.Head & _mask];
        oldest.Item = UaQueuedValue.Nobody;
        item.Head = oldest.Next;
        item.Queued--;
        Count--;
        _counters.Queued--;
    }

    // With half of a full ring nobody's it is put together, otherwise it doubles; either way it is paid for by the values that filled it.
    private void MakeRoom()
    {
        UaQueuedValue[] before = _values;
        uint head = _head, tail = _tail, mask = _mask;
        _room = _room == 0 ? FirstValues : Count > _room / 2 ? 2 * _room : _room;
        _values = ArrayPool<UaQueuedValue>.Shared.Rent(_room);
        _mask = (uint)_room - 1;
        _head = _tail = 0;
        for (uint at = head; at != tail; at++)
        {
            int place = before[at & mask].Item;
            if (place != UaQueuedValue.Nobody) _items[place].Queued = 0;
        }
        for (uint at = head; at != tail; at++)
        {
            ref UaQueuedValue value = ref before[at & mask];
            if (value.Item != UaQueuedValue.Nobody) Append(ref _items[value.Item], value);
        }
        if (before.Length > 0) ArrayPool<UaQueuedValue>.Shared.Return(before);
    }

    private void Release()
    {
        if (_values.Length > 0) ArrayPool<UaQueuedValue>.Shared.Return(_values);
        _values = [];
        _head = _tail = _mask = 0;
        _room = 0;
    }
}
