using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What is known of a server before a channel is opened to it.</summary>
/// <param name="Endpoint">The endpoint that is used.</param>
/// <param name="Endpoints">All it offers.</param>
/// <param name="Certificate">The endpoint's certificate.</param>
internal sealed record UaServerIdentity(EndpointDescription Endpoint, IReadOnlyList<EndpointDescription> Endpoints, UaCertificate Certificate) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();
}

/// <summary>A session the server may still have when its channel is gone.</summary>
/// <param name="token">Its secret.</param>
/// <param name="timeout">How long the server keeps it without a request.</param>
/// <param name="endpoint">The endpoint it was made at; null when the server did not say.</param>
/// <param name="serverCertificate">What the server showed when it was made; null for none.</param>
internal sealed class UaKeptSession(UaNodeId token, TimeSpan timeout, EndpointDescription? endpoint, UaCertificate? serverCertificate) : IDisposable
{
    public UaNodeId Token => token;

    public TimeSpan Timeout => timeout;

    public EndpointDescription? Endpoint => endpoint;

    public UaCertificate? ServerCertificate => serverCertificate;

    /// <summary>What the server gave last, to be signed at the next activation.</summary>
    public byte[]? ServerNonce { get; set; }

    /// <inheritdoc/>
    public void Dispose() => serverCertificate?.Dispose();
}
