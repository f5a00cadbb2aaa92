using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Sessions;

/// <summary>How a server introduces itself: FindServers, GetEndpoints (OPC 10000-4, 5.5), and the endpoints that CreateSession names again.</summary>
internal sealed class UaDiscovery(UaServerCore core)
{
    /// <summary>The names of the ways to log in.</summary>
    public const string AnonymousPolicy = "anonymous", PasswordPolicy = "username", CertificatePolicy = "certificate";

    public uint FindServers(in UaServing serving)
    {
        if (!serving.TryDecode<FindServersRequest>(out FindServersRequest? request)) return UaStatusCodes.BadDecodingError;
        bool wanted = request.ServerUris.Count == 0 || request.ServerUris.Contains(core.Options.ApplicationUri);
        return serving.Answer(new FindServersResponse(serving.ResponseHeader, wanted ? [Describe(UrlFor(request.EndpointUrl))] : []));
    }

    public uint GetEndpoints(in UaServing serving)
    {
        if (!serving.TryDecode<GetEndpointsRequest>(out GetEndpointsRequest? request)) return UaStatusCodes.BadDecodingError;
        bool wanted = request.ProfileUris.Count == 0 || request.ProfileUris.Contains(UaEndpointUrl.BinaryTransport);
        return serving.Answer(new GetEndpointsResponse(serving.ResponseHeader, wanted ? Endpoints(request.EndpointUrl) : []));
    }

    /// <summary>The endpoints, with the host name the client used.</summary>
    public IReadOnlyList<EndpointDescription> Endpoints(string? askedUrl)
    {
        string url = UrlFor(askedUrl);
        ApplicationDescription server = Describe(url);
        UaCertificate? own = core.Certificate;
        return
        [
            .. core.Options.Channel.Endpoints.Select(e => new EndpointDescription(
                url, server, own?.Raw, e.Mode, UaPolicyProfile.Of(e.Policy).Uri, UserTokens(e.Policy, own is not null), UaEndpointUrl.BinaryTransport, LevelOf(e))),
        ];
    }

    /// <summary>The policy that protects a secret of a user on an endpoint: the endpoint's, and where that has none the usual one, when the server has a certificate to do it with.</summary>
    public static UaSecurityPolicy SecretPolicy(UaSecurityPolicy endpoint, bool hasCertificate) =>
        endpoint == UaSecurityPolicy.None && hasCertificate ? UaSecurityPolicy.Basic256Sha256 : endpoint;

    private List<UserTokenPolicy> UserTokens(UaSecurityPolicy endpoint, bool hasCertificate)
    {
        string uri = UaPolicyProfile.Of(SecretPolicy(endpoint, hasCertificate)).Uri;
        List<UserTokenPolicy> tokens = [];
        if (core.Options.Users.Anonymous) tokens.Add(new UserTokenPolicy(AnonymousPolicy, UserTokenType.Anonymous, null, null, null));
        if (core.Options.Users.Passwords.Count > 0) tokens.Add(new UserTokenPolicy(PasswordPolicy, UserTokenType.UserName, null, null, uri));
        if (core.Options.Users.Certificates.Count > 0 && hasCertificate) tokens.Add(new UserTokenPolicy(CertificatePolicy, UserTokenType.Certificate, null, null, uri));
        return tokens;
    }

    private ApplicationDescription Describe(string url) => new(
        core.Options.ApplicationUri, UaApplication.ProductUri, new UaLocalizedText(null, core.Options.ApplicationName), ApplicationType.Server, null, null, [url]);

    // A client that came by a name of its own must find that name again (OPC 10000-4, 5.5.4).
    private string UrlFor(string? asked)
    {
        string host = UaEndpointUrl.TryParse(asked, out Uri? url) ? url.Host : core.Address;
        return $"opc.tcp://{host}:{core.Port}{core.Options.Path}";
    }

    // Encrypted before signed before open, and of each the stronger policy first.
    private static byte LevelOf(UaEndpointSecurity endpoint) =>
        endpoint.Policy == UaSecurityPolicy.None ? (byte)0 : (byte)((100 * ((int)endpoint.Mode - 1)) + (endpoint.Policy == UaSecurityPolicy.Aes256Sha256RsaPss ? 2 : 1));
}
