using System.Net;
using System.Security.Cryptography;
using System.Text;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What a session is activated with.</summary>
/// <param name="Token">Who it is.</param>
/// <param name="Signature">The proof of a certificate's key; empty for the others.</param>
internal readonly record struct UaUserToken(UaExtensionObject Token, SignatureData Signature);

/// <summary>
/// Makes user tokens as an endpoint asks for them (OPC 10000-4, 7.41). A password leaves this side encrypted: for the server's key, with the token's security policy, or by the channel. In the clear it goes
/// to this very host alone, where nobody listens who could not read the configuration.
/// </summary>
/// <param name="options">As whom, and where.</param>
/// <param name="check">How a certificate is checked that a password is encrypted for.</param>
internal sealed class UaUserTokens(UaSessionOptions options, UaCertificateCheck? check)
{
    /// <summary>The token of one activation.</summary>
    /// <param name="endpoint">What the server said of the endpoint; null when it said nothing.</param>
    /// <param name="server">The server's certificate; null when it showed none.</param>
    /// <param name="serverNonce">What it gave last.</param>
    /// <exception cref="UaException">The endpoint does not take this identity, or not safely; the message says what it takes and what to do.</exception>
    public UaUserToken Make(EndpointDescription? endpoint, UaCertificate? server, byte[]? serverNonce) => options.Identity switch
    {
        null => Anonymous(endpoint),
        UaPasswordIdentity password => Password(password, endpoint, server, serverNonce ?? []),
        UaCertificateIdentity certificate => Certificate(certificate, endpoint, server, serverNonce ?? []),
        _ => throw new UaException(UaStatusCodes.BadIdentityTokenInvalid, $"{options.EndpointUrl}: {options.Identity.GetType().Name} is no identity of this product"),
    };

    private UaUserToken Anonymous(EndpointDescription? endpoint)
    {
        // An endpoint without a list of tokens takes everybody (OPC 10000-4, 5.7.3).
        string? policyId = endpoint is null || endpoint.UserIdentityTokens.Count == 0 ? null : Offered(endpoint, UserTokenType.Anonymous)[0].Token.PolicyId;
        return new UaUserToken(UaExtensionObject.Of(new AnonymousIdentityToken(policyId)), default);
    }

