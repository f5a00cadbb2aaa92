using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>What the payloads of a rule's topics are.</summary>
internal enum MqttPayloadWord
{
    Json,
    Text,
    Binary,
    Record,
    Sparkplug,
}

/// <summary>The keys of a rule of an MQTT source.</summary>
internal static class MqttRuleSchema
{
    public static readonly ScalarType<MqttTimeUnit> TimeUnits = Scalars.Choice(
        ("auto", MqttTimeUnit.Auto), ("s", MqttTimeUnit.Seconds), ("ms", MqttTimeUnit.Milliseconds), ("us", MqttTimeUnit.Microseconds), ("ns", MqttTimeUnit.Nanoseconds));

    private static readonly ScalarType<MqttBinaryType> BinaryTypes = Scalars.Choice(
        ("bool", MqttBinaryType.Bool), ("int8", MqttBinaryType.Int8), ("uint8", MqttBinaryType.UInt8), ("int16", MqttBinaryType.Int16), ("uint16", MqttBinaryType.UInt16),
        ("int32", MqttBinaryType.Int32), ("uint32", MqttBinaryType.UInt32), ("int64", MqttBinaryType.Int64), ("uint64", MqttBinaryType.UInt64),
        ("float32", MqttBinaryType.Float32), ("float64", MqttBinaryType.Float64));

    private static readonly ScalarType<MqttByteOrder> Orders = Scalars.Choice(
        ("ABCD", MqttByteOrder.ABCD), ("CDAB", MqttByteOrder.CDAB), ("BADC", MqttByteOrder.BADC), ("DCBA", MqttByteOrder.DCBA));

    public static class Json
    {
        public static readonly ValueKey<MqttJsonShape> Shape = new("shape",
            Scalars.Choice(("value", MqttJsonShape.Value), ("members", MqttJsonShape.Members), ("items", MqttJsonShape.Items)), OptionDefaults.MqttJson.Shape,
            "`value` is one value a document; `members` makes a tag of every member, named by its path; `items` is an array of objects with a tag each.");

        public static readonly ValueKey<string> Value = new("value", Scalars.Text(512), OptionDefaults.MqttJson.Value, "Path of the value, `data.value`. A document that is a number, a text, true or false is its own value.");

        public static readonly ValueKey<string> Time = new("time", Scalars.OptionalText(512), OptionDefaults.MqttJson.Time, "Path of the time, ISO 8601 or a number since 1970; `\"\"` for none.");

        public static readonly ValueKey<MqttTimeUnit> TimeUnit = new("time_unit", TimeUnits, OptionDefaults.MqttJson.TimeUnit, "Unit of times that are numbers; `auto` guesses by their magnitude.");

        public static readonly ValueKey<string> Quality = new("quality", Scalars.OptionalText(512), OptionDefaults.MqttJson.Quality, "Path of the quality; `\"\"` for none.");

        public static readonly ValueKey<MqttQualityType> QualityType = new("quality_type",
            Scalars.Choice(("auto", MqttQualityType.Auto), ("opc-da", MqttQualityType.OpcDa), ("opc-ua", MqttQualityType.OpcUa), ("word", MqttQualityType.Word)), OptionDefaults.MqttJson.QualityType,
            "How qualities are written. `auto` takes numbers to 255 as OPC DA, where 0 is bad, and greater ones as OPC UA.");

        public static readonly ValueKey<string> Items = new("items", Scalars.OptionalText(512), OptionDefaults.MqttJson.Items, "With `shape: items`: path of the array; `\"\"` where the document is the array.");

        public static readonly ValueKey<string> Tag = new("tag", Scalars.Text(512), OptionDefaults.MqttJson.ItemTag, "With `shape: items`: path of the tag in an item.");

        public static readonly Section Section = new("MQTT JSON payloads", Shape, Value, Time, TimeUnit, Quality, QualityType, Items, Tag);
    }

    public static class Field
    {
        public static readonly ValueKey<string> Tag = new("tag", Scalars.Text(512), OptionDefaults.MqttField.Tag, "The tag, `{member}` in the rule's tag; a single field may have none, where the topic names it.") { DefaultText = "the topic's" };

        public static readonly ValueKey<MqttBinaryType> Type = new("type", BinaryTypes, OptionDefaults.MqttField.Type, "What the bytes are.");

        public static readonly ValueKey<int> Offset = new("offset", Scalars.Integer(0, (1 << 20) - 1), OptionDefaults.MqttField.Offset, "Place of its first byte, from 0.");

        public static readonly ValueKey<MqttByteOrder> Order = new("order", Orders, OptionDefaults.MqttField.Order, "Order of its bytes; A is the most significant.");

        public static readonly ValueKey<int> Bit = new("bit", Scalars.Integer(0, 7), 0, "For `bool`: the bit of its byte, 0 is the least significant.") { DefaultText = "any" };

        public static readonly ValueKey<int> Count = new("count", Scalars.Integer(1, 4096), OptionDefaults.MqttField.Count, "Values one behind the other; more than one are the tags `NAME.0`, `NAME.1` and so on.");

