namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys that all sources have.</summary>
internal static class SourceSchema
{
    public const string Kafka = "kafka";

    public const string Mqtt = "mqtt";

    public const string OpcUa = "opcua";

    public static readonly ValueKey<string> Name = new("name", Scalars.Text(63), "",
        "The source's name, unique in the node; metrics, dead letters and, with the group or the client id, the marks in the journal carry it. Keep it.")
    { Required = true };

    public static readonly ValueKey<string> Type = new("type", Scalars.Choice((Kafka, Kafka), (Mqtt, Mqtt), (OpcUa, OpcUa)), Kafka, "What it is.") { Required = true };
}
