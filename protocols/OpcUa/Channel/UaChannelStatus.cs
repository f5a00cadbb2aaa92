namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>The StatusCodes that a transport and a secure channel give (OPC 10000-6, 7.1.5 and Annex A.2).</summary>
public static class UaChannelStatus
{
    /// <summary>What came is no OPC UA Binary, or not what belongs there.</summary>
    public const uint BadDecodingError = 0x8007_0000;

    /// <summary>Something inside this side failed.</summary>
    public const uint BadInternalError = 0x8002_0000;

    /// <summary>No answer in time.</summary>
    public const uint BadTimeout = 0x800A_0000;

    /// <summary>No connection could be made, or it broke.</summary>
    public const uint BadConnectionClosed = 0x80AE_0000;

    /// <summary>The other side could not be reached.</summary>
    public const uint BadNotConnected = 0x808A_0000;

    /// <summary>A certificate is none, is not the one expected, or is not for this use.</summary>
    public const uint BadCertificateInvalid = 0x8012_0000;

    /// <summary>What came could not be decrypted or its signature is wrong, or a certificate is refused without saying why.</summary>
    public const uint BadSecurityChecksFailed = 0x8013_0000;

    /// <summary>A certificate is not valid yet, or not any more.</summary>
    public const uint BadCertificateTimeInvalid = 0x8014_0000;

    /// <summary>An issuer's certificate is not valid yet, or not any more.</summary>
    public const uint BadCertificateIssuerTimeInvalid = 0x8015_0000;

    /// <summary>The host connected to is not in the certificate.</summary>
    public const uint BadCertificateHostNameInvalid = 0x8016_0000;

    /// <summary>The application's URI is not in the certificate.</summary>
    public const uint BadCertificateUriInvalid = 0x8017_0000;

    /// <summary>The certificate may not be used for this.</summary>
    public const uint BadCertificateUseNotAllowed = 0x8018_0000;

    /// <summary>Nobody trusts the certificate.</summary>
    public const uint BadCertificateUntrusted = 0x801A_0000;

    /// <summary>The certificate's chain cannot be built.</summary>
    public const uint BadCertificateChainIncomplete = 0x810D_0000;

    /// <summary>The key or the signature is weaker, or longer, than the policy takes.</summary>
    public const uint BadCertificatePolicyCheckFailed = 0x8114_0000;

    /// <summary>There is no such channel, or not any more.</summary>
    public const uint BadSecureChannelIdInvalid = 0x8022_0000;

    /// <summary>A nonce is too short.</summary>
    public const uint BadNonceInvalid = 0x8024_0000;

    /// <summary>The security mode is not offered.</summary>
    public const uint BadSecurityModeRejected = 0x8054_0000;

    /// <summary>The security policy is not offered.</summary>
    public const uint BadSecurityPolicyRejected = 0x8055_0000;

    /// <summary>More is asked for than there are resources.</summary>
    public const uint BadTcpNotEnoughResources = 0x8081_0000;

    /// <summary>The type of a message is unknown, or it comes at the wrong time.</summary>
    public const uint BadTcpMessageTypeInvalid = 0x807E_0000;

    /// <summary>The id of a secure channel is not this connection's.</summary>
    public const uint BadTcpSecureChannelUnknown = 0x807F_0000;

    /// <summary>A chunk or a message is larger than was agreed.</summary>
    public const uint BadTcpMessageTooLarge = 0x8080_0000;

    /// <summary>The endpoint's URL is not this server's, or too long.</summary>
    public const uint BadTcpEndpointUrlInvalid = 0x8083_0000;

    /// <summary>The channel was closed.</summary>
    public const uint BadSecureChannelClosed = 0x8086_0000;

    /// <summary>A token is unknown or expired.</summary>
    public const uint BadSecureChannelTokenUnknown = 0x8087_0000;

    /// <summary>A sequence number is not the next.</summary>
    public const uint BadSequenceNumberInvalid = 0x8088_0000;

    /// <summary>The other side speaks a version that this one does not.</summary>
    public const uint BadProtocolVersionUnsupported = 0x80BE_0000;

    /// <summary>A request is larger than the server takes.</summary>
    public const uint BadRequestTooLarge = 0x80B8_0000;

    /// <summary>A response is larger than the client takes.</summary>
    public const uint BadResponseTooLarge = 0x80B9_0000;

    /// <summary>As many requests are under way as may be.</summary>
    public const uint BadTooManyOperations = 0x8010_0000;
}
