namespace HyperIngest.Core.Records;

/// <summary>Names of the transport headers (Kafka record headers, MQTT user properties) that travel with a record, and the values that are the same for all.</summary>
public static class RecordHeaders
{
    /// <summary>Value of <see cref="Version"/> that this program writes.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Header with the record's format: <c>json</c>, <c>protobuf</c> or <c>columnar</c>.</summary>
    public static ReadOnlySpan<byte> Format => "hyperingest-format"u8;

    /// <summary>Header with the version of the record's schema, in decimal digits.</summary>
    public static ReadOnlySpan<byte> Version => "hyperingest-schema-version"u8;

    /// <summary>Header with the schema registry's id of the record's schema, in decimal digits; only where a registry is used.</summary>
    public static ReadOnlySpan<byte> SchemaId => "hyperingest-schema-id"u8;

    /// <summary>Header with the name of the node that wrote the record.</summary>
    public static ReadOnlySpan<byte> Node => "hyperingest-node"u8;

    /// <summary><see cref="SchemaVersion"/> in decimal digits.</summary>
    public static ReadOnlySpan<byte> SchemaVersionValue => "1"u8;
}
