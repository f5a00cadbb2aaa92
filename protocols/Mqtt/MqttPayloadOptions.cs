using HyperIngest.Core.Records;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>What the payloads of a rule's topics are: <see cref="MqttJsonPayload"/>, <see cref="MqttTextPayload"/>, <see cref="MqttBinaryPayload"/>, <see cref="MqttRecordPayload"/> or <see cref="MqttSparkplugPayload"/>.</summary>
public abstract record MqttPayloadOptions;

/// <summary>
/// JSON. Paths name members through nested objects by dots: <c>data.value</c>. A path that is not there is no error but for the value's; a member that comes twice is its last. Objects
/// may be nested 32 deep.
/// </summary>
public sealed record MqttJsonPayload : MqttPayloadOptions
{
    /// <summary>How values lie in the document; default one value.</summary>
    public MqttJsonShape Shape { get; init; }

    /// <summary>Path of the value, in the document or in an item; default <c>value</c>. A document that is a number, a string, true or false by itself is its own value.</summary>
    public string Value { get; init; } = "value";

    /// <summary>
    /// Path of the time: ISO 8601 with an offset, or a number (also in a string) of <see cref="TimeUnit"/> since 1970. Items without a time have the document's. Default <c>timestamp</c>;
    /// empty for none.
    /// </summary>
    public string Time { get; init; } = "timestamp";

    /// <summary>The unit of times that are numbers; default <see cref="MqttTimeUnit.Auto"/>.</summary>
    public MqttTimeUnit TimeUnit { get; init; }

    /// <summary>Path of the quality; what has none is good. Items without a quality have the document's. Default <c>quality</c>; empty for none.</summary>
    public string Quality { get; init; } = "quality";

    /// <summary>How qualities are written; default <see cref="MqttQualityType.Auto"/>.</summary>
    public MqttQualityType QualityType { get; init; }

    /// <summary>With <see cref="MqttJsonShape.Items"/>: path of the array; empty, the default, when the document is the array.</summary>
    public string Items { get; init; } = "";

    /// <summary>With <see cref="MqttJsonShape.Items"/>: path of the tag in an item; default <c>tag</c>.</summary>
    public string ItemTag { get; init; } = "tag";

    /// <summary>Kind of new series; default <see cref="MqttValueKind.Auto"/>.</summary>
    public MqttValueKind Kind { get; init; }
}

/// <summary>How values lie in a JSON document.</summary>
public enum MqttJsonShape : byte
{
    /// <summary>One value.</summary>
    Value,

    /// <summary>Every member that is a number, a string, true or false is a tag of its path's name (<c>motor.speed</c>), but for the time and the quality. Arrays are passed over and counted.</summary>
    Members,

    /// <summary>An array of objects, each with a tag, a value, a time and a quality.</summary>
    Items,
}

/// <summary>Text: a number (<c>21.5</c>, blanks around it do not count), a word, anything in UTF-8. It has no time and no quality.</summary>
public sealed record MqttTextPayload : MqttPayloadOptions
{
    /// <summary>
    /// Kind of new series; <see cref="MqttValueKind.Auto"/>, the default, is Float64 when the first payload is a number, otherwise text. With <see cref="MqttValueKind.Bool"/>
    /// <c>true</c>, <c>false</c>, <c>on</c>, <c>off</c>, <c>1</c> and <c>0</c> are known, in any case.
    /// </summary>
    public MqttValueKind Kind { get; init; }
}

/// <summary>Raw binary: values at fixed places. Bytes behind them do not matter.</summary>
public sealed record MqttBinaryPayload : MqttPayloadOptions
{
    /// <summary>The values, one at least. A single one may go without a tag: then the topic names it.</summary>
    public required IReadOnlyList<MqttBinaryField> Fields { get; init; }

    /// <summary>Where the time is; null for none, the default.</summary>
    public MqttBinaryTime? Time { get; init; }
}

/// <summary>A value in a binary payload.</summary>
public sealed record MqttBinaryField
{
    /// <summary>The tag's name, <c>{member}</c> in the rule's tag template, unique in the payload; empty when the topic names it.</summary>
    public string Tag { get; init; } = "";

    /// <summary>What the bytes are; default float32.</summary>
    public MqttBinaryType Type { get; init; } = MqttBinaryType.Float32;

    /// <summary>0-based place of its first byte, 0 to 1,048,575.</summary>
    public int Offset { get; init; }

    /// <summary>The order of its bytes; default <see cref="MqttByteOrder.ABCD"/>.</summary>
    public MqttByteOrder Order { get; init; } = MqttByteOrder.ABCD;

    /// <summary>For <see cref="MqttBinaryType.Bool"/>: the bit of its byte, 0 (least significant) to 7; null when any byte but 0 is true.</summary>
    public int? Bit { get; init; }

    /// <summary>Values one behind the other, 1 to 4096; more than one are the tags <c>name.0</c>, <c>name.1</c>, and so on. Default 1.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>The time in a binary payload: a number since 1970.</summary>
public sealed record MqttBinaryTime
{
    /// <summary>0-based place of its first byte, 0 to 1,048,575.</summary>
    public required int Offset { get; init; }

    /// <summary>What the bytes are: an integer or a float, not a bool; default uint64.</summary>
    public MqttBinaryType Type { get; init; } = MqttBinaryType.UInt64;

    /// <summary>The order of its bytes; default <see cref="MqttByteOrder.ABCD"/>.</summary>
    public MqttByteOrder Order { get; init; } = MqttByteOrder.ABCD;

    /// <summary>Its unit; default milliseconds.</summary>
    public MqttTimeUnit Unit { get; init; } = MqttTimeUnit.Milliseconds;
}

/// <summary>Records of this product, as its own MQTT sink publishes them; device, tag, kind and tenant come from the record.</summary>
public sealed record MqttRecordPayload : MqttPayloadOptions
{
    /// <summary>The format; null, the default, when each payload shows its own by its first bytes.</summary>
    public RecordFormat? Format { get; init; }
}

/// <summary>Sparkplug B; the rule's topic lies in <c>spBv1.0/</c> and devices and tags are named by its birth certificates.</summary>
public sealed record MqttSparkplugPayload : MqttPayloadOptions;
