using System.Security.Cryptography;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>RSA as the policies use it: block after block, whatever the length.</summary>
internal static class UaRsa
{
    /// <summary>Bytes of a key's block, and of its signature.</summary>
    public static int BlockBytes(RSA key) => key.KeySize / 8;

    /// <summary>Plain bytes in a block.</summary>
    public static int PlainBlockBytes(UaPolicyProfile profile, RSA key) => BlockBytes(key) - profile.EncryptionOverheadBytes;

    /// <summary>Encrypts; the last block may be short.</summary>
    public static byte[] Encrypt(UaPolicyProfile profile, RSA key, ReadOnlySpan<byte> plain)
    {
        int block = BlockBytes(key), plainBlock = PlainBlockBytes(profile, key);
        byte[] cipher = new byte[(plain.Length + plainBlock - 1) / plainBlock * block];
        for (int at = 0; plain.Length > 0; at += block)
        {
            int taken = Math.Min(plainBlock, plain.Length);
            key.Encrypt(plain[..taken], cipher.AsSpan(at, block), profile.Encryption);
            plain = plain[taken..];
        }
        return cipher;
    }

    /// <summary>Decrypts; false when the length is not one of whole blocks or a block is not for this key.</summary>
    public static bool TryDecrypt(UaPolicyProfile profile, RSA key, ReadOnlySpan<byte> cipher, out byte[] plain)
    {
        plain = [];
        int block = BlockBytes(key);
        if (cipher.Length == 0 || cipher.Length % block != 0) return false;
        byte[] decrypted = new byte[cipher.Length];
        int length = 0;
        try
        {
            for (; cipher.Length > 0; cipher = cipher[block..]) length += key.Decrypt(cipher[..block], decrypted.AsSpan(length), profile.Encryption);
        }
        catch (CryptographicException)
        {
            // All that is wrong is one answer: what exactly would be help for whoever tries.
            return false;
        }
        plain = decrypted[..length];
        CryptographicOperations.ZeroMemory(decrypted);
        return true;
    }

    /// <summary>Signs.</summary>
    public static byte[] Sign(UaPolicyProfile profile, RSA key, ReadOnlySpan<byte> data)
    {
        byte[] signature = new byte[BlockBytes(key)];
        key.SignData(data, signature, HashAlgorithmName.SHA256, profile.Signature);
        return signature;
    }

    /// <summary>Verifies a signature.</summary>
    public static bool Verify(UaPolicyProfile profile, RSA key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, profile.Signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
