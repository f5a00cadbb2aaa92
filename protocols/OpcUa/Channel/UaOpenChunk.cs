using System.Buffers.Binary;
using System.Text;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>The clear part of an OPN chunk (OPC 10000-6, 6.7.2.3).</summary>
/// <param name="ChannelId">The channel; 0 in the first request.</param>
/// <param name="PolicyUri">The URI of the policy, as it came.</param>
/// <param name="SenderCertificate">The sender's certificate with its chain; empty with policy None.</param>
/// <param name="ReceiverThumbprint">The thumbprint of the certificate it was encrypted for; empty with policy None.</param>
/// <param name="ClearBytes">Bytes up to the encrypted part.</param>
internal readonly record struct UaOpenHeader(uint ChannelId, string PolicyUri, byte[] SenderCertificate, byte[] ReceiverThumbprint, int ClearBytes);

/// <summary>The plain part of an OPN chunk.</summary>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="RequestId">Its request.</param>
/// <param name="Body">The message.</param>
internal readonly record struct UaOpened(uint Sequence, uint RequestId, byte[] Body);

/// <summary>
/// OPN chunks: encrypted with the receiver's public key and signed with the sender's private one, whatever the mode, unless the policy is None (OPC 10000-6, 6.7.2 and 6.7.4). Rare, so that it allocates.
/// </summary>
internal static class UaOpenChunk
{
    // The specification's limit for the URI, and the SHA-1 of a thumbprint.
    private const int MaxUriBytes = 255;
    private const int ThumbprintBytes = 20;

    // A key of more bits has blocks of more bytes than one byte of padding size can say.
    private const int LargestBlockOfOneByte = 256;

    /// <summary>A whole chunk.</summary>
    /// <param name="profile">The policy.</param>
    /// <param name="own">The sender's certificate and key; null with policy None.</param>
    /// <param name="peer">The receiver's certificate; null with policy None.</param>
    /// <param name="channelId">The channel, 0 in the first request.</param>
    /// <param name="sequence">The chunk's sequence number.</param>
    /// <param name="requestId">The request.</param>
    /// <param name="body">The message.</param>
    public static byte[] Protect(UaPolicyProfile profile, UaCertificate? own, UaCertificate? peer, uint channelId, uint sequence, uint requestId, ReadOnlySpan<byte> body)
    {
        bool secure = profile.Policy != UaSecurityPolicy.None;
        using UaBuffer clear = new();
        clear.Take(UaChunk.AsymmetricHeaderOffset).Clear();
        UaWriter writer = new(clear);
        writer.String(profile.Uri);
        writer.ByteString(secure ? own!.Chain : null);
        writer.ByteString(secure ? peer!.ThumbprintBytes : null);
        int clearBytes = clear.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(clear.Written[UaChunk.ChannelOffset..], channelId);
        if (!secure)
        {
            UaChunk.WriteSequence(clear.Take(UaChunk.SequenceHeaderBytes), sequence, requestId);
            body.CopyTo(clear.Take(body.Length));
            UaChunk.WriteHeader(clear.Written, UaChunkKind.Open, UaChunk.Final, clear.Length);
            return clear.Written.ToArray();
        }
        int block = UaRsa.BlockBytes(peer!.PublicKey), plainBlock = UaRsa.PlainBlockBytes(profile, peer.PublicKey), signatureBytes = UaRsa.BlockBytes(own!.PrivateKey!);
        int sizeBytes = block > LargestBlockOfOneByte ? 2 : 1;
        int unpadded = UaChunk.SequenceHeaderBytes + body.Length + sizeBytes + signatureBytes;
        int blocks = (unpadded + plainBlock - 1) / plainBlock;
        int padding = (blocks * plainBlock) - unpadded;
        int chunkBytes = clearBytes + (blocks * block);
        UaChunk.WriteHeader(clear.Written, UaChunkKind.Open, UaChunk.Final, chunkBytes);
        UaChunk.WriteSequence(clear.Take(UaChunk.SequenceHeaderBytes), sequence, requestId);
        body.CopyTo(clear.Take(body.Length));
        clear.Take(1 + padding).Fill((byte)padding);
        if (sizeBytes == 2) clear.Take(1)[0] = (byte)(padding >> 8);
        byte[] signature = UaRsa.Sign(profile, own.PrivateKey!, clear.Written);
        signature.CopyTo(clear.Take(signatureBytes));
        byte[] cipher = UaRsa.Encrypt(profile, peer.PublicKey, clear.Written[clearBytes..]);
        return [.. clear.Written[..clearBytes], .. cipher];
    }

