using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>An application instance certificate: the bytes that go over the wire, the keys, and what it says of the application (OPC 10000-6, 6.2.2).</summary>
public sealed class UaCertificate : IDisposable
{
    /// <summary>Most bytes of a certificate with its chain that are looked at.</summary>
    public const int MaxBytes = 64 * 1024;

    private const byte UriTag = 6;

    private UaCertificate(X509Certificate2 certificate, RSA publicKey, byte[] chain)
    {
        Certificate = certificate;
        PublicKey = publicKey;
        Chain = chain;
        Raw = certificate.RawData;
        PrivateKey = certificate.HasPrivateKey ? certificate.GetRSAPrivateKey() : null;
        ThumbprintBytes = Convert.FromHexString(Thumbprint);
    }

    /// <summary>The certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Its DER bytes.</summary>
    public byte[] Raw { get; }

    /// <summary>Its DER bytes, followed by those of its issuers as far as they were sent.</summary>
    public byte[] Chain { get; }

    /// <summary>SHA-1 over its DER bytes, in hexadecimal digits: how it is called on the wire and by people.</summary>
    public string Thumbprint => Certificate.Thumbprint;

    /// <summary>The URI of the application, from the SubjectAltName; null when there is none.</summary>
    public string? ApplicationUri => UriOf(Certificate);

    /// <summary>The thumbprint's bytes.</summary>
    internal byte[] ThumbprintBytes { get; }

    /// <summary>The public key.</summary>
    internal RSA PublicKey { get; }

    /// <summary>The private key; null for somebody else's certificate.</summary>
    internal RSA? PrivateKey { get; }

    /// <summary>From a certificate, which is this object's from now on.</summary>
    /// <exception cref="UaException">Its key is no RSA key.</exception>
    public static UaCertificate From(X509Certificate2 certificate) => From(certificate, certificate.RawData);

    /// <summary>From the wire: a certificate, and behind it those of its issuers.</summary>
    /// <exception cref="UaException">The bytes are no certificate, or its key is no RSA key.</exception>
    public static UaCertificate Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return From(X509CertificateLoader.LoadCertificate(bytes[..FirstLength(bytes)]), bytes.ToArray());
        }
        catch (Exception invalid) when (invalid is CryptographicException or AsnContentException)
        {
            throw new UaException(UaStatusCodes.BadCertificateInvalid, $"{bytes.Length} bytes were sent as a certificate that are none", invalid);
        }
    }

    /// <summary>The issuers' certificates sent along.</summary>
    /// <exception cref="UaException">They are none.</exception>
    public X509Certificate2Collection Issuers()
    {
        X509Certificate2Collection issuers = [];
        try
        {
            for (ReadOnlySpan<byte> rest = Chain.AsSpan(Raw.Length); rest.Length > 0;)
            {
                int length = FirstLength(rest);
                issuers.Add(X509CertificateLoader.LoadCertificate(rest[..length]));
                rest = rest[length..];
            }
        }
        catch (Exception invalid) when (invalid is CryptographicException or AsnContentException)
        {
            throw new UaException(UaStatusCodes.BadCertificateInvalid, $"What follows the certificate {Thumbprint} is no certificate of an issuer", invalid);
        }
        return issuers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        PublicKey.Dispose();
        PrivateKey?.Dispose();
        Certificate.Dispose();
    }

    private static UaCertificate From(X509Certificate2 certificate, byte[] chain)
    {
        RSA? key = certificate.GetRSAPublicKey();
        if (key is not null) return new UaCertificate(certificate, key, chain);
        using (certificate)
        {
            throw new UaException(
                UaStatusCodes.BadCertificateInvalid, $"The certificate {certificate.Thumbprint} ({certificate.Subject}) has a key that is no RSA key; the security policies here need one");
        }
    }

    private static int FirstLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes) throw new CryptographicException($"More than {MaxBytes} bytes.");
        AsnDecoder.ReadSequence(bytes, AsnEncodingRules.DER, out _, out _, out int length);
        return length;
    }

    private static string? UriOf(X509Certificate2 certificate)
    {
        const string subjectAltName = "2.5.29.17";
        if (certificate.Extensions[subjectAltName] is not { } extension) return null;
        try
        {
            AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            Asn1Tag uri = new(TagClass.ContextSpecific, UriTag);
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(uri)) return names.ReadCharacterString(UniversalTagNumber.IA5String, uri);
                names.ReadEncodedValue();
            }
        }
        catch (AsnContentException)
        {
            // Names that cannot be read name nobody: the check of the URI says so.
        }
        return null;
    }
}
