namespace HyperIngest.Sinks.Kafka.Registry;

/// <summary>A schema registry with Confluent's HTTP interface.</summary>
public sealed record SchemaRegistryOptions
{
    /// <summary>Its address, <c>https://registry:8081</c>; more behind commas are tried in turn.</summary>
    public required string Url { get; init; }

    /// <summary>User for basic authentication; null for none.</summary>
    public string? User { get; init; }

    /// <summary>Password for basic authentication; never logged.</summary>
    public string? Password { get; init; }

    /// <summary>CA certificates, a PEM file; null for the system's. Certificates and names are always verified.</summary>
    public string? CaFile { get; init; }

    /// <summary>Under which subject schemas are registered; default the topic's.</summary>
    public SubjectStrategy Subject { get; init; } = SubjectStrategy.Topic;

    /// <summary>Longest a request may take, 100 ms to 5 min; default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A schema's subject.</summary>
public enum SubjectStrategy
{
    /// <summary><c>TOPIC-value</c> (TopicNameStrategy).</summary>
    Topic,

    /// <summary>The record's full name (RecordNameStrategy).</summary>
    Record,

    /// <summary><c>TOPIC-NAME</c> (TopicRecordNameStrategy).</summary>
    TopicRecord,
}
