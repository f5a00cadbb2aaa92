using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A signature (OPC 10000-4, 7.37).</summary>
/// <param name="Algorithm">The algorithm's URI; null for no signature.</param>
/// <param name="Signature">The signature.</param>
public readonly record struct SignatureData(string? Algorithm, byte[]? Signature) : IUaMessage<SignatureData>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SignatureData;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.String(Algorithm);
        writer.ByteString(Signature);
    }

    /// <inheritdoc/>
    public static SignatureData Decode(ref UaReader reader) => new(reader.String(), reader.ByteString());
}

/// <summary>A certificate about a product (OPC 10000-4, 7.38): not used any more, yet in the messages.</summary>
/// <param name="CertificateData">The certificate.</param>
/// <param name="Signature">Its signature.</param>
public readonly record struct SignedSoftwareCertificate(byte[]? CertificateData, byte[]? Signature) : IUaMessage<SignedSoftwareCertificate>
{
    /// <inheritdoc/>
    public static uint EncodingId => UaEncodingIds.SignedSoftwareCertificate;

    /// <inheritdoc/>
    public void Encode(UaWriter writer)
    {
        writer.ByteString(CertificateData);
        writer.ByteString(Signature);
    }

    /// <inheritdoc/>
    public static SignedSoftwareCertificate Decode(ref UaReader reader) => new(reader.ByteString(), reader.ByteString());
}
