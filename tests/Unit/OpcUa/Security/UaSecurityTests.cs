using System.Text;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Tests.Unit.OpcUa.Security;

/// <summary>Keys, signatures and encryption, without a channel.</summary>
public sealed class UaSecurityTests
{
    private static readonly byte[] OneNonce = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] OtherNonce = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    public static TheoryData<UaSecurityPolicy, UaSecurityMode> Securities => TestCertificates.Securities;

    // The first is the vector published for TLS 1.2's P_SHA256 (secret, "test label" and seed); the second was computed with Python's hmac.
    [Theory]
    [InlineData(
        "9bbe436ba940f017b17652849a71db35", "74657374206c6162656ca0ba9f936cda311827a6f796ffd5198c",
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66")]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283",
        "5d667f3542df4c0d18c2edc05d8fecbf7beb6a0a0403e76e1e91719689d1ecd81cdf20ea137039545580dbadc02dc68572e6506f48406debe0a2f12bc59e7c015e6332cea56dc081cef88b3e8fc6629c")]
    public void P_SHA256_gives_the_bytes_known_for_it(string secret, string seed, string expected)
    {
        byte[] keys = new byte[expected.Length / 2];
        UaKeyDerivation.PSha256(Convert.FromHexString(secret), Convert.FromHexString(seed), keys);
        Assert.Equal(expected, Convert.ToHexStringLower(keys));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_chunk_of_any_length_comes_back_and_the_next_one_too(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        using UaSymmetricCipher sending = UaSymmetricCipher.ForSending(UaPolicyProfile.Of(policy), mode, OneNonce, OtherNonce);
        using UaSymmetricCipher receiving = UaSymmetricCipher.ForReceiving(UaPolicyProfile.Of(policy), mode, OneNonce, OtherNonce);
        for (int plain = 8; plain < 80; plain++)
        {
            byte[] chunk = Protected(sending, plain, out byte[] before);
            Assert.True(receiving.TryUnprotect(chunk, 0, chunk.Length, UaChunk.ClearBytes, out int got));
            Assert.Equal(plain, got);
            Assert.Equal(before, chunk[..(UaChunk.ClearBytes + plain)]);
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void The_fullest_chunk_is_no_larger_than_agreed_and_one_byte_more_would_be(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        using UaSymmetricCipher cipher = UaSymmetricCipher.ForSending(UaPolicyProfile.Of(policy), mode, OneNonce, OtherNonce);
        for (int chunk = 8192; chunk < 8224; chunk++)
        {
            int most = cipher.MostPlainBytes(chunk, UaChunk.ClearBytes);
            Assert.InRange(cipher.ChunkBytes(UaChunk.ClearBytes, most), 1, chunk);
            Assert.True(cipher.ChunkBytes(UaChunk.ClearBytes, most + 1) > chunk);
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_bit_changed_anywhere_in_a_chunk_is_refused(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        if (mode == UaSecurityMode.None) return;
        UaPolicyProfile profile = UaPolicyProfile.Of(policy);
        using UaSymmetricCipher sending = UaSymmetricCipher.ForSending(profile, mode, OneNonce, OtherNonce);
        byte[] whole = Protected(sending, 77, out _);
        for (int at = 0; at < whole.Length; at++)
        {
            using UaSymmetricCipher receiving = UaSymmetricCipher.ForReceiving(profile, mode, OneNonce, OtherNonce);
            byte[] changed = [.. whole];
            changed[at] ^= (byte)(1 << (at % 8));
            Assert.False(receiving.TryUnprotect(changed, 0, changed.Length, UaChunk.ClearBytes, out int plain));
            Assert.Equal(0, plain);
        }
        for (int length = UaChunk.ClearBytes; length < whole.Length; length++)
        {
            using UaSymmetricCipher receiving = UaSymmetricCipher.ForReceiving(profile, mode, OneNonce, OtherNonce);
            Assert.False(receiving.TryUnprotect([.. whole], 0, length, UaChunk.ClearBytes, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Protecting_a_chunk_allocates_nothing(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        using UaSymmetricCipher sending = UaSymmetricCipher.ForSending(UaPolicyProfile.Of(policy), mode, OneNonce, OtherNonce);
        using UaSymmetricCipher receiving = UaSymmetricCipher.ForReceiving(UaPolicyProfile.Of(policy), mode, OneNonce, OtherNonce);
        const int plain = 4000;
        byte[] chunk = new byte[sending.ChunkBytes(UaChunk.ClearBytes, plain)];
        int refused = 0;
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                sending.Protect(chunk, 0, chunk.Length, UaChunk.ClearBytes, plain);
                if (!receiving.TryUnprotect(chunk, 0, chunk.Length, UaChunk.ClearBytes, out _)) refused++;
            }
            if (warm == 1) Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, refused);
    }

    [Theory]
    [InlineData(UaSecurityPolicy.Basic256Sha256)]
    [InlineData(UaSecurityPolicy.Aes128Sha256RsaOaep)]
    [InlineData(UaSecurityPolicy.Aes256Sha256RsaPss)]
    public void An_open_chunk_comes_back_and_a_changed_byte_is_refused(UaSecurityPolicy policy)
    {
        UaPolicyProfile profile = UaPolicyProfile.Of(policy);
        foreach (UaCertificate receiver in (UaCertificate[])[TestCertificates.Server, TestCertificates.Large])
        {
            for (int size = 100; size < 600; size += 61)
            {
                byte[] body = new byte[size];
                Random.Shared.NextBytes(body);
                byte[] chunk = UaOpenChunk.Protect(profile, TestCertificates.Client, receiver, 5, 6, 7, body);
                UaOpenHeader header = UaOpenChunk.ReadHeader(chunk);
                Assert.Equal((5u, profile.Uri), (header.ChannelId, header.PolicyUri));
                UaOpened opened = UaOpenChunk.Unprotect(profile, receiver, TestCertificates.Client, chunk, header.ClearBytes);
                Assert.Equal((6u, 7u), (opened.Sequence, opened.RequestId));
                Assert.Equal(body, opened.Body);
            }
        }
        byte[] whole = UaOpenChunk.Protect(profile, TestCertificates.Client, TestCertificates.Server, 5, 6, 7, new byte[150]);
        int clear = UaOpenChunk.ReadHeader(whole).ClearBytes;
        for (int at = 0; at < whole.Length; at += 11)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            UaException refused = Assert.Throws<UaException>(() => UaOpenChunk.Unprotect(profile, TestCertificates.Server, TestCertificates.Client, changed, clear));
            Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, refused.Status);
        }
    }

    [Theory]
    [InlineData(UaSecurityPolicy.None)]
    [InlineData(UaSecurityPolicy.Basic256Sha256)]
    [InlineData(UaSecurityPolicy.Aes128Sha256RsaOaep)]
    [InlineData(UaSecurityPolicy.Aes256Sha256RsaPss)]
    public void A_password_comes_to_its_server_and_cannot_be_sent_again(UaSecurityPolicy policy)
    {
        foreach (string password in (string[])["", "pässwörd", new string('x', 500)])
        {
            byte[] secret = Encoding.UTF8.GetBytes(password);
            byte[] cipher = UaTokenSecret.Encrypt(policy, TestCertificates.Server, secret, OneNonce);
            Assert.True(UaTokenSecret.TryDecrypt(policy, TestCertificates.Server, cipher, OneNonce, out byte[] got));
            Assert.Equal(secret, got);
            if (policy == UaSecurityPolicy.None) continue;
            Assert.False(UaTokenSecret.TryDecrypt(policy, TestCertificates.Server, cipher, OtherNonce, out got));
            Assert.Empty(got);
            Assert.False(UaTokenSecret.TryDecrypt(policy, TestCertificates.Client, cipher, OneNonce, out _));
            cipher[^1] ^= 1;
            Assert.False(UaTokenSecret.TryDecrypt(policy, TestCertificates.Server, cipher, OneNonce, out _));
        }
    }

    [Theory]
    [InlineData(UaSecurityPolicy.Basic256Sha256)]
    [InlineData(UaSecurityPolicy.Aes128Sha256RsaOaep)]
    [InlineData(UaSecurityPolicy.Aes256Sha256RsaPss)]
    public void A_session_signature_is_the_signers_for_that_certificate_and_nonce_only(UaSecurityPolicy policy)
    {
        byte[] signature = UaSessionSignature.Sign(policy, TestCertificates.Client, TestCertificates.Server.Raw, OneNonce);
        Assert.True(UaSessionSignature.Verify(policy, TestCertificates.Client, TestCertificates.Server.Raw, OneNonce, signature));
        Assert.False(UaSessionSignature.Verify(policy, TestCertificates.Client, TestCertificates.Server.Raw, OtherNonce, signature));
        Assert.False(UaSessionSignature.Verify(policy, TestCertificates.Client, TestCertificates.Large.Raw, OneNonce, signature));
        Assert.False(UaSessionSignature.Verify(policy, TestCertificates.Server, TestCertificates.Server.Raw, OneNonce, signature));
        Assert.False(UaSessionSignature.Verify(policy, TestCertificates.Client, TestCertificates.Server.Raw, OneNonce, []));
    }

    [Fact]
    public void Policies_are_found_by_their_URI_and_the_withdrawn_ones_are_not()
    {
        foreach (UaSecurityPolicy policy in Enum.GetValues<UaSecurityPolicy>())
        {
            Assert.True(UaPolicyProfile.TryFind(UaPolicyProfile.Of(policy).Uri, out UaPolicyProfile found));
            Assert.Equal(policy, found.Policy);
        }
        Assert.False(UaPolicyProfile.TryFind("http://opcfoundation.org/UA/SecurityPolicy#Basic256", out _));
        Assert.False(UaPolicyProfile.TryFind("http://opcfoundation.org/UA/SecurityPolicy#Basic128Rsa15", out _));
        Assert.False(UaPolicyProfile.TryFind("", out _));
    }

    private static byte[] Protected(UaSymmetricCipher cipher, int plain, out byte[] before)
    {
        byte[] chunk = new byte[cipher.ChunkBytes(UaChunk.ClearBytes, plain)];
        new Random(plain).NextBytes(chunk.AsSpan(0, UaChunk.ClearBytes + plain));
        before = chunk[..(UaChunk.ClearBytes + plain)];
        cipher.Protect(chunk, 0, chunk.Length, UaChunk.ClearBytes, plain);
        return chunk;
    }
}
