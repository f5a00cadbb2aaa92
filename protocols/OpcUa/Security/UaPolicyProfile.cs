using System.Security.Cryptography;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>What a security policy prescribes (OPC 10000-7, 6.6), and what its names are on the wire.</summary>
public sealed class UaPolicyProfile
{
    /// <summary>Bytes of the nonces of a secure channel.</summary>
    public const int NonceBytes = 32;

    /// <summary>Bytes of a symmetric signature and of its key: HMAC-SHA256 with all policies here.</summary>
    public const int SymmetricSignatureBytes = 32;

    /// <summary>Fewest bits of an RSA key, with all policies here.</summary>
    public const int LeastKeyBits = 2048;

    /// <summary>Most bits of an RSA key.</summary>
    public const int MostKeyBits = 4096;

    private const string Base = "http://opcfoundation.org/UA/SecurityPolicy#";

    private static readonly UaPolicyProfile[] Profiles =
    [
        new() { Policy = UaSecurityPolicy.None, Uri = Base + "None" },
        new()
        {
            Policy = UaSecurityPolicy.Basic256Sha256,
            Uri = Base + "Basic256Sha256",
            SymmetricKeyBytes = 32,
            Encryption = RSAEncryptionPadding.OaepSHA1,
            EncryptionUri = "http://www.w3.org/2001/04/xmlenc#rsa-oaep",
            EncryptionOverheadBytes = OaepOverhead(sha: 20),
            Signature = RSASignaturePadding.Pkcs1,
            SignatureUri = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        },
        new()
        {
            Policy = UaSecurityPolicy.Aes128Sha256RsaOaep,
            Uri = Base + "Aes128_Sha256_RsaOaep",
            SymmetricKeyBytes = 16,
            Encryption = RSAEncryptionPadding.OaepSHA1,
            EncryptionUri = "http://www.w3.org/2001/04/xmlenc#rsa-oaep",
            EncryptionOverheadBytes = OaepOverhead(sha: 20),
            Signature = RSASignaturePadding.Pkcs1,
            SignatureUri = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        },
        new()
        {
            Policy = UaSecurityPolicy.Aes256Sha256RsaPss,
            Uri = Base + "Aes256_Sha256_RsaPss",
            SymmetricKeyBytes = 32,
            Encryption = RSAEncryptionPadding.OaepSHA256,
            EncryptionUri = "http://opcfoundation.org/UA/security/rsa-oaep-sha2-256",
            EncryptionOverheadBytes = OaepOverhead(sha: 32),
            Signature = RSASignaturePadding.Pss,
            SignatureUri = "http://opcfoundation.org/UA/security/rsa-pss-sha2-256",
        },
    ];

    private UaPolicyProfile()
    {
    }

    /// <summary>The policy.</summary>
    public required UaSecurityPolicy Policy { get; init; }

    /// <summary>Its URI.</summary>
    public required string Uri { get; init; }

    /// <summary>Bytes of an AES key, 16 or 32; 0 for None.</summary>
    public int SymmetricKeyBytes { get; private init; }

    /// <summary>URI of the asymmetric encryption, for user tokens; empty for None.</summary>
    public string EncryptionUri { get; private init; } = "";

    /// <summary>URI of the asymmetric signature, for SignatureData; empty for None.</summary>
    public string SignatureUri { get; private init; } = "";

    /// <summary>Padding of the asymmetric encryption.</summary>
    internal RSAEncryptionPadding Encryption { get; private init; } = RSAEncryptionPadding.OaepSHA256;

    /// <summary>Bytes of each encrypted block that are not plain text.</summary>
    internal int EncryptionOverheadBytes { get; private init; }

    /// <summary>Padding of the asymmetric signature; its hash is SHA-256.</summary>
    internal RSASignaturePadding Signature { get; private init; } = RSASignaturePadding.Pss;

    /// <summary>What a policy prescribes.</summary>
    public static UaPolicyProfile Of(UaSecurityPolicy policy) => Profiles[(int)policy];

    /// <summary>The policy of a URI; false when this product does not have it (the withdrawn Basic128Rsa15 and Basic256 among them).</summary>
    public static bool TryFind(ReadOnlySpan<char> uri, out UaPolicyProfile profile)
    {
        foreach (UaPolicyProfile candidate in Profiles)
        {
            if (!uri.SequenceEqual(candidate.Uri)) continue;
            profile = candidate;
            return true;
        }
        profile = Profiles[0];
        return false;
    }

    /// <summary>Whether the mode can be used with the policy: None with None, and the two others with the others.</summary>
    public bool Allows(UaSecurityMode mode) => Policy == UaSecurityPolicy.None
        ? mode == UaSecurityMode.None
        : mode is UaSecurityMode.Sign or UaSecurityMode.SignAndEncrypt;

    /// <summary>The mode where none is asked for: all the policy can do.</summary>
    public UaSecurityMode UsualMode => Policy == UaSecurityPolicy.None ? UaSecurityMode.None : UaSecurityMode.SignAndEncrypt;

    // RFC 8017, 7.1.1: two hashes, a 0 and a 1.
    private static int OaepOverhead(int sha) => (2 * sha) + 2;
}
