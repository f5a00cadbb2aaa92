using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt.Payloads;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>What is remembered of a topic: its rule's decoder and the series its payloads are of.</summary>
internal struct KnownTopic(IPayloadDecoder decoder)
{
    /// <summary>Decodes its payloads.</summary>
    public readonly IPayloadDecoder Decoder = decoder;

    /// <summary>The device as the catalog keeps it; empty until one of its series is known.</summary>
    public string Device = "";

    /// <summary>The series of payloads of one value; -1 until it is known.</summary>
    public int SeriesId = -1;

    /// <summary>How the series' values are read.</summary>
    public ValueKind Kind;

    /// <summary>The tags of payloads that have several; null until one is known.</summary>
    public KnownTags? Tags;
}
