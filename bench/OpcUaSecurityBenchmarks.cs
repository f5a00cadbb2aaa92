using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Bench;

/// <summary>A chunk of 64 KiB signed and encrypted, verified and decrypted, beside what the machine's AES-CBC and HMAC-SHA256 take for the same bytes. A figure is the time for one chunk.</summary>
[MemoryDiagnoser]
public class OpcUaSecurityBenchmarks
{
    private const int ChunkBytes = 1 << 16;

    private readonly byte[] _chunk = new byte[ChunkBytes];
    private readonly byte[] _received = new byte[ChunkBytes];
    private readonly byte[] _hash = new byte[HMACSHA256.HashSizeInBytes];
    private UaSymmetricCipher _sending = null!;
    private UaSymmetricCipher _receiving = null!;
    private UaSymmetricCipher _signing = null!;
    private ICryptoTransform _encryptor = null!;
    private ICryptoTransform _decryptor = null!;
    private IncrementalHash _hmac = null!;
    private int _bytes;
    private int _plain;

    [Params(UaSecurityPolicy.Basic256Sha256, UaSecurityPolicy.Aes128Sha256RsaOaep)]
    public UaSecurityPolicy Policy { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        UaPolicyProfile profile = UaPolicyProfile.Of(Policy);
        byte[] own = RandomNumberGenerator.GetBytes(UaPolicyProfile.NonceBytes), peer = RandomNumberGenerator.GetBytes(UaPolicyProfile.NonceBytes);
        _sending = UaSymmetricCipher.ForSending(profile, UaSecurityMode.SignAndEncrypt, peer, own);
        _receiving = UaSymmetricCipher.ForReceiving(profile, UaSecurityMode.SignAndEncrypt, peer, own);
        _signing = UaSymmetricCipher.ForSending(profile, UaSecurityMode.Sign, peer, own);
        _plain = _sending.MostPlainBytes(ChunkBytes, UaChunk.ClearBytes);
        _bytes = _sending.ChunkBytes(UaChunk.ClearBytes, _plain);
        RandomNumberGenerator.Fill(_chunk);
        using Aes aes = Aes.Create();
        aes.Padding = PaddingMode.None;
        byte[] key = RandomNumberGenerator.GetBytes(profile.SymmetricKeyBytes), iv = RandomNumberGenerator.GetBytes(UaSymmetricCipher.BlockBytes);
        _encryptor = aes.CreateEncryptor(key, iv);
        _decryptor = aes.CreateDecryptor(key, iv);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    }

    [Benchmark]
    public void SignAndEncrypt() => _sending.Protect(_chunk, 0, _bytes, UaChunk.ClearBytes, _plain);

    // A chunk can be taken twice: its keys do not know which is next.
    [Benchmark]
    public bool EncryptAndTake()
    {
        _sending.Protect(_chunk, 0, _bytes, UaChunk.ClearBytes, _plain);
        _chunk.CopyTo(_received, 0);
        return _receiving.TryUnprotect(_received, 0, _bytes, UaChunk.ClearBytes, out _) ? true : throw new CryptographicException("A chunk did not come back.");
    }

    [Benchmark]
    public void Sign() => _signing.Protect(_chunk, 0, _bytes, UaChunk.ClearBytes, _bytes - UaChunk.ClearBytes - UaPolicyProfile.SymmetricSignatureBytes);

    [Benchmark(Baseline = true)]
    public int BareEncryptAndHash()
    {
        _hmac.AppendData(_chunk);
        _hmac.GetHashAndReset(_hash);
        return _encryptor.TransformBlock(_chunk, 0, ChunkBytes, _chunk, 0);
    }

    [Benchmark]
    public int BareDecryptAndHash()
    {
        int bytes = _decryptor.TransformBlock(_chunk, 0, ChunkBytes, _chunk, 0);
        _hmac.AppendData(_chunk);
        _hmac.GetHashAndReset(_hash);
        return bytes;
    }
}
