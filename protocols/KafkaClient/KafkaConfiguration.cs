using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;

namespace HyperIngest.Kafka;

/// <summary>Turns options into librdkafka properties and checks each by setting it: the library knows best what it takes.</summary>
internal static unsafe class KafkaConfiguration
{
    // rdkafka.h: 512 is what its own examples give an error text.
    private const int ErrorBytes = 512;

    /// <summary>
    /// The properties in the order they are set: the connection's, then <paramref name="own"/> (the role's), then the user's, which win; but what the product's promises hang on
    /// (<paramref name="fixedProperties"/>) nobody may set otherwise.
    /// </summary>
    /// <exception cref="KafkaException">A property is unknown, has a value out of range, or is one the product sets itself. Values are not repeated: they may be secrets.</exception>
    public static nint Build(KafkaClientOptions options, IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> fixedProperties)
    {
        KafkaLibrary.ThrowIfMissing();
        nint conf = Librdkafka.ConfNew();
        try
        {
            foreach ((string name, string value) in Connection(options)) Set(conf, name, value);
            foreach ((string name, string value) in own) Set(conf, name, value);
            foreach ((string name, string value) in options.Properties)
            {
                if (fixedProperties.TryGetValue(name, out string? promised) && promised != value)
                {
                    throw new KafkaException($"The Kafka property '{name}' is set by hyperingest to '{promised}', because its promises hang on it: take it out of 'properties'.");
                }
                Set(conf, name, value);
            }
            foreach ((string name, string value) in fixedProperties) Set(conf, name, value);
            return conf;
        }
        catch
        {
            Librdkafka.ConfDestroy(conf);
            throw;
        }
    }

    /// <summary>A client of the configuration, which the client takes over.</summary>
    /// <exception cref="KafkaException">The properties do not go together.</exception>
    public static nint NewClient(int type, nint conf)
    {
        byte* error = stackalloc byte[ErrorBytes];
        nint client = Librdkafka.New(type, conf, error, ErrorBytes);
        if (client != 0) return client;
        Librdkafka.ConfDestroy(conf);
        throw new KafkaException($"The Kafka properties do not go together: {Marshal.PtrToStringUTF8((nint)error)}");
    }

    private static void Set(nint conf, string name, string value)
    {
        byte* error = stackalloc byte[ErrorBytes];
        if (Librdkafka.ConfSet(conf, name, value, error, ErrorBytes) == 0) return;
        string reason = Marshal.PtrToStringUTF8((nint)error) ?? "refused";
        // The library repeats the value in its text; a secret must not get into a log that way.
        if (value.Length > 0) reason = reason.Replace(value, "…", StringComparison.Ordinal);
        throw new KafkaException($"The Kafka property '{name}' was refused by librdkafka {KafkaLibrary.Version}: {reason}");
    }

    private static IEnumerable<KeyValuePair<string, string>> Connection(KafkaClientOptions options)
    {
        yield return new("bootstrap.servers", options.Brokers);
        yield return new("client.id", options.ClientId);
        yield return new("security.protocol", (options.Tls, options.Sasl) switch
        {
            (null, null) => "plaintext",
            ({ }, null) => "ssl",
            (null, { }) => "sasl_plaintext",
            ({ }, { }) => "sasl_ssl",
        });
        if (options.Tls is { } tls)
        {
            if (tls.CaFile is { } ca) yield return new("ssl.ca.location", ca);
            if (tls.CertificateFile is { } certificate) yield return new("ssl.certificate.location", certificate);
            if (tls.KeyFile is { } key) yield return new("ssl.key.location", key);
            if (tls.KeyPassword is { } password) yield return new("ssl.key.password", password);
            yield return new("enable.ssl.certificate.verification", tls.Verify ? "true" : "false");
            yield return new("ssl.endpoint.identification.algorithm", tls.Verify ? "https" : "none");
        }
        if (options.Sasl is { } sasl)
        {
            yield return new("sasl.mechanism", sasl.Mechanism switch
            {
                KafkaSaslMechanism.Plain => "PLAIN",
                KafkaSaslMechanism.ScramSha256 => "SCRAM-SHA-256",
                _ => "SCRAM-SHA-512",
            });
            yield return new("sasl.username", sasl.User);
            yield return new("sasl.password", sasl.Password);
        }
    }
}
