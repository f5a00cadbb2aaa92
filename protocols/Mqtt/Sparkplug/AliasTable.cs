using System.Runtime.CompilerServices;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>From an edge node's aliases to its series. Aliases that are small for the number of them, as nearly all are, stand in an array; a sender of huge ones costs no more than a hash table.</summary>
internal sealed class AliasTable
{
    // Aliases below this are always in the array; a few kilobytes a node.
    private const int AlwaysSmall = 1024;

    // One more than the series' place; 0: none.
    private int[] _small = [];
    private readonly Dictionary<ulong, int> _others = [];
    private int _count;

    /// <summary>The place of an alias' series; -1 for an alias that is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong alias)
    {
        int[] small = _small;
        return alias < (ulong)small.Length && small[alias] != 0 ? small[alias] - 1 : FindOther(alias);
    }

    /// <summary>Gives an alias to a series; it may have been another's.</summary>
    public void Set(ulong alias, int place)
    {
        if (alias >= (ulong)_small.Length && alias < (ulong)(AlwaysSmall + (4L * _count))) Array.Resize(ref _small, (int)Math.Max(alias + 1, 2 * (uint)_small.Length));
        if (alias < (ulong)_small.Length)
        {
            if (_small[alias] == 0 && !_others.Remove(alias)) _count++;
            _small[alias] = place + 1;
            return;
        }
        if (!_others.ContainsKey(alias)) _count++;
        _others[alias] = place;
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        Array.Clear(_small);
        _others.Clear();
        _count = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindOther(ulong alias) => _others.TryGetValue(alias, out int place) ? place : -1;
}
