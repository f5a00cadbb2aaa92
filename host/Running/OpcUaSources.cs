using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperIngest.Host.Configuration;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Running;

/// <summary>Opens what the OPC UA sources of a site need from the disk: folders of certificates, and certificates of users.</summary>
internal static class OpcUaSources
{
    /// <summary>The sources' options, complete. Sources with one folder of certificates share its store.</summary>
    /// <exception cref="IOException">A folder cannot be made, or a file not be read.</exception>
    /// <exception cref="InvalidDataException">A user's certificate or key is none.</exception>
    public static IReadOnlyList<UaSourceOptions> Open(SiteConfiguration site)
    {
        Dictionary<string, UaCertificateStore> stores = new(StringComparer.Ordinal);
        Dictionary<OpcUaUserFiles, UaCertificateIdentity> users = [];
        return [.. site.OpcUaSources.Select(s => s.Options with { Devices = [.. s.Options.Devices.Select(d => d with { Session = Complete(s, d) })] })];

        UaSessionOptions Complete(OpcUaSourceConfiguration source, UaDeviceOptions device)
        {
            UaSessionOptions session = device.Session;
            if (source.UserFiles.TryGetValue(device.Name, out OpcUaUserFiles? files))
            {
                if (!users.TryGetValue(files, out UaCertificateIdentity? user)) users.Add(files, user = UserOf(device.Name, files));
                session = session with { Identity = user };
            }
            // A password may be encrypted for the server's certificate, which must be trusted then, over a channel without security too.
            return session.Policy == UaSecurityPolicy.None && session.Identity is null ? session : session with { Certificates = StoreIn(source.CertificateFolder) };
        }

        UaCertificateStore StoreIn(string folder)
        {
            string path = Path.GetFullPath(folder);
            if (!stores.TryGetValue(path, out UaCertificateStore? store)) stores.Add(path, store = new UaCertificateStore(path));
            return store;
        }
    }

    private static UaCertificateIdentity UserOf(string device, OpcUaUserFiles files)
    {
        try
        {
            return new UaCertificateIdentity(UaCertificate.From(X509Certificate2.CreateFromPemFile(files.Certificate, files.Key)));
        }
        catch (Exception invalid) when (invalid is CryptographicException or UaException)
        {
            throw new InvalidDataException($"device {device}: expected a certificate with an RSA key in user_certificate ({files.Certificate}) and its private key, PEM without password, in user_key ({files.Key}): {invalid.Message}", invalid);
        }
    }
}
