using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>
/// The folders of an application's certificates: <c>own/</c> has its certificate and private key, <c>trusted/</c> those of peers, or of issuers whose certificates are all trusted, <c>issuers/</c> those
/// needed to build a chain but not trusted by themselves, <c>rejected/</c> those of peers that were refused. Files are DER or PEM. The folders are read at every check: a file put in is good at once.
/// </summary>
public sealed class UaCertificateStore
{
    /// <summary>Most files kept in <c>rejected/</c>: whoever connects may bring a certificate, and must not fill the disk.</summary>
    public const int MaxRejected = 100;

    private const string CertificateFile = "hyperingest.der";
    private const string KeyFile = "hyperingest.pem";

    // Two connections may be refused at once.
    private readonly Lock _rejecting = new();

    // Sessions that share the store may ask for the own certificate at once: one makes it.
    private readonly Lock _making = new();

    /// <summary>A store in a folder; its folders are made.</summary>
    /// <exception cref="IOException">They cannot be made.</exception>
    public UaCertificateStore(string folder)
    {
        Folder = folder;
        foreach (string name in (string[])["own", "trusted", "issuers", "rejected"]) Directory.CreateDirectory(Path.Combine(folder, name));
        // What is under it decides whom this node believes, and is whom it says it is.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, "own"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Where trusted certificates are put.</summary>
    public string Trusted => Path.Combine(Folder, "trusted");

    /// <summary>Where refused certificates are found.</summary>
    public string Rejected => Path.Combine(Folder, "rejected");

    internal string IssuersFolder => Path.Combine(Folder, "issuers");

    private string Own => Path.Combine(Folder, "own");

    /// <summary>The application's own certificate and key; made when there is none yet.</summary>
    /// <exception cref="UaException">The files are there and cannot be used.</exception>
    public UaCertificate OpenOwn(UaCertificateRequest request)
    {
        string certificate = Path.Combine(Own, CertificateFile), key = Path.Combine(Own, KeyFile);
        lock (_making)
        {
            if (!File.Exists(certificate) && !File.Exists(key)) return MakeOwn(request, certificate, key);
        }
        try
        {
            using X509Certificate2 without = Load(certificate);
            using RSA privateKey = RSA.Create();
            privateKey.ImportFromPem(File.ReadAllText(key));
            return UaCertificate.From(without.CopyWithPrivateKey(privateKey));
        }
        catch (Exception invalid) when (invalid is CryptographicException or ArgumentException or FileNotFoundException)
        {
            throw new UaException(
                UaStatusCodes.BadCertificateInvalid,
                $"Expected an RSA certificate in {certificate} and its private key, PEM without password, in {key}: {invalid.Message}. Put both there, or remove both to have new ones made", invalid);
        }
    }

    /// <summary>Moves a refused certificate to <c>trusted/</c>.</summary>
    /// <param name="thumbprint">Its thumbprint, or the first digits of it.</param>
    /// <returns>The file it is in now.</returns>
    /// <exception cref="FileNotFoundException">None, or more than one, of the refused certificates begins so; the message says which there are.</exception>
    public string Trust(string thumbprint)
    {
        List<(string File, string Thumbprint, string Subject)> rejected = [.. Certificates(Rejected).Select(c => (c.File, c.Certificate.Thumbprint, c.Certificate.Subject))];
        string wanted = thumbprint.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        List<(string File, string Thumbprint, string Subject)> found = [.. rejected.Where(c => wanted.Length > 0 && c.Thumbprint.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))];
        if (found.Count != 1)
        {
            string there = rejected.Count == 0 ? "none" : string.Join(", ", rejected.Select(c => $"{c.Thumbprint} ({c.Subject})"));
            throw new FileNotFoundException($"Expected one refused certificate whose thumbprint begins with '{thumbprint}' in {Rejected}, found {found.Count}; there are: {there}.");
        }
        string target = Path.Combine(Trusted, Path.GetFileName(found[0].File));
        File.Move(found[0].File, target, overwrite: true);
        return target;
    }

    /// <summary>The refused certificates, each the caller's to dispose of, and the files they are in.</summary>
    public IEnumerable<(string File, UaCertificate Certificate)> RejectedCertificates()
    {
        foreach ((string file, X509Certificate2 certificate) in Certificates(Rejected))
        {
            UaCertificate rejected;
            try
            {
                rejected = UaCertificate.From(certificate);
            }
            catch (UaException)
            {
                // A certificate, and none of OPC UA: somebody put it there, no check did.
                continue;
            }
            yield return (file, rejected);
        }
    }

    /// <summary>Keeps a refused certificate, so that it can be trusted; the oldest goes when there are too many.</summary>
    internal string KeepRejected(UaCertificate certificate)
    {
        string file = Path.Combine(Rejected, certificate.Thumbprint + ".der");
        lock (_rejecting)
        {
            if (File.Exists(file)) return file;
            FileInfo[] files = [.. new DirectoryInfo(Rejected).GetFiles().OrderBy(f => f.LastWriteTimeUtc)];
            for (int i = 0; i <= files.Length - MaxRejected; i++) files[i].Delete();
            File.WriteAllBytes(file, certificate.Raw);
            return file;
        }
    }

    /// <summary>The certificates in a folder; files that are none are passed over, for a folder may have a note or a list of revoked ones.</summary>
    internal static IEnumerable<(string File, X509Certificate2 Certificate)> Certificates(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            X509Certificate2 certificate;
            try
            {
                if (new FileInfo(file).Length > UaCertificate.MaxBytes) continue;
                certificate = Load(file);
            }
            catch (Exception other) when (other is CryptographicException or FileNotFoundException)
            {
                continue;
            }
            yield return (file, certificate);
        }
    }

    private static X509Certificate2 Load(string file) => X509CertificateLoader.LoadCertificateFromFile(file);

    private static UaCertificate MakeOwn(UaCertificateRequest request, string certificate, string key)
    {
        UaCertificate made = UaCertificateMaker.Make(request);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // Nobody else reads it, not even before its rights are set.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter file = new(key, options)) file.Write(made.PrivateKey!.ExportPkcs8PrivateKeyPem());
        // Last: without it the key is not looked for.
        File.WriteAllBytes(certificate, made.Raw);
        return made;
    }
}
