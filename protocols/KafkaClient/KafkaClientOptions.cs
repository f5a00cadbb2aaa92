namespace HyperIngest.Kafka;

/// <summary>How to reach a Kafka cluster; the same for a source and a sink.</summary>
public sealed record KafkaClientOptions
{
    /// <summary>Bootstrap brokers, <c>host:port</c> and more behind commas.</summary>
    public required string Brokers { get; init; }

    /// <summary>What brokers show in their logs and quotas as the client's id.</summary>
    public string ClientId { get; init; } = "hyperingest";

    /// <summary>TLS; null for a plain connection.</summary>
    public KafkaTlsOptions? Tls { get; init; }

    /// <summary>SASL; null for none.</summary>
    public KafkaSaslOptions? Sasl { get; init; }

    /// <summary>librdkafka properties by their own names, set last and validated when the client is made. They may hold secrets: never log their values.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}

/// <summary>TLS towards the brokers. Certificates and host names are verified unless <see cref="Verify"/> is false.</summary>
public sealed record KafkaTlsOptions
{
    /// <summary>CA certificates, a PEM file; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The client's certificate, a PEM file; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The client certificate's key, a PEM file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The key file's password; never logged.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>Whether the brokers' certificates and names are verified; default true.</summary>
    public bool Verify { get; init; } = true;
}

/// <summary>SASL mechanisms.</summary>
public enum KafkaSaslMechanism
{
    /// <summary>User and password in the clear: with TLS only.</summary>
    Plain,

    /// <summary>SCRAM-SHA-256.</summary>
    ScramSha256,

    /// <summary>SCRAM-SHA-512.</summary>
    ScramSha512,
}

/// <summary>SASL towards the brokers.</summary>
public sealed record KafkaSaslOptions
{
    /// <summary>The mechanism; default SCRAM-SHA-512.</summary>
    public KafkaSaslMechanism Mechanism { get; init; } = KafkaSaslMechanism.ScramSha512;

    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The password; never logged.</summary>
    public required string Password { get; init; }
}
