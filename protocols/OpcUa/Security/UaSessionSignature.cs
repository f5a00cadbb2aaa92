namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>
/// The proof that a peer has the private key of its certificate (OPC 10000-4, 5.7.2 and 5.7.3): a signature over the other side's certificate followed by the other side's nonce, in CreateSession's response
/// and ActivateSession's request, and of an X.509 user token.
/// </summary>
public static class UaSessionSignature
{
    /// <summary>Signs; empty with policy None.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="own">The signer's certificate, with its private key.</param>
    /// <param name="otherCertificate">The other side's certificate, DER, without its chain.</param>
    /// <param name="otherNonce">The nonce the other side gave last.</param>
    public static byte[] Sign(UaSecurityPolicy policy, UaCertificate own, ReadOnlySpan<byte> otherCertificate, ReadOnlySpan<byte> otherNonce)
    {
        if (policy == UaSecurityPolicy.None) return [];
        return UaRsa.Sign(UaPolicyProfile.Of(policy), own.PrivateKey ?? throw new ArgumentException("The signer's certificate has no private key.", nameof(own)), [.. otherCertificate, .. otherNonce]);
    }

    /// <summary>Whether the signature is the signer's, over this side's certificate and nonce; always with policy None, where there is none.</summary>
    public static bool Verify(UaSecurityPolicy policy, UaCertificate signer, ReadOnlySpan<byte> ownCertificate, ReadOnlySpan<byte> ownNonce, ReadOnlySpan<byte> signature) =>
        policy == UaSecurityPolicy.None || UaRsa.Verify(UaPolicyProfile.Of(policy), signer.PublicKey, [.. ownCertificate, .. ownNonce], signature);
}
