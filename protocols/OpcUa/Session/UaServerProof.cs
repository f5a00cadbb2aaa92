using System.Diagnostics.CodeAnalysis;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What a server has to prove when a session is made over a secured channel (OPC 10000-4, 5.7.2).</summary>
internal static class UaServerProof
{
    /// <summary>
    /// Its certificate is the endpoint's, its key is the certificate's, its nonce is one, and the endpoints it names now, under that key, are those that discovery named without any: who had changed them on
    /// the way, to have weaker security used, is found out here.
    /// </summary>
    /// <exception cref="UaException">One of them is not so.</exception>
    public static void Demand(CreateSessionResponse created, UaServerIdentity server, UaSessionOptions options, UaCertificate own, byte[] nonce)
    {
        string url = options.EndpointUrl;
        if (!created.ServerCertificate.AsSpan().StartsWith(server.Certificate.Raw))
        {
            Refuse($"{url} made a session with another certificate than its channel's, {server.Certificate.Thumbprint}");
        }
        DemandNonce(created.ServerNonce, "CreateSession", url);
        if (!UaSessionSignature.Verify(options.Policy, server.Certificate, own.Raw, nonce, created.ServerSignature.Signature))
        {
            Refuse($"{url} made a session without proving that it has the key of its certificate {server.Certificate.Thumbprint}");
        }
        SortedSet<string> now = Keys(created.ServerEndpoints), before = Keys(server.Endpoints);
        if (!now.SetEquals(before))
        {
            Refuse($"{url} says with its signature that it offers {UaDiscovery.Offers(created.ServerEndpoints)}, and said before, unsigned, {UaDiscovery.Offers(server.Endpoints)}, "
                + "or other ways to log in: something on the way may have changed it");
        }
    }

    /// <summary>Refuses a nonce that is none: what is signed over it could be sent again.</summary>
    public static void DemandNonce(byte[]? nonce, string service, string url)
    {
        if ((nonce?.Length ?? 0) >= UaPolicyProfile.NonceBytes) return;
        throw new UaException(UaStatusCodes.BadNonceInvalid, $"{url} answered {service} with a nonce of {nonce?.Length ?? 0} bytes; expected at least {UaPolicyProfile.NonceBytes}");
    }

    // What the specification has compared, but for the URLs, which are not used. A server with several addresses names each endpoint several times, and not always as often.
    private static SortedSet<string> Keys(IReadOnlyList<EndpointDescription> endpoints)
    {
        SortedSet<string> keys = new(StringComparer.Ordinal);
        foreach (EndpointDescription endpoint in endpoints.Where(UaDiscovery.IsReachable))
        {
            IEnumerable<string> tokens = endpoint.UserIdentityTokens.Select(t => $"{t.PolicyId}|{t.TokenType}|{t.IssuedTokenType}|{t.SecurityPolicyUri}").Order(StringComparer.Ordinal);
            keys.Add($"{endpoint.SecurityPolicyUri}|{endpoint.SecurityMode}|{endpoint.SecurityLevel}|{endpoint.Server.ApplicationUri}\n{string.Join('\n', tokens)}");
        }
        return keys;
    }

    [DoesNotReturn]
    private static void Refuse(string what) => throw new UaException(UaStatusCodes.BadSecurityChecksFailed, what);
}
