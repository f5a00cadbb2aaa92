namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What StatusCodes mean for a session.</summary>
internal static class UaSessionFaults
{
    /// <summary>Whether the server does not have the session any more, or does not let it be used: a new channel does not help, a new session does.</summary>
    public static bool IsSessionGone(uint status) => status is UaStatusCodes.BadSessionIdInvalid or UaStatusCodes.BadSessionClosed or UaStatusCodes.BadSessionNotActivated;

    /// <summary>
    /// Whether an answer to ActivateSession, of a session that was active before, says that this session will never be active again. Beside those of <see cref="IsSessionGone"/>: a signature or a secret over
    /// a nonce that is not the server's last one. That is what remains of an activation whose answer was lost, or of a server that restarted and gives the same token to somebody else.
    /// </summary>
    public static bool IsNotResumable(uint status) => IsSessionGone(status) || status is UaStatusCodes.BadSecurityChecksFailed or UaStatusCodes.BadNonceInvalid
        or UaStatusCodes.BadApplicationSignatureInvalid or UaStatusCodes.BadUserSignatureInvalid or UaStatusCodes.BadIdentityTokenInvalid or UaStatusCodes.BadIdentityTokenRejected
        or UaStatusCodes.BadUserAccessDenied or UaStatusCodes.BadIdentityChangeNotSupported or UaStatusCodes.BadSecureChannelIdInvalid or UaStatusCodes.BadRequestNotAllowed;

    /// <summary>Whether somebody has to mend something before another try can succeed: a certificate, a user, what is configured. Tried all the same, at the longest pause.</summary>
    public static bool NeedsSomebody(uint status) => status is UaStatusCodes.BadUserAccessDenied or UaStatusCodes.BadIdentityTokenInvalid or UaStatusCodes.BadIdentityTokenRejected
        or UaStatusCodes.BadUserSignatureInvalid or UaStatusCodes.BadSecurityPolicyRejected or UaStatusCodes.BadSecurityModeRejected or UaStatusCodes.BadSecurityModeInsufficient
        or UaStatusCodes.BadCertificateUntrusted or UaStatusCodes.BadCertificateTimeInvalid or UaStatusCodes.BadCertificateIssuerTimeInvalid or UaStatusCodes.BadCertificateHostNameInvalid
        or UaStatusCodes.BadCertificateUriInvalid or UaStatusCodes.BadCertificateUseNotAllowed or UaStatusCodes.BadCertificateChainIncomplete or UaStatusCodes.BadCertificatePolicyCheckFailed
        or UaStatusCodes.BadCertificateInvalid or UaStatusCodes.BadSecurityChecksFailed or UaStatusCodes.BadTcpEndpointUrlInvalid or UaStatusCodes.BadConfigurationError
        or UaStatusCodes.BadLicenseExpired or UaStatusCodes.BadLicenseNotAvailable or UaStatusCodes.BadProtocolVersionUnsupported;
}
