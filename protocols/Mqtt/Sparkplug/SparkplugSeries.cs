using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>Why a metric that was born is no series.</summary>
internal enum SeriesStanding : byte
{
    /// <summary>It is one.</summary>
    Taken,

    /// <summary>It is the protocol's own: bdSeq, Node Control.</summary>
    OfTheProtocol,

    /// <summary>Its type is no reading's.</summary>
    Skipped,

    /// <summary>The catalog has no room for it, or its name is no name.</summary>
    Refused,
}

/// <summary>What is known of a metric that was born: its series, its type and its last usable value.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct SparkplugSeries
{
    /// <summary>In the catalog; of no meaning unless <see cref="Standing"/> is taken.</summary>
    public int SeriesId;

    /// <summary>The place of its device in the edge node; 0 is the node itself.</summary>
    public int Device;

    public SeriesStanding Standing;

    /// <summary>How the catalog keeps its values.</summary>
    public ValueKind Kind;

    /// <summary>Whether <see cref="LastBits"/> is a value.</summary>
    public bool HasLast;

    /// <summary>As its last birth said.</summary>
    public SparkplugDataType Type;

    /// <summary>The last value that was not bad and not historical.</summary>
    public long LastBits;
}