    /// <summary>Reads the clear part.</summary>
    /// <exception cref="UaException">It is not as it must be.</exception>
    public static UaOpenHeader ReadHeader(ReadOnlySpan<byte> chunk)
    {
        UaReader reader = new(chunk[UaChunk.AsymmetricHeaderOffset..]);
        ReadOnlySpan<byte> uri = reader.Bytes(), certificate = reader.Bytes(), thumbprint = reader.Bytes();
        if (reader.Fault != UaFault.None || uri.Length > MaxUriBytes || certificate.Length > UaCertificate.MaxBytes || thumbprint.Length is not (0 or ThumbprintBytes))
        {
            throw new UaException(
                UaStatusCodes.BadSecurityChecksFailed,
                $"The security header of an OPN chunk of {chunk.Length} bytes is none: a policy of {uri.Length}, a certificate of {certificate.Length}, a thumbprint of {thumbprint.Length} bytes");
        }
        return new UaOpenHeader(
            UaChunk.UInt32At(chunk, UaChunk.ChannelOffset), Encoding.UTF8.GetString(uri), certificate.ToArray(), thumbprint.ToArray(), UaChunk.AsymmetricHeaderOffset + reader.Position);
    }

    /// <summary>Decrypts and verifies.</summary>
    /// <param name="profile">The policy.</param>
    /// <param name="own">The receiver's certificate and key; null with policy None.</param>
    /// <param name="peer">The sender's certificate; null with policy None.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="clearBytes">Of its header.</param>
    /// <exception cref="UaException">It was changed, or is not from the sender, or not for the receiver.</exception>
    public static UaOpened Unprotect(UaPolicyProfile profile, UaCertificate? own, UaCertificate? peer, ReadOnlySpan<byte> chunk, int clearBytes)
    {
        if (profile.Policy == UaSecurityPolicy.None)
        {
            ReadOnlySpan<byte> open = chunk[clearBytes..];
            return open.Length < UaChunk.SequenceHeaderBytes ? throw Refused() : Opened(open);
        }
        if (!UaRsa.TryDecrypt(profile, own!.PrivateKey!, chunk[clearBytes..], out byte[] plain)) throw Refused();
        int signed = plain.Length - UaRsa.BlockBytes(peer!.PublicKey);
        if (signed < UaChunk.SequenceHeaderBytes || !UaRsa.Verify(profile, peer.PublicKey, [.. chunk[..clearBytes], .. plain.AsSpan(0, signed)], plain.AsSpan(signed))) throw Refused();
        bool large = UaRsa.BlockBytes(own.PrivateKey!) > LargestBlockOfOneByte;
        int end = signed - (large ? 1 : 0);
        byte low = plain[end - 1];
        int padding = low + (large ? plain[end] << 8 : 0) + 1;
        int length = end - padding;
        if (length < UaChunk.SequenceHeaderBytes || plain.AsSpan(length, padding).IndexOfAnyExcept(low) >= 0) throw Refused();
        return Opened(plain.AsSpan(0, length));
    }

    private static UaOpened Opened(ReadOnlySpan<byte> open) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(open), BinaryPrimitives.ReadUInt32LittleEndian(open[4..]), open[UaChunk.SequenceHeaderBytes..].ToArray());

    private static UaException Refused() => new(UaStatusCodes.BadSecurityChecksFailed, "An OPN chunk was changed on its way, is not from the sender it names, or not for this receiver");
}
