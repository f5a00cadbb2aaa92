using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration;

/// <summary>An OPC UA source as its file says it: its options, and the files that are opened when the node is made and not before.</summary>
internal sealed record OpcUaSourceConfiguration
{
    /// <summary>The folder of certificates where nothing says another: under the working directory, for a node and for the verbs.</summary>
    public const string DefaultCertificateFolder = "certificates";

    /// <summary>The options; the sessions have no store yet, and no identity where a certificate is the user's.</summary>
    public required UaSourceOptions Options { get; init; }

    /// <summary>The folder of certificates.</summary>
    public required string CertificateFolder { get; init; }

    /// <summary>The files of users that are certificates, by device.</summary>
    public IReadOnlyDictionary<string, OpcUaUserFiles> UserFiles { get; init; } = new Dictionary<string, OpcUaUserFiles>();
}

/// <summary>A user's certificate and its private key, PEM files.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Key">The key.</param>
internal sealed record OpcUaUserFiles(string Certificate, string Key);