    private UaUserToken Password(UaPasswordIdentity identity, EndpointDescription? endpoint, UaCertificate? server, byte[] serverNonce)
    {
        (UserTokenPolicy token, UaSecurityPolicy policy) = Offered(endpoint, UserTokenType.UserName)[0];
        byte[] secret = Encoding.UTF8.GetBytes(identity.Password);
        try
        {
            if (policy == UaSecurityPolicy.None)
            {
                DemandPrivacy();
                return new UaUserToken(UaExtensionObject.Of(new UserNameIdentityToken(token.PolicyId, identity.User, [.. secret], null)), default);
            }
            UaCertificate trusted = server ?? throw new UaException(
                UaStatusCodes.BadCertificateInvalid, $"{options.EndpointUrl} asks for an encrypted password and shows no certificate to encrypt it for; give the server a certificate");
            DemandTrust(trusted, policy, endpoint);
            byte[] cipher = UaTokenSecret.Encrypt(policy, trusted, secret, serverNonce);
            return new UaUserToken(UaExtensionObject.Of(new UserNameIdentityToken(token.PolicyId, identity.User, cipher, UaPolicyProfile.Of(policy).EncryptionUri)), default);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private UaUserToken Certificate(UaCertificateIdentity identity, EndpointDescription? endpoint, UaCertificate? server, byte[] serverNonce)
    {
        (UserTokenPolicy token, UaSecurityPolicy policy) = Offered(endpoint, UserTokenType.Certificate)[0];
        if (policy == UaSecurityPolicy.None || server is null)
        {
            throw new UaException(
                UaStatusCodes.BadIdentityTokenRejected, $"{options.EndpointUrl} takes a user's certificate without a proof of its key ({(server is null ? "it shows no certificate" : "the token's policy is None")}); "
                + "use a secured policy and mode, or have the server's user token policy name one");
        }
        byte[] proof = UaSessionSignature.Sign(policy, identity.Certificate, server.Raw, serverNonce);
        return new UaUserToken(
            UaExtensionObject.Of(new X509IdentityToken(token.PolicyId, identity.Certificate.Raw)), new SignatureData(UaPolicyProfile.Of(policy).SignatureUri, proof));
    }

    // The endpoint's ways for this kind of token that this product has, the strongest first.
    private List<(UserTokenPolicy Token, UaSecurityPolicy Policy)> Offered(EndpointDescription? endpoint, UserTokenType type)
    {
        List<(UserTokenPolicy Token, UaSecurityPolicy Policy)> offered = [];
        foreach (UserTokenPolicy token in endpoint?.UserIdentityTokens ?? [])
        {
            if (token.TokenType != type) continue;
            // An anonymous token has nothing to be encrypted or signed.
            if (string.IsNullOrEmpty(token.SecurityPolicyUri) || type == UserTokenType.Anonymous) offered.Add((token, options.Policy));
            else if (UaPolicyProfile.TryFind(token.SecurityPolicyUri, out UaPolicyProfile profile)) offered.Add((token, profile.Policy));
        }
        if (offered.Count > 0) return [.. offered.OrderByDescending(o => o.Policy)];
        string[] taken = [.. (endpoint?.UserIdentityTokens ?? []).Select(Describe).Distinct()];
        throw new UaException(
            UaStatusCodes.BadIdentityTokenRejected,
            $"{options.EndpointUrl}, {options.Policy} with {options.Mode}, does not take {(options.Identity is { } identity ? $"the {identity}" : "anonymous sessions")}; it takes "
            + $"{(taken.Length == 0 ? "no user tokens" : string.Join(", ", taken))}. Configure one of these, or another endpoint");
    }

    private static string Describe(UserTokenPolicy token)
    {
        string kind = token.TokenType switch
        {
            UserTokenType.Anonymous => "anonymous",
            UserTokenType.UserName => "user and password",
            UserTokenType.Certificate => "a user's certificate",
            _ => "an issued token, which this product does not have",
        };
        bool known = string.IsNullOrEmpty(token.SecurityPolicyUri) || UaPolicyProfile.TryFind(token.SecurityPolicyUri, out _);
        return known ? kind : $"{kind} with {token.SecurityPolicyUri}, which this product does not have";
    }

    private void DemandPrivacy()
    {
        if (options.Mode == UaSecurityMode.SignAndEncrypt || IsThisHost()) return;
        throw new UaException(
            UaStatusCodes.BadSecurityModeInsufficient,
            $"{options.EndpointUrl} asks for the password in the clear ({options.Policy} with {options.Mode}, token policy None); it was not sent. Use the mode SignAndEncrypt, or have the server's user token "
            + "policy name a security policy");
    }

    // On a secured channel the certificate has been checked. Without, whoever answers could show one of his own, and read the password.
    private void DemandTrust(UaCertificate server, UaSecurityPolicy policy, EndpointDescription? endpoint)
    {
        if (options.Policy != UaSecurityPolicy.None) return;
        if (check is null)
        {
            throw new UaException(
                UaStatusCodes.BadConfigurationError,
                $"{options.EndpointUrl} asks for an encrypted password over the policy None, and there is no folder of certificates that says whether its certificate {server.Thumbprint} is to be trusted; "
                + "configure one, or a secured policy and mode");
        }
        check.Demand(server, UaPolicyProfile.Of(policy), options.EndpointUrl, endpoint?.Server.ApplicationUri, UaSessionOpener.HostOf(options.EndpointUrl));
    }

    private bool IsThisHost()
    {
        string host = UaSessionOpener.HostOf(options.EndpointUrl);
        return host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
