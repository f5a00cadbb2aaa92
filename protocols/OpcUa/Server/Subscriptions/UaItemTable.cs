namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>The items of a subscription, by their place; an item's id is its place and the generation of it.</summary>
internal sealed class UaItemTable
{
    // An id: 20 bits of the place plus one, so that 0 is none, and 12 of its generation.
    private const int PlaceBits = 20;
    private const int MostGeneration = (1 << (32 - PlaceBits)) - 1;
    private const int NoPlace = -1;

    private UaItem[] _items = [];
    private int _used;
    private int _free = NoPlace;

    /// <summary>Items.</summary>
    public int Count { get; private set; }

    /// <summary>Places given out so far, in use or free again: all items lie below.</summary>
    public int Places => _used;

    public ref UaItem this[int place] => ref _items[place];

    /// <summary>Room for so many more. It grows by an eighth: twice would be memory that nobody uses.</summary>
    public void Expect(int more)
    {
        int needed = Count + more;
        if (needed > _items.Length) Array.Resize(ref _items, Math.Max(needed, _items.Length + (_items.Length / 8)));
    }

    /// <summary>A place for a new item.</summary>
    public int Add()
    {
        int place = _free;
        if (place == NoPlace)
        {
            place = _used;
            if (place == _items.Length) Expect(1);
            _used++;
        }
        else
        {
            _free = _items[place].Variable;
        }
        ushort generation = _items[place].Generation;
        _items[place] = new UaItem { Generation = generation, InUse = true };
        Count++;
        return place;
    }

    public void Remove(int place)
    {
        ref UaItem item = ref _items[place];
        item = new UaItem { Generation = (ushort)((item.Generation + 1) & MostGeneration), Variable = _free };
        _free = place;
        Count--;
    }

    public uint IdOf(int place) => ((uint)_items[place].Generation << PlaceBits) | (uint)(place + 1);

    public bool TryFind(uint id, out int place)
    {
        place = (int)(id & ((1 << PlaceBits) - 1)) - 1;
        return (uint)place < (uint)_used && _items[place].InUse && _items[place].Generation == id >> PlaceBits;
    }
}
