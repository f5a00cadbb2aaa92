using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>What a self-signed application instance certificate says.</summary>
public sealed record UaCertificateRequest
{
    /// <summary>The application's URI, such as <c>urn:plant-1:hyperingest</c>; must be the one in its ApplicationDescription.</summary>
    public required string ApplicationUri { get; init; }

    /// <summary>The application's name: the subject's common name.</summary>
    public string ApplicationName { get; init; } = "HyperIngest";

    /// <summary>Names and addresses of the hosts it runs on; by default this host's name.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [Dns.GetHostName()];

    /// <summary>Bits of the key, 2,048 to 4,096.</summary>
    public int KeyBits { get; init; } = 2048;

    /// <summary>From when on it is valid; by default a day ago, for peers whose clock is slow.</summary>
    public DateTimeOffset NotBefore { get; init; } = DateTimeOffset.UtcNow.AddDays(-1);

    /// <summary>Until when it is valid; by default ten years: a plant does not renew certificates that nobody watches.</summary>
    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.UtcNow.AddYears(10);
}

/// <summary>Makes application instance certificates (OPC 10000-6, 6.2.2).</summary>
public static class UaCertificateMaker
{
    /// <summary>A self-signed certificate with its private key.</summary>
    public static UaCertificate Make(UaCertificateRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.KeyBits, UaPolicyProfile.LeastKeyBits, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.KeyBits, UaPolicyProfile.MostKeyBits, nameof(request));
        using RSA key = RSA.Create(request.KeyBits);
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(request.ApplicationName);
        CertificateRequest certificate = new(subject.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddUri(new Uri(request.ApplicationUri, UriKind.Absolute));
        foreach (string host in request.Hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        certificate.CertificateExtensions.Add(names.Build());
        certificate.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        // A self-signed certificate signs itself: without keyCertSign some stacks refuse its chain (OPC 10000-6, table 51).
        certificate.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment | X509KeyUsageFlags.KeyCertSign,
            critical: true));
        certificate.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        X509SubjectKeyIdentifierExtension identifier = new(certificate.PublicKey, critical: false);
        certificate.CertificateExtensions.Add(identifier);
        certificate.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        return UaCertificate.From(certificate.CreateSelfSigned(request.NotBefore, request.NotAfter));
    }
}
