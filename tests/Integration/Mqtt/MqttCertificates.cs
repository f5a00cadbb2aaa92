using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>A certificate authority of a test's own, a server's certificate for <c>localhost</c> and 127.0.0.1, and a client's, as PEM files.</summary>
internal sealed class MqttCertificates : IDisposable
{
    /// <summary>The password of the client's key.</summary>
    public const string KeyPassword = "for the key alone";

    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-certificates-").FullName;

    public MqttCertificates()
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1), to = from.AddDays(2);
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=plant CA", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 authority = request.CreateSelfSigned(from, to);
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
        using ECDsa serverKey = Issue(authority, "CN=broker", from, to, ServerFile, server: true);
        File.WriteAllText(ServerKeyFile, serverKey.ExportPkcs8PrivateKeyPem());
        using ECDsa clientKey = Issue(authority, "CN=gateway 7", from, to, ClientFile, server: false);
        File.WriteAllText(ClientKeyFile, clientKey.ExportEncryptedPkcs8PrivateKeyPem(KeyPassword, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
    }

    public string CaFile => Path.Combine(_folder, "ca.pem");

    public string ServerFile => Path.Combine(_folder, "server.pem");

    public string ServerKeyFile => Path.Combine(_folder, "server.key");

    public string ClientFile => Path.Combine(_folder, "client.pem");

    public string ClientKeyFile => Path.Combine(_folder, "client.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ECDsa Issue(X509Certificate2 authority, string name, DateTimeOffset from, DateTimeOffset to, string file, bool server)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        if (server)
        {
            SubjectAlternativeNameBuilder names = new();
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }
        using X509Certificate2 certificate = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return key;
    }
}
