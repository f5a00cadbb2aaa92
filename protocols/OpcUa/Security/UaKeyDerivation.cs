using System.Security.Cryptography;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>P_SHA256 (OPC 10000-6, 6.7.5; RFC 5246, 5): the keys of a channel out of the two nonces.</summary>
public static class UaKeyDerivation
{
    /// <summary>Fills <paramref name="keys"/>.</summary>
    /// <param name="secret">The receiver's nonce.</param>
    /// <param name="seed">The sender's nonce.</param>
    /// <param name="keys">Any length.</param>
    public static void PSha256(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> seed, Span<byte> keys)
    {
        // A(1) = HMAC(secret, seed), A(i) = HMAC(secret, A(i-1)); each block is HMAC(secret, A(i) + seed).
        byte[] input = new byte[HMACSHA256.HashSizeInBytes + seed.Length];
        Span<byte> a = input.AsSpan(0, HMACSHA256.HashSizeInBytes);
        seed.CopyTo(input.AsSpan(a.Length));
        HMACSHA256.HashData(secret, seed, a);
        Span<byte> block = stackalloc byte[HMACSHA256.HashSizeInBytes];
        while (keys.Length > 0)
        {
            HMACSHA256.HashData(secret, input, block);
            int taken = Math.Min(block.Length, keys.Length);
            block[..taken].CopyTo(keys);
            keys = keys[taken..];
            HMACSHA256.HashData(secret, a, a);
        }
        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(input);
    }
}
