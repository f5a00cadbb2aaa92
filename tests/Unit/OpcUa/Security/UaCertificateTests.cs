using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Tests.Unit.OpcUa.Security;

/// <summary>The store, and each reason for which a certificate is refused.</summary>
public sealed class UaCertificateTests
{
    private static readonly UaPolicyProfile Profile = UaPolicyProfile.Of(UaSecurityPolicy.Basic256Sha256);

    [Fact]
    public void The_own_certificate_is_made_once_says_who_it_is_and_its_key_is_nobody_elses()
    {
        using TestStore store = new();
        UaCertificateRequest request = new() { ApplicationUri = "urn:plant:node", Hosts = ["plant-1", "10.0.0.7"] };
        using UaCertificate made = store.Store.OpenOwn(request), again = store.Store.OpenOwn(request);
        Assert.Equal(made.Thumbprint, again.Thumbprint);
        Assert.Equal("urn:plant:node", again.ApplicationUri);
        Assert.NotNull(again.PrivateKey);
        string key = Directory.GetFiles(Path.Combine(store.Store.Folder, "own"), "*.pem").Single();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        X509KeyUsageFlags usages = made.Certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages;
        foreach (X509KeyUsageFlags needed in (X509KeyUsageFlags[])[X509KeyUsageFlags.DigitalSignature, X509KeyUsageFlags.NonRepudiation, X509KeyUsageFlags.KeyEncipherment, X509KeyUsageFlags.DataEncipherment])
        {
            Assert.True(usages.HasFlag(needed));
        }
        using TestStore believer = new(made);
        believer.Check.Demand(made, Profile, "test", "urn:plant:node", "plant-1");
        believer.Check.Demand(made, Profile, "test", "urn:plant:node", "10.0.0.7");
        File.Delete(key);
        Assert.Contains(key, Assert.Throws<UaException>(() => store.Store.OpenOwn(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_not_trusted_is_kept_named_and_good_once_it_is_trusted()
    {
        using TestStore store = new();
        UaException refused = Refused(store.Check, TestCertificates.Server, UaStatusCodes.BadCertificateUntrusted);
        Assert.Contains($"hyperingest trust {TestCertificates.Server.Thumbprint}", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(store.Store.Rejected, TestCertificates.Server.Thumbprint + ".der")));
        FileNotFoundException none = Assert.Throws<FileNotFoundException>(() => store.Store.Trust("0000"));
        Assert.Contains(TestCertificates.Server.Thumbprint, none.Message, StringComparison.Ordinal);
        Assert.StartsWith(store.Store.Trusted, store.Store.Trust(TestCertificates.Server.Thumbprint[..8].ToLowerInvariant()), StringComparison.Ordinal);
        store.Check.Demand(TestCertificates.Server, Profile, "test");
        Assert.Empty(Directory.GetFiles(store.Store.Rejected));
    }

    [Fact]
    public void Refused_ones_do_not_fill_the_disk()
    {
        using TestStore store = new();
        for (int i = 0; i < UaCertificateStore.MaxRejected + 20; i++) File.WriteAllBytes(Path.Combine(store.Store.Rejected, $"{i}.der"), [1]);
        Refused(store.Check, TestCertificates.Server, UaStatusCodes.BadCertificateUntrusted);
        Assert.Equal(UaCertificateStore.MaxRejected, Directory.GetFiles(store.Store.Rejected).Length);
    }

    [Theory]
    [InlineData(-10, -1)]
    [InlineData(1, 10)]
    public void One_whose_time_is_over_or_to_come_is_refused(int from, int to)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using UaCertificate certificate = UaCertificateMaker.Make(new() { ApplicationUri = "urn:x", NotBefore = now.AddDays(from), NotAfter = now.AddDays(to) });
        using TestStore store = new(certificate);
        Refused(store.Check, certificate, UaStatusCodes.BadCertificateTimeInvalid);
    }

    [Fact]
    public void One_of_another_application_is_refused()
    {
        using TestStore store = new(TestCertificates.Server);
        store.Check.Demand(TestCertificates.Server, Profile, "test", TestCertificates.ServerUri);
        Refused(store.Check, TestCertificates.Server, UaStatusCodes.BadCertificateUriInvalid, uri: "urn:somebody:else");
    }

    [Fact]
    public void One_of_another_host_is_refused_unless_host_names_are_not_checked()
    {
        using TestStore store = new(TestCertificates.Server);
        store.Check.Demand(TestCertificates.Server, Profile, "test", host: "LOCALHOST");
        Refused(store.Check, TestCertificates.Server, UaStatusCodes.BadCertificateHostNameInvalid, host: "press-9");
        Refused(store.Check, TestCertificates.Server, UaStatusCodes.BadCertificateHostNameInvalid, host: "10.1.1.1");
        (store.Check with { HostName = false }).Demand(TestCertificates.Server, Profile, "test", host: "press-9");
    }

    [Fact]
    public void One_whose_key_is_short_or_whose_signature_is_SHA_1_is_refused()
    {
        using UaCertificate small = Made(bits: 1024), old = WithSha1();
        using TestStore store = new(small, old);
        Refused(store.Check, small, UaStatusCodes.BadCertificatePolicyCheckFailed);
        Refused(store.Check, old, UaStatusCodes.BadCertificatePolicyCheckFailed);
    }

    [Fact]
    public void One_that_may_not_be_used_so_is_refused()
    {
        using UaCertificate signsOnly = Made(usages: X509KeyUsageFlags.DigitalSignature), serverOnly = Made(role: "1.3.6.1.5.5.7.3.1");
        using TestStore store = new(signsOnly, serverOnly);
        Refused(store.Check, signsOnly, UaStatusCodes.BadCertificateUseNotAllowed);
        Refused(store.Check, serverOnly, UaStatusCodes.BadCertificateUseNotAllowed);
        (store.Check with { HostName = false }).Demand(serverOnly, Profile, "test", host: "any");
    }

    [Fact]
    public void One_of_a_trusted_issuer_is_trusted_and_one_of_an_issuer_only_known_is_not()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=Plant CA", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        using X509Certificate2 issuer = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddYears(5));
        using UaCertificate leaf = Made(issuer: issuer);
        using TestStore unknown = new();
        Refused(unknown.Check, leaf, UaStatusCodes.BadCertificateChainIncomplete);
        using TestStore known = new();
        File.WriteAllText(Path.Combine(known.Store.Folder, "issuers", "ca.pem"), issuer.ExportCertificatePem());
        Refused(known.Check, leaf, UaStatusCodes.BadCertificateUntrusted);
        using TestStore trusting = new();
        File.WriteAllText(Path.Combine(trusting.Store.Trusted, "ca.pem"), issuer.ExportCertificatePem());
        trusting.Check.Demand(leaf, Profile, "test");
        // A trusted peer is no issuer: what it signed is not trusted.
        using UaCertificate bold = Made(issuer: TestCertificates.Server.Certificate);
        using TestStore careful = new(TestCertificates.Server);
        UaException refused = Assert.Throws<UaException>(() => careful.Check.Demand(bold, Profile, "test"));
        Assert.True(refused.Status is UaStatusCodes.BadCertificateUntrusted or UaStatusCodes.BadCertificateChainIncomplete, refused.Message);
    }

    [Fact]
    public void Bytes_that_are_no_certificate_are_refused()
    {
        foreach (byte[] bytes in (byte[][])[[], [1, 2, 3], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], TestCertificates.Server.Raw[..200], new byte[UaCertificate.MaxBytes + 1]])
        {
            Assert.Equal(UaStatusCodes.BadCertificateInvalid, Assert.Throws<UaException>(() => UaCertificate.Parse(bytes)).Status);
        }
        using UaCertificate chain = UaCertificate.Parse([.. TestCertificates.Server.Raw, .. TestCertificates.Large.Raw]);
        Assert.Equal((TestCertificates.Server.Thumbprint, TestCertificates.Large.Thumbprint), (chain.Thumbprint, Assert.Single(chain.Issuers()).Thumbprint));
    }

