using System.Security.Cryptography;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>
/// Signs and encrypts, or decrypts and verifies, the chunks of one direction under one token (OPC 10000-6, 6.7.2 and 6.7.6). Its objects are used again for every chunk: nothing is allocated. One
/// thread at a time.
/// </summary>
internal sealed class UaSymmetricCipher : IDisposable
{
    /// <summary>Block and IV of AES.</summary>
    public const int BlockBytes = 16;

    // The padding's own length goes before it.
    private const int PaddingSizeBytes = 1;

    private readonly UaSecurityMode _mode;
    private readonly IncrementalHash? _hmac;
    private readonly Aes? _aes;
    private readonly ICryptoTransform? _transform;

    // AES-CBC as a stream goes on from the last cipher block, but every chunk begins with the token's IV. Making a new transform for each allocates; instead what the stream has is taken out of the first
    // block, and the IV put in: E(last ^ (plain ^ last ^ iv)) = E(plain ^ iv), and the same way back.
    private readonly byte[] _iv = new byte[BlockBytes];
    private readonly byte[] _last = new byte[BlockBytes];

    private UaSymmetricCipher(UaPolicyProfile profile, UaSecurityMode mode, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> seed, bool encrypts)
    {
        _mode = mode;
        if (mode == UaSecurityMode.None) return;
        int signingBytes = UaPolicyProfile.SymmetricSignatureBytes;
        byte[] keys = new byte[signingBytes + profile.SymmetricKeyBytes + BlockBytes];
        UaKeyDerivation.PSha256(secret, seed, keys);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.AsSpan(0, signingBytes));
        if (mode == UaSecurityMode.SignAndEncrypt)
        {
            _aes = Aes.Create();
            _aes.Mode = CipherMode.CBC;
            _aes.Padding = PaddingMode.None;
            byte[] key = keys[signingBytes..(signingBytes + profile.SymmetricKeyBytes)];
            keys.AsSpan(signingBytes + profile.SymmetricKeyBytes).CopyTo(_iv);
            _iv.CopyTo(_last, 0);
            _transform = encrypts ? _aes.CreateEncryptor(key, _iv) : _aes.CreateDecryptor(key, _iv);
            CryptographicOperations.ZeroMemory(key);
        }
        CryptographicOperations.ZeroMemory(keys);
    }

    /// <summary>Bytes behind the body of the fullest chunk, and of every signed one.</summary>
    public int SignatureBytes => _mode == UaSecurityMode.None ? 0 : UaPolicyProfile.SymmetricSignatureBytes;

    /// <summary>For chunks sent: keys from the receiver's nonce and the sender's.</summary>
    public static UaSymmetricCipher ForSending(UaPolicyProfile profile, UaSecurityMode mode, ReadOnlySpan<byte> receiverNonce, ReadOnlySpan<byte> senderNonce) =>
        new(profile, mode, receiverNonce, senderNonce, encrypts: true);

    /// <summary>For chunks received: keys from the receiver's nonce and the sender's.</summary>
    public static UaSymmetricCipher ForReceiving(UaPolicyProfile profile, UaSecurityMode mode, ReadOnlySpan<byte> receiverNonce, ReadOnlySpan<byte> senderNonce) =>
        new(profile, mode, receiverNonce, senderNonce, encrypts: false);

    /// <summary>Most bytes between the clear headers and the padding, sequence header included, of a chunk of at most <paramref name="chunkBytes"/>.</summary>
    public int MostPlainBytes(int chunkBytes, int clearBytes)
    {
        int room = chunkBytes - clearBytes;
        if (_mode == UaSecurityMode.SignAndEncrypt) room = (room / BlockBytes * BlockBytes) - PaddingSizeBytes;
        return room - SignatureBytes;
    }

    /// <summary>Bytes of the whole chunk.</summary>
    /// <param name="clearBytes">Bytes of the headers that stay clear.</param>
    /// <param name="plainBytes">Bytes behind them, without padding and signature.</param>
    public int ChunkBytes(int clearBytes, int plainBytes)
    {
        int inside = plainBytes + SignatureBytes;
        if (_mode == UaSecurityMode.SignAndEncrypt) inside = (inside + PaddingSizeBytes + BlockBytes - 1) / BlockBytes * BlockBytes;
        return clearBytes + inside;
    }

    /// <summary>Pads, signs and encrypts a chunk in place; its headers are final, its size the one of <see cref="ChunkBytes"/>.</summary>
    public void Protect(byte[] bytes, int at, int chunkBytes, int clearBytes, int plainBytes)
    {
        if (_mode == UaSecurityMode.None) return;
        int signatureAt = chunkBytes - SignatureBytes;
        int padding = signatureAt - clearBytes - plainBytes;
        if (padding > 0) bytes.AsSpan(at + clearBytes + plainBytes, padding).Fill((byte)(padding - PaddingSizeBytes));
        _hmac!.AppendData(bytes.AsSpan(at, signatureAt));
        _hmac.GetHashAndReset(bytes.AsSpan(at + signatureAt, SignatureBytes));
        if (_mode != UaSecurityMode.SignAndEncrypt) return;
        int from = at + clearBytes, length = chunkBytes - clearBytes;
        ReplaceChaining(bytes.AsSpan(from, BlockBytes));
        _transform!.TransformBlock(bytes, from, length, bytes, from);
        bytes.AsSpan(from + length - BlockBytes, BlockBytes).CopyTo(_last);
    }

    /// <summary>Decrypts a chunk in place and verifies it.</summary>
    /// <param name="bytes">Where it lies.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="chunkBytes">Its bytes.</param>
    /// <param name="clearBytes">Bytes of its headers that are clear.</param>
    /// <param name="plainBytes">What is behind them, without padding and signature; 0 when it is refused.</param>
    /// <returns>False when it was changed, or is not from whom it should be. Which of the two, and where, is nobody's business.</returns>
    public bool TryUnprotect(byte[] bytes, int at, int chunkBytes, int clearBytes, out int plainBytes)
    {
        plainBytes = chunkBytes - clearBytes;
        if (_mode == UaSecurityMode.None) return true;
        int length = plainBytes;
        plainBytes = 0;
        if (length < SignatureBytes) return false;
        bool encrypted = _mode == UaSecurityMode.SignAndEncrypt;
        if (encrypted)
        {
            if (length % BlockBytes != 0) return false;
            int from = at + clearBytes;
            Span<byte> next = stackalloc byte[BlockBytes];
            bytes.AsSpan(from + length - BlockBytes, BlockBytes).CopyTo(next);
            _transform!.TransformBlock(bytes, from, length, bytes, from);
            ReplaceChaining(bytes.AsSpan(from, BlockBytes));
            next.CopyTo(_last);
        }
        int signatureAt = chunkBytes - SignatureBytes;
        Span<byte> signature = stackalloc byte[UaPolicyProfile.SymmetricSignatureBytes];
        _hmac!.AppendData(bytes.AsSpan(at, signatureAt));
        _hmac.GetHashAndReset(signature);
        if (!CryptographicOperations.FixedTimeEquals(signature, bytes.AsSpan(at + signatureAt, SignatureBytes))) return false;
        int signed = signatureAt - clearBytes;
        if (!encrypted)
        {
            plainBytes = signed;
            return true;
        }
        // Only now, that it is known whose padding it is.
        if (signed < PaddingSizeBytes) return false;
        byte size = bytes[at + signatureAt - 1];
        if (size + PaddingSizeBytes > signed) return false;
        plainBytes = signed - size - PaddingSizeBytes;
        return bytes.AsSpan(at + clearBytes + plainBytes, size + PaddingSizeBytes).IndexOfAnyExcept(size) < 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hmac?.Dispose();
        _transform?.Dispose();
        _aes?.Dispose();
        CryptographicOperations.ZeroMemory(_iv);
    }

    private void ReplaceChaining(Span<byte> block)
    {
        for (int i = 0; i < BlockBytes; i++) block[i] ^= (byte)(_iv[i] ^ _last[i]);
    }
}
