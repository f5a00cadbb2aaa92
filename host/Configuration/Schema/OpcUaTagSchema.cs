using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a node of an OPC UA server as a tag.</summary>
internal static class OpcUaTagSchema
{
    public static class Shaping
    {
        public static readonly Section Section = new("OPC UA tag shaping",
            DeviceSchema.Tag.Scale, DeviceSchema.Tag.Offset, DeviceSchema.Tag.Min, DeviceSchema.Tag.Max, DeviceSchema.Tag.OutOfRange, DeviceSchema.Tag.Deadband, DeviceSchema.Tag.Heartbeat);
    }

    public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "", "The tag's name, unique in its device.") { Required = true };

    public static readonly ValueKey<string> Node = new("node", Scalars.Text(4096), "",
        "Its node id: `nsu=urn:press;s=Press.Speed` with the namespace's URI, which holds when the server's table changes, or `ns=2;s=Press.Speed` with its index; `i=`, `s=`, `g=` or `b=`. Or give `path`.")
    { DefaultText = "none" };

    public static readonly ValueKey<string> Path = new("path", Scalars.Text(4096), "",
        "Its browse path from the Objects folder, `/2:Press/2:Speed` or `/{urn:press}Press/{urn:press}Speed`; resolved anew in each session. Or give `node`.")
    { DefaultText = "none" };

    public static readonly ValueKey<ValueKind> Type = new("type",
        Scalars.Choice(("float64", ValueKind.Float64), ("int64", ValueKind.Int64), ("uint64", ValueKind.UInt64), ("bool", ValueKind.Bool), ("text", ValueKind.Text)), ValueKind.Float64,
        "What its series holds; the server's values are converted where nothing is lost.")
    { DefaultText = "by the node's data type; `float64` with `shaping`" };

    public static readonly ValueKey<int> Elements = new("elements", Scalars.Integer(1, 100_000), 1, "Of an array: how many elements become a series each, named `NAME[0]`, `NAME[1]` and so on.") { DefaultText = "none: a single value" };

    public static readonly ValueKey<string> Unit = new("unit", Scalars.OptionalText(32), OptionDefaults.UaTag.Unit, "Engineering unit.") { DefaultText = "none" };

    public static readonly ValueKey<TimeSpan> Sampling = OpcUaReadingSchema.Sampling with { DefaultText = "the device's" };

    public static readonly ValueKey<int> Queue = OpcUaReadingSchema.Queue with { DefaultText = "the device's" };

    public static readonly ValueKey<UaDeadband> Deadband = OpcUaReadingSchema.Deadband with { DefaultText = "the device's" };

    public static readonly SectionKey Shaped = new("shaping", Shaping.Section, "What is done to its values on this side.");

    public static readonly Section Section = new("OPC UA tag", Name, Node, Path, Type, Unit, Elements, Sampling, Queue, Deadband, Shaped);
}
