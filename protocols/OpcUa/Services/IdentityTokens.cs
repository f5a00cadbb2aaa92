using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Somebody (OPC 10000-4, 7.40.3).</summary>
/// <param name="PolicyId">The endpoint's name for this way to log in.</param>
public readonly record struct AnonymousIdentityToken(string? PolicyId) : IUaMessage<AnonymousIdentityToken>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.AnonymousIdentityToken;

    /// <inheritdoc/>
    public void Encode(UaWriter writer) => writer.String(PolicyId);

    /// <inheritdoc/>
    public static AnonymousIdentityToken Decode(ref UaReader reader) => new(reader.String());
}

/// <summary>Somebody with a password (OPC 10000-4, 7.40.4). Never logged.</summary>
/// <param name="PolicyId">The endpoint's name for this way to log in.</param>
/// <param name="UserName">The name.</param>
/// <param name="Password">The password, UTF-8, encrypted as <paramref name="EncryptionAlgorithm"/> says.</param>
/// <param name="EncryptionAlgorithm">The URI of what it is encrypted with; null or empty for not at all.</param>
public sealed record UserNameIdentityToken(
    string? PolicyId,
    string? UserName,
    byte[]? Password,
    string? EncryptionAlgorithm) : IUaMessage<UserNameIdentityToken>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.UserNameIdentityToken;

    /// <summary>Without the password.</summary>
    public override string ToString() => $"user name token, policy {PolicyId}";

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(PolicyId);
        writer.String(UserName);
        writer.ByteString(Password);
        writer.String(EncryptionAlgorithm);
    }

    /// <inheritdoc/>
    public static UserNameIdentityToken Decode(ref UaReader reader) => new(
        reader.String(),
        reader.String(),
        reader.ByteString(),
        reader.String());
}

/// <summary>Somebody with a certificate; the request's user token signature proves that the key is his (OPC 10000-4, 7.40.5).</summary>
/// <param name="PolicyId">The endpoint's name for this way to log in.</param>
/// <param name="CertificateData">The certificate, DER.</param>
public sealed record X509IdentityToken(string? PolicyId, byte[]? CertificateData) : IUaMessage<X509IdentityToken>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.X509IdentityToken;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(PolicyId);
        writer.ByteString(CertificateData);
    }

    /// <inheritdoc/>
    public static X509IdentityToken Decode(ref UaReader reader) => new(reader.String(), reader.ByteString());
}
