using System.Diagnostics;
using System.Security.Cryptography;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>
/// What the machine's AES-CBC and HMAC-SHA256 alone take: one thread signs and encrypts chunks as a server does, another one decrypts and verifies them as a client does, both at once, for as many bytes as the
/// readings are on the wire. The slower of the two is the ceiling: every reading goes through both.
/// </summary>
internal static class SecurityCeiling
{
    // The chunk that both sides of the product have by default.
    private const int ChunkBytes = 1 << 16;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    /// <summary>Measures it.</summary>
    /// <param name="policy">The policy; not None.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="bytesPerReading">Bytes of a reading on the wire.</param>
    public static Ceiling Measure(UaSecurityPolicy policy, UaSecurityMode mode, double bytesPerReading)
    {
        byte[] key = RandomNumberGenerator.GetBytes(UaPolicyProfile.Of(policy).SymmetricKeyBytes);
        long[] bytes = new long[2];
        Thread[] sides = [.. Enumerable.Range(0, 2).Select(side => new Thread(() => bytes[side] = Run(key, mode, encrypts: side == 0)) { IsBackground = true, Name = "ceiling" })];
        foreach (Thread side in sides) side.Start();
        foreach (Thread side in sides) side.Join();
        long slower = bytes.Min();
        string what = mode == UaSecurityMode.SignAndEncrypt ? $"AES-{key.Length * 8}-CBC and HMAC-SHA256" : "HMAC-SHA256";
        return new Ceiling(
            $"the machine's {what} alone ({OpcUaSessionSchema.Policies.Format(policy)}), both ways, {bytesPerReading:0.0} bytes a reading", slower / Time.TotalSeconds / bytesPerReading, (long)(slower / bytesPerReading));
    }

    private static long Run(byte[] key, UaSecurityMode mode, bool encrypts)
    {
        using Aes aes = Aes.Create();
        aes.Padding = PaddingMode.None;
        byte[] iv = new byte[aes.BlockSize / 8], chunk = RandomNumberGenerator.GetBytes(ChunkBytes), hash = new byte[HMACSHA256.HashSizeInBytes];
        using ICryptoTransform transform = encrypts ? aes.CreateEncryptor(key, iv) : aes.CreateDecryptor(key, iv);
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        long began = Stopwatch.GetTimestamp(), bytes = 0;
        TimeSpan elapsed;
        while ((elapsed = Stopwatch.GetElapsedTime(began)) < WarmUp + Time)
        {
            hmac.AppendData(chunk);
            hmac.GetHashAndReset(hash);
            if (mode == UaSecurityMode.SignAndEncrypt) transform.TransformBlock(chunk, 0, ChunkBytes, chunk, 0);
            if (elapsed >= WarmUp) bytes += ChunkBytes;
        }
        return bytes;
    }
}
