namespace HyperIngest.Core.Sharding;

/// <summary>Where sources put readings: one inlet a shard, and the rule which device goes to which.</summary>
public sealed class Intake
{
    private readonly ShardInlet[] _inlets;

    /// <summary>An intake over the shards' inlets, in shard order.</summary>
    public Intake(ShardInlet[] inlets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(inlets.Length);
        _inlets = inlets;
    }

    /// <summary>How many shards there are.</summary>
    public int ShardCount => _inlets.Length;

    /// <summary>The inlet of a shard by its number.</summary>
    public ShardInlet this[int shard] => _inlets[shard];

    /// <summary>
    /// The inlet of a device's shard. By a hash of the name that is the same in every process (FNV-1a over UTF-16), so that a device keeps its
    /// shard, and with it its order in every lane, over restarts.
    /// </summary>
    public ShardInlet InletOf(string device)
    {
        uint hash = 2166136261;
        foreach (char c in device) hash = (hash ^ c) * 16777619;
        // The low bits of FNV over names that differ in a last digit are regular; fold the high half in.
        hash ^= hash >> 15;
        return _inlets[hash % (uint)_inlets.Length];
    }
}
