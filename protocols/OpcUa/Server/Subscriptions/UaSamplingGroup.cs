namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>The items of a subscription that are sampled at one interval: variables side by side, so that their values are taken with one call.</summary>
internal sealed class UaSamplingGroup
{
    private int[] _variables = [];
    private int[] _places = [];

    /// <summary>The interval, ticks.</summary>
    public required long Interval { get; init; }

    /// <summary>When it is sampled next, the timer's ticks.</summary>
    public required long DueAt { get; set; }

    /// <summary>How many variables.</summary>
    public int Count { get; private set; }

    /// <summary>The variables.</summary>
    public ReadOnlySpan<int> Variables => _variables.AsSpan(0, Count);

    /// <summary>Their items' places.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, Count);

    /// <summary>The places of items that monitor something else.</summary>
    public List<int> Others { get; } = [];

    public bool IsEmpty => Count == 0 && Others.Count == 0;

    /// <summary>Room for so many more.</summary>
    public void Expect(int more)
    {
        int needed = Count + more;
        if (needed <= _variables.Length) return;
        int size = Math.Max(needed, _variables.Length + (_variables.Length / 8));
        Array.Resize(ref _variables, size);
        Array.Resize(ref _places, size);
    }

    public void Add(int place, ref UaItem item)
    {
        if (item.Variable == UaItem.NoVariable)
        {
            Others.Add(place);
            return;
        }
        Expect(1);
        item.GroupPlace = Count;
        _variables[Count] = item.Variable;
        _places[Count++] = place;
    }

    /// <summary>The last takes its place.</summary>
    public void Remove(int place, ref UaItem item, UaItemTable items)
    {
        if (item.Variable == UaItem.NoVariable)
        {
            Others.Remove(place);
            return;
        }
        int at = item.GroupPlace, last = --Count;
        if (at == last) return;
        _variables[at] = _variables[last];
        _places[at] = _places[last];
        items[_places[at]].GroupPlace = at;
    }
}
