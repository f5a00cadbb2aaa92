namespace HyperIngest.Core.Records;

/// <summary>The formats' schemas as texts, as a schema registry takes them.</summary>
public static class RecordSchemas
{
    /// <summary>The schema's text: JSON Schema for <see cref="RecordFormat.Json"/>, the .proto file for <see cref="RecordFormat.Protobuf"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The columnar format has no schema but docs/records.md.</exception>
    public static string TextOf(RecordFormat format) => format switch
    {
        RecordFormat.Json => Read("reading.schema.json"),
        RecordFormat.Protobuf => Read("readings.proto"),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Only json and protobuf records have a schema for a registry."),
    };

    private static string Read(string file)
    {
        using Stream stream = typeof(RecordSchemas).Assembly.GetManifestResourceStream($"HyperIngest.Core.Records.{file}")
            ?? throw new InvalidOperationException($"The program was built without the schema {file}.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
