using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Tests.Unit.OpcUa.Security;

/// <summary>Certificates that tests share: a key takes a tenth of a second to make.</summary>
internal static class TestCertificates
{
    public const string ServerUri = "urn:test:server";
    public const string ClientUri = "urn:test:client";

    private static readonly Lazy<UaCertificate> LazyServer = new(() => UaCertificateMaker.Make(new() { ApplicationUri = ServerUri, Hosts = ["localhost", "127.0.0.1"] }));
    private static readonly Lazy<UaCertificate> LazyClient = new(() => UaCertificateMaker.Make(new() { ApplicationUri = ClientUri, Hosts = ["localhost", "127.0.0.1"] }));

    // More than 2,048 bits: the padding's size has a second byte.
    private static readonly Lazy<UaCertificate> LazyLarge = new(() => UaCertificateMaker.Make(new() { ApplicationUri = ServerUri, Hosts = ["localhost", "127.0.0.1"], KeyBits = 3072 }));

    public static UaCertificate Server => LazyServer.Value;

    public static UaCertificate Client => LazyClient.Value;

    public static UaCertificate Large => LazyLarge.Value;

    /// <summary>Every policy with every mode it has.</summary>
    public static TheoryData<UaSecurityPolicy, UaSecurityMode> Securities
    {
        get
        {
            TheoryData<UaSecurityPolicy, UaSecurityMode> all = new() { { UaSecurityPolicy.None, UaSecurityMode.None } };
            foreach (UaSecurityPolicy policy in Enum.GetValues<UaSecurityPolicy>().Where(p => p != UaSecurityPolicy.None))
            {
                all.Add(policy, UaSecurityMode.Sign);
                all.Add(policy, UaSecurityMode.SignAndEncrypt);
            }
            return all;
        }
    }
}

/// <summary>A store in a folder of its own, which goes with it.</summary>
internal sealed class TestStore : IDisposable
{
    public TestStore(params UaCertificate[] trusted)
    {
        Store = new UaCertificateStore(Directory.CreateTempSubdirectory("ua-store-").FullName);
        foreach (UaCertificate certificate in trusted) File.WriteAllBytes(Path.Combine(Store.Trusted, certificate.Thumbprint + ".der"), certificate.Raw);
    }

    public UaCertificateStore Store { get; }

    public UaCertificateCheck Check => new() { Store = Store };

    public void Dispose() => Directory.Delete(Store.Folder, recursive: true);
}
