using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Says who uses a session, and moves it to this channel (OPC 10000-4, 5.7.3).</summary>
/// <param name="Header">What every request begins with.</param>
/// <param name="ClientSignature">Over the server's certificate and nonce.</param>
/// <param name="LocaleIds">Languages for texts, best first.</param>
/// <param name="UserIdentityToken">An <see cref="AnonymousIdentityToken"/>, <see cref="UserNameIdentityToken"/> or <see cref="X509IdentityToken"/>; none is anonymous.</param>
/// <param name="UserTokenSignature">By the user's key, over the server's certificate and nonce; empty when the token needs none.</param>
public sealed record ActivateSessionRequest(
    UaRequestHeader Header,
    SignatureData ClientSignature,
    IReadOnlyList<string> LocaleIds,
    UaExtensionObject UserIdentityToken,
    SignatureData UserTokenSignature) : IUaRequest<ActivateSessionRequest>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ActivateSessionRequest;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        ClientSignature.Encode(writer);
        writer.NullArray();
        writer.Strings(LocaleIds);
        UserIdentityToken.Encode(writer);
        UserTokenSignature.Encode(writer);
    }

    /// <inheritdoc/>
    public static ActivateSessionRequest Decode(ref UaReader reader)
    {
        UaRequestHeader header = UaRequestHeader.Decode(ref reader);
        SignatureData clientSignature = SignatureData.Decode(ref reader);
        reader.Array<SignedSoftwareCertificate>();
        IReadOnlyList<string> localeIds = reader.Strings();
        UaExtensionObject userIdentityToken = UaExtensionObject.Decode(ref reader);
        SignatureData userTokenSignature = SignatureData.Decode(ref reader);
        return new ActivateSessionRequest(header, clientSignature, localeIds, userIdentityToken, userTokenSignature);
    }
}

/// <summary>The session is activated.</summary>
/// <param name="Header">What every response begins with.</param>
/// <param name="ServerNonce">Random bytes for the next activation.</param>
/// <param name="Results">About the software certificates.</param>
public sealed record ActivateSessionResponse(
    UaResponseHeader Header,
    byte[]? ServerNonce,
    IReadOnlyList<uint> Results) : IUaResponse<ActivateSessionResponse>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.ActivateSessionResponse;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        Header.Encode(writer);
        writer.ByteString(ServerNonce);
        writer.UInt32s(Results);
        writer.NullArray();
    }

    /// <inheritdoc/>
    public static ActivateSessionResponse Decode(ref UaReader reader)
    {
        ActivateSessionResponse read = new(UaResponseHeader.Decode(ref reader), reader.ByteString(), reader.UInt32s());
        reader.SkipDiagnostics();
        return read;
    }
}
