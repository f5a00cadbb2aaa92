using HyperIngest.Core.Records;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>A device of an edge node, or, at place 0, the node with its own metrics.</summary>
internal sealed class SparkplugDevice(string name)
{
    private readonly ByteKeyTable _names = new();
    private int[] _places = new int[8];

    /// <summary>As the catalog has it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it was born and has not died since.</summary>
    public bool IsAlive { get; set; }

    /// <summary>The places of its series in the edge node.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, _names.Count);

    /// <summary>The place of a metric's series; -1 for one that was never born.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        int found = _names.Find(name);
        return found < 0 ? -1 : _places[found];
    }

    /// <summary>Adds a metric that is not there.</summary>
    public void Add(ReadOnlySpan<byte> name, int place)
    {
        int added = _names.Add(name);
        if (added == _places.Length) Array.Resize(ref _places, 2 * _places.Length);
        _places[added] = place;
    }
}
