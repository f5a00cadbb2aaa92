using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>How a user says who he is (OPC 10000-4, 7.42).</summary>
public enum UserTokenType
{
    /// <summary>Not at all.</summary>
    Anonymous = 0,

    /// <summary>By name and password.</summary>
    UserName = 1,

    /// <summary>By a certificate.</summary>
    Certificate = 2,

    /// <summary>By a token of somebody else's, which this product does not have.</summary>
    IssuedToken = 3,
}

/// <summary>A way to log in that an endpoint takes (OPC 10000-4, 7.41).</summary>
/// <param name="PolicyId">Its name; a token has it again.</param>
/// <param name="TokenType">How.</param>
/// <param name="IssuedTokenType">The kind of an issued token.</param>
/// <param name="IssuerEndpointUrl">Where an issued token comes from.</param>
/// <param name="SecurityPolicyUri">The policy a secret is encrypted or signed with; null or empty for the endpoint's own.</param>
public sealed record UserTokenPolicy(
    string? PolicyId,
    UserTokenType TokenType,
    string? IssuedTokenType,
    string? IssuerEndpointUrl,
    string? SecurityPolicyUri) : IUaMessage<UserTokenPolicy>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.UserTokenPolicy;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(PolicyId);
        writer.Int32((int)TokenType);
        writer.String(IssuedTokenType);
        writer.String(IssuerEndpointUrl);
        writer.String(SecurityPolicyUri);
    }

    /// <inheritdoc/>
    public static UserTokenPolicy Decode(ref UaReader reader) => new(
        reader.String(),
        (UserTokenType)reader.Int32(),
        reader.String(),
        reader.String(),
        reader.String());
}

/// <summary>A way to connect to a server (OPC 10000-4, 7.14).</summary>
/// <param name="EndpointUrl">Where.</param>
/// <param name="Server">Whose it is.</param>
/// <param name="ServerCertificate">The server's certificate, DER, perhaps with its issuers behind it.</param>
/// <param name="SecurityMode">What is done to messages.</param>
/// <param name="SecurityPolicyUri">How it is done.</param>
/// <param name="UserIdentityTokens">The ways to log in.</param>
/// <param name="TransportProfileUri">The transport and encoding.</param>
/// <param name="SecurityLevel">The server's own order of its endpoints: more is safer.</param>
public sealed record EndpointDescription(
    string? EndpointUrl,
    ApplicationDescription Server,
    byte[]? ServerCertificate,
    UaSecurityMode SecurityMode,
    string? SecurityPolicyUri,
    IReadOnlyList<UserTokenPolicy> UserIdentityTokens,
    string? TransportProfileUri,
    byte SecurityLevel) : IUaMessage<EndpointDescription>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.EndpointDescription;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(EndpointUrl);
        Server.Encode(writer);
        writer.ByteString(ServerCertificate);
        writer.Int32((int)SecurityMode);
        writer.String(SecurityPolicyUri);
        writer.Array(UserIdentityTokens);
        writer.String(TransportProfileUri);
        writer.Byte(SecurityLevel);
    }

    /// <inheritdoc/>
    public static EndpointDescription Decode(ref UaReader reader) => new(
        reader.String(),
        ApplicationDescription.Decode(ref reader),
        reader.ByteString(),
        (UaSecurityMode)reader.Int32(),
        reader.String(),
        reader.Array<UserTokenPolicy>(),
        reader.String(),
        reader.Byte());
}