        public static readonly Section Section = new("MQTT binary field", Tag, Type, Offset, Order, Bit, Count);
    }

    public static class BinaryTime
    {
        public static readonly ValueKey<int> Offset = new("offset", Scalars.Integer(0, (1 << 20) - 1), 0, "Place of its first byte, from 0.") { Required = true };

        public static readonly ValueKey<MqttBinaryType> Type = new("type", BinaryTypes, OptionDefaults.MqttBinaryTime.Type, "What the bytes are.");

        public static readonly ValueKey<MqttByteOrder> Order = new("order", Orders, OptionDefaults.MqttBinaryTime.Order, "Order of its bytes.");

        public static readonly ValueKey<MqttTimeUnit> Unit = new("unit", TimeUnits, OptionDefaults.MqttBinaryTime.Unit, "Its unit, since 1970.");

        public static readonly Section Section = new("MQTT binary time", Offset, Type, Order, Unit);
    }

    public static class Binary
    {
        public static readonly ListKey Fields = new("fields", Field.Section, "The values.") { Required = true };

        public static readonly SectionKey Time = new("time", BinaryTime.Section, "Where the time is; without it values have none of their own.");

        public static readonly Section Section = new("MQTT binary payloads", Fields, Time);
    }

    public static readonly ValueKey<string> Topic = new("topic", Scalars.Text(4096), "#",
        "The topics, level by level: a word, `+`, `{name}`, which keeps the level under that name, and as the last one `#` or `{name#}`.")
    { Required = true };

    public static readonly ValueKey<string> Group = new("group", Scalars.Text(255), "", "Group of a shared subscription: the nodes of one group share the messages among them.") { DefaultText = "none" };

    public static readonly ValueKey<MqttQos> Qos = new("qos", Scalars.Choice(("0", MqttQos.AtMostOnce), ("1", MqttQos.AtLeastOnce), ("2", MqttQos.ExactlyOnce)), OptionDefaults.MqttRule.Qos,
        "The most that is asked for; what is published with less comes with less.");

    public static readonly ValueKey<string> Device = new("device", Scalars.Text(4096), OptionDefaults.MqttRule.Device, "The device's name from the topic's names, such as `{site}.{device}`.");

    public static readonly ValueKey<string> Tag = new("tag", Scalars.Text(4096), "{tag}", "The tag's name; `{member}` is the name that the payload has.") { DefaultText = "`{tag}`, `{member}` or `{tag}.{member}`, by what there is" };

    public static readonly ValueKey<string> Tenant = new("tenant", Scalars.Text(4096), OptionDefaults.MqttRule.Tenant, "Who owns the series, from the topic's names.") { DefaultText = "none" };

    public static readonly ValueKey<string> Unit = new("unit", Scalars.Text(64), OptionDefaults.MqttRule.Unit, "Engineering unit of new series.") { DefaultText = "none" };

    public static readonly ValueKey<Classification> Class = new("classification",
        Scalars.Choice(("telemetry", Classification.Telemetry), ("alarm", Classification.Alarm), ("event", Classification.Event), ("log", Classification.Log)), OptionDefaults.MqttRule.Classification,
        "What the readings are; alarms are kept when data must go.");

    public static readonly ValueKey<MqttPayloadWord> Payload = new("payload",
        Scalars.Choice(("json", MqttPayloadWord.Json), ("text", MqttPayloadWord.Text), ("binary", MqttPayloadWord.Binary), ("record", MqttPayloadWord.Record), ("sparkplug", MqttPayloadWord.Sparkplug)),
        MqttPayloadWord.Json, "What the payloads are; `record` is this product's own records, `sparkplug` is Sparkplug B.");

    public static readonly ValueKey<MqttValueKind> Kind = new("kind",
        Scalars.Choice(
            ("auto", MqttValueKind.Auto), ("float64", MqttValueKind.Float64), ("int64", MqttValueKind.Int64), ("uint64", MqttValueKind.UInt64), ("bool", MqttValueKind.Bool), ("text", MqttValueKind.Text)),
        OptionDefaults.MqttJson.Kind, "Kind of new series, of `json` and `text`; `auto` is by the first value.");

    public static readonly ValueKey<RecordFormat> Format = new("format",
        Scalars.Choice(("json", RecordFormat.Json), ("protobuf", RecordFormat.Protobuf), ("columnar", RecordFormat.Columnar)), RecordFormat.Json, "Format of `record` payloads.")
    { DefaultText = "by their first bytes" };

    public static readonly SectionKey JsonSection = new("json", Json.Section, "Where in a JSON document everything is.");

    public static readonly SectionKey BinarySection = new("binary", Binary.Section, "Where in a binary payload everything is.");

    public static readonly Section Rule = new("MQTT rule", Topic, Payload, Group, Qos, Device, Tag, Tenant, Unit, Class, Kind, JsonSection, BinarySection, Format);
}
