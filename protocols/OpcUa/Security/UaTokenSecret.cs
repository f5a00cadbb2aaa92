using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>The secret of a user token, a password, on its way (OPC 10000-4, 7.41.2.2, "legacy" format): its length with the nonce's, the secret, the server's last nonce; encrypted with the server's key.</summary>
public static class UaTokenSecret
{
    /// <summary>Most bytes of a secret taken.</summary>
    public const int MaxSecretBytes = 16 * 1024;

    /// <summary>Encrypts; with policy None the secret as it is.</summary>
    /// <param name="policy">The policy of the user token, or the endpoint's where the token names none.</param>
    /// <param name="server">The server's certificate.</param>
    /// <param name="secret">The password as UTF-8.</param>
    /// <param name="serverNonce">The nonce the server gave last: what was recorded cannot be sent again.</param>
    public static byte[] Encrypt(UaSecurityPolicy policy, UaCertificate server, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> serverNonce)
    {
        if (policy == UaSecurityPolicy.None) return secret.ToArray();
        byte[] plain = new byte[sizeof(int) + secret.Length + serverNonce.Length];
        BinaryPrimitives.WriteInt32LittleEndian(plain, secret.Length + serverNonce.Length);
        secret.CopyTo(plain.AsSpan(sizeof(int)));
        serverNonce.CopyTo(plain.AsSpan(sizeof(int) + secret.Length));
        byte[] cipher = UaRsa.Encrypt(UaPolicyProfile.Of(policy), server.PublicKey, plain);
        CryptographicOperations.ZeroMemory(plain);
        return cipher;
    }

    /// <summary>Decrypts; false when it is not for this server, or not made for this nonce.</summary>
    public static bool TryDecrypt(UaSecurityPolicy policy, UaCertificate server, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> serverNonce, out byte[] secret)
    {
        secret = [];
        if (cipher.Length > MaxSecretBytes) return false;
        if (policy == UaSecurityPolicy.None)
        {
            secret = cipher.ToArray();
            return true;
        }
        if (server.PrivateKey is null || !UaRsa.TryDecrypt(UaPolicyProfile.Of(policy), server.PrivateKey, cipher, out byte[] plain)) return false;
        int length = plain.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(plain);
        // Some clients fill the last block up: what is behind the length is nobody's.
        bool fits = length >= serverNonce.Length && length <= plain.Length - sizeof(int);
        bool fresh = fits && CryptographicOperations.FixedTimeEquals(plain.AsSpan(sizeof(int) + length - serverNonce.Length, serverNonce.Length), serverNonce);
        if (fresh) secret = plain[sizeof(int)..(sizeof(int) + length - serverNonce.Length)];
        CryptographicOperations.ZeroMemory(plain);
        return fresh;
    }
}
