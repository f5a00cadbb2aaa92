namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>A device of the edge node: the catalog's device of that name.</summary>
internal sealed class EdgeDevice(string name)
{
    /// <summary>The device's name in the catalog.</summary>
    public string Name { get; } = name;

    /// <summary>Its series, ascending; each is a metric whose alias is its number.</summary>
    public List<int> Series { get; } = [];

    /// <summary>Topic of its DBIRTH; empty while none of its readings came through this lane.</summary>
    public byte[] BirthTopic { get; set; } = [];

    /// <summary>Topic of its DDATA.</summary>
    public byte[] DataTopic { get; set; } = [];

    /// <summary>The last series in its DBIRTH; -1 while it is not born. Series come later with higher numbers only.</summary>
    public int LastBorn { get; set; } = -1;

    /// <summary>Whether the lane has met it.</summary>
    public bool IsMet => BirthTopic.Length > 0;
}
