using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Asks for a session (OPC 10000-4, 5.7.2).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="ClientDescription">The client.</param>
/// <param name="ServerUri">The server behind a gateway; null for the one asked.</param>
/// <param name="EndpointUrl">The URL the client used.</param>
/// <param name="SessionName">A name for people.</param>
/// <param name="ClientNonce">Random bytes, at least 32, that the server signs.</param>
/// <param name="ClientCertificate">The client's certificate, DER; null without security.</param>
/// <param name="RequestedSessionTimeout">For how long it is to live without a request, ms.</param>
/// <param name="MaxResponseMessageSize">Largest response the client takes, bytes; 0 for no limit.</param>
public sealed record CreateSessionRequest(
    UaRequestHeader Header,
    ApplicationDescription ClientDescription,
    string? ServerUri,
    string? EndpointUrl,
    string? SessionName,
    byte[]? ClientNonce,
    byte[]? ClientCertificate,
    double RequestedSessionTimeout,
    uint MaxResponseMessageSize) : IUaRequest<CreateSessionRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CreateSessionRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        ClientDescription.Encode(writer);
        writer.String(ServerUri);
        writer.String(EndpointUrl);
        writer.String(SessionName);
        writer.ByteString(ClientNonce);
        writer.ByteString(ClientCertificate);
        writer.Double(RequestedSessionTimeout);
        writer.UInt32(MaxResponseMessageSize);
    }

    /// <inheritdoc/>
    public static CreateSessionRequest Decode(ref UaReader reader) => new(
        UaRequestHeader.Decode(ref reader),
        ApplicationDescription.Decode(ref reader),
        reader.String(),
        reader.String(),
        reader.String(),
        reader.ByteString(),
        reader.ByteString(),
        reader.Double(),
        reader.UInt32());
}

/// <summary>A session, not yet activated. Its token is never logged.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="SessionId">Its public id.</param>
/// <param name="AuthenticationToken">Its secret, for the headers of requests.</param>
/// <param name="RevisedSessionTimeout">For how long it lives without a request, ms.</param>
/// <param name="ServerNonce">Random bytes that the client signs.</param>
/// <param name="ServerCertificate">The server's certificate, the same as the channel's.</param>
/// <param name="ServerEndpoints">The server's endpoints: the client holds them against those it was told before.</param>
/// <param name="ServerSignature">Over the client's certificate and nonce.</param>
/// <param name="MaxRequestMessageSize">Largest request the server takes, bytes; 0 for no limit.</param>
public sealed record CreateSessionResponse(
    UaResponseHeader Header,
    UaNodeId SessionId,
    UaNodeId AuthenticationToken,
    double RevisedSessionTimeout,
    byte[]? ServerNonce,
    byte[]? ServerCertificate,
    IReadOnlyList<EndpointDescription> ServerEndpoints,
    SignatureData ServerSignature,
    uint MaxRequestMessageSize) : IUaResponse<CreateSessionResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.CreateSessionResponse;

    /// <summary>Without the session's secret.</summary>
    public override string ToString() => $"session {SessionId}";

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.NodeId(SessionId);
        writer.NodeId(AuthenticationToken);
        writer.Double(RevisedSessionTimeout);
        writer.ByteString(ServerNonce);
        writer.ByteString(ServerCertificate);
        writer.Array(ServerEndpoints);
        writer.NullArray();
        ServerSignature.Encode(writer);
        writer.UInt32(MaxRequestMessageSize);
    }

    /// <inheritdoc/>
    public static CreateSessionResponse Decode(ref UaReader reader)
    {
        UaResponseHeader header = UaResponseHeader.Decode(ref reader);
        UaNodeId sessionId = reader.NodeId();
        UaNodeId authenticationToken = reader.NodeId();
        double revisedSessionTimeout = reader.Double();
        byte[]? serverNonce = reader.ByteString();
        byte[]? serverCertificate = reader.ByteString();
        IReadOnlyList<EndpointDescription> serverEndpoints = reader.Array<EndpointDescription>();
        reader.Array<SignedSoftwareCertificate>();
        SignatureData serverSignature = SignatureData.Decode(ref reader);
        uint maxRequestMessageSize = reader.UInt32();
        return new CreateSessionResponse(header, sessionId, authenticationToken, revisedSessionTimeout, serverNonce, serverCertificate, serverEndpoints, serverSignature, maxRequestMessageSize);
    }
}