    private static UaException Refused(UaCertificateCheck check, UaCertificate certificate, uint status, string? uri = null, string? host = null)
    {
        UaException refused = Assert.Throws<UaException>(() => check.Demand(certificate, Profile, "opc.tcp://test", uri, host));
        Assert.True(status == refused.Status, refused.Message);
        Assert.Contains(certificate.Thumbprint, refused.Message, StringComparison.Ordinal);
        return refused;
    }

    private static UaCertificate Made(int bits = 2048, X509KeyUsageFlags? usages = null, string? role = null, X509Certificate2? issuer = null)
    {
        using RSA key = RSA.Create(bits);
        CertificateRequest request = new("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            usages ?? (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment), critical: true));
        if (role is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(role)], critical: false));
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1), to = DateTimeOffset.UtcNow.AddYears(1);
        if (issuer is null) return UaCertificate.From(request.CreateSelfSigned(from, to));
        using RSA issuing = issuer.GetRSAPrivateKey()!;
        return UaCertificate.From(request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForRSA(issuing, RSASignaturePadding.Pkcs1), from, to, [1, 2, 3, 4]));
    }

    private static UaCertificate WithSha1()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=old", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return UaCertificate.From(request.Create(request.SubjectName, new Sha1Generator(key), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(1), [1, 2, 3, 4]));
    }

    // The platform makes none any more.
    private sealed class Sha1Generator(RSA key) : X509SignatureGenerator
    {
        // sha1WithRSAEncryption with NULL parameters.
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString("300D06092A864886F70D0101050500");

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
