using System.Security.Cryptography;
using System.Text;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Server.Sessions;

/// <summary>Who a user token says its user is, and whether that is true (OPC 10000-4, 7.41).</summary>
internal static class UaUserCheck
{
    /// <summary>Checks a token.</summary>
    /// <param name="options">Whom the server lets in.</param>
    /// <param name="session">The session, with the nonce that the token is made for.</param>
    /// <param name="own">The server's certificate; null for none.</param>
    /// <param name="token">The token; none is anonymous.</param>
    /// <param name="signature">Of the user's key, for a certificate.</param>
    /// <param name="user">Who it is, as one text.</param>
    /// <returns>Good, or why not.</returns>
    public static uint Check(UaServerUsers options, UaServerSession session, UaCertificate? own, in UaExtensionObject token, in SignatureData signature, out string user)
    {
        user = "anonymous";
        UaSecurityPolicy policy = UaDiscovery.SecretPolicy(session.Policy, own is not null);
        if (token.IsNone || token.TryDecode(out AnonymousIdentityToken _)) return options.Anonymous ? UaStatusCodes.Good : UaStatusCodes.BadIdentityTokenRejected;
        if (token.TryDecode<UserNameIdentityToken>(out UserNameIdentityToken? named))
        {
            user = $"user {named.UserName}";
            return CheckPassword(options, policy, own, named, session.Nonce);
        }
        if (token.TryDecode<X509IdentityToken>(out X509IdentityToken? x509)) return CheckCertificate(options, policy, own, x509, session.Nonce, signature, out user);
        return UaStatusCodes.BadIdentityTokenInvalid;
    }

    private static uint CheckPassword(UaServerUsers options, UaSecurityPolicy policy, UaCertificate? own, UserNameIdentityToken token, byte[] nonce)
    {
        if (token.UserName is null || token.Password is null) return UaStatusCodes.BadIdentityTokenInvalid;
        byte[] secret;
        if (policy == UaSecurityPolicy.None || own is null)
        {
            secret = token.Password;
        }
        else if (token.EncryptionAlgorithm != UaPolicyProfile.Of(policy).EncryptionUri || !UaTokenSecret.TryDecrypt(policy, own, token.Password, nonce, out secret))
        {
            return UaStatusCodes.BadIdentityTokenInvalid;
        }
        bool known = options.Passwords.TryGetValue(token.UserName, out string? password);
        // The time does not tell whether the name or the password is wrong.
        bool right = CryptographicOperations.FixedTimeEquals(SHA256.HashData(secret), SHA256.HashData(Encoding.UTF8.GetBytes(password ?? "")));
        return known && right ? UaStatusCodes.Good : UaStatusCodes.BadUserAccessDenied;
    }

    private static uint CheckCertificate(
        UaServerUsers options, UaSecurityPolicy policy, UaCertificate? own, X509IdentityToken token, byte[] nonce, in SignatureData signature, out string user)
    {
        UaCertificate? known = options.Certificates.FirstOrDefault(c => token.CertificateData.AsSpan().StartsWith(c.Raw));
        user = $"certificate {known?.Thumbprint}";
        if (own is null || policy == UaSecurityPolicy.None || known is null) return UaStatusCodes.BadIdentityTokenRejected;
        return UaSessionSignature.Verify(policy, known, own.Raw, nonce, signature.Signature) ? UaStatusCodes.Good : UaStatusCodes.BadUserSignatureInvalid;
    }
}
