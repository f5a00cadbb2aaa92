using System.Globalization;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>What a server offers: how it can be connected to, as whom, and which certificates it has.</summary>
internal sealed class EndpointList
{
    private readonly List<(EndpointDescription Endpoint, string? Thumbprint)> _endpoints = [];

    /// <summary>Of a server's endpoints.</summary>
    public EndpointList(IReadOnlyList<EndpointDescription> endpoints)
    {
        foreach (EndpointDescription endpoint in endpoints) _endpoints.Add((endpoint, Add(endpoint.ServerCertificate)));
    }

    /// <summary>The certificates, each once, in the order they come.</summary>
    public List<CertificateSummary> Certificates { get; } = [];

    /// <summary>What is wrong with certificates that could not be read.</summary>
    public List<string> Unreadable { get; } = [];

    /// <summary>For programs.</summary>
    public IEnumerable<object> Json => _endpoints.Select(e => new
    {
        Url = e.Endpoint.EndpointUrl,
        Policy = PolicyOf(e.Endpoint),
        Supported = IsSupported(e.Endpoint),
        Mode = e.Endpoint.SecurityMode.ToString(),
        Users = e.Endpoint.UserIdentityTokens.Select(NameOf),
        Level = e.Endpoint.SecurityLevel,
        Certificate = e.Thumbprint,
    });

    /// <summary>The server as its first endpoint names it; null without one.</summary>
    public ApplicationDescription? Server => _endpoints.Count == 0 ? null : _endpoints[0].Endpoint.Server;

    /// <summary>For people.</summary>
    public IEnumerable<string> Lines()
    {
        if (Server is { } server) yield return PrintableText.Of($"{server.ApplicationName.Text ?? "(no name)"} ({server.ApplicationUri ?? "no URI"})");
        yield return "";
        string[][] rows = [.. _endpoints.Select(e => (string[])
        [
            PrintableText.Of(PolicyOf(e.Endpoint)) + (IsSupported(e.Endpoint) ? "" : " (not supported)"),
            e.Endpoint.SecurityMode.ToString(),
            string.Join(", ", e.Endpoint.UserIdentityTokens.Select(NameOf).Distinct()),
            e.Endpoint.SecurityLevel.ToString(CultureInfo.InvariantCulture),
            e.Thumbprint ?? "none",
        ])];
        foreach (string line in Columns.Lines(["policy", "mode", "users", "level", "certificate"], rows)) yield return line;
        foreach (CertificateSummary certificate in Certificates)
        {
            yield return "";
            foreach (string line in certificate.Lines()) yield return line;
        }
        foreach (string unreadable in Unreadable) yield return PrintableText.Of(unreadable);
        yield return "";
    }

    private string? Add(byte[]? bytes)
    {
        if (bytes is not { Length: > 0 }) return null;
        try
        {
            using UaCertificate certificate = UaCertificate.Parse(bytes);
            if (!Certificates.Exists(c => c.Thumbprint == certificate.Thumbprint)) Certificates.Add(CertificateSummary.Of(certificate));
            return certificate.Thumbprint;
        }
        catch (UaException invalid)
        {
            if (!Unreadable.Contains(invalid.Message)) Unreadable.Add(invalid.Message);
            return null;
        }
    }

    // The end of the URI, which is how policies are called.
    private static string PolicyOf(EndpointDescription endpoint) => endpoint.SecurityPolicyUri is { Length: > 0 } uri ? uri[(uri.LastIndexOf('#') + 1)..] : "(none named)";

    private static bool IsSupported(EndpointDescription endpoint) => UaPolicyProfile.TryFind(endpoint.SecurityPolicyUri, out UaPolicyProfile profile) && profile.Allows(endpoint.SecurityMode);

    private static string NameOf(UserTokenPolicy token) => token.TokenType switch
    {
        UserTokenType.Anonymous => "anonymous",
        UserTokenType.UserName => "user",
        UserTokenType.Certificate => "certificate",
        _ => "issued token",
    };
}
