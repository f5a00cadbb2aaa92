using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>What a certificate says, for people and programs.</summary>
/// <param name="Thumbprint">By which it is trusted.</param>
/// <param name="Subject">Whose it is.</param>
/// <param name="Issuer">Who signed it; the subject where it did so itself.</param>
/// <param name="Application">The application's URI; null when it names none.</param>
/// <param name="Hosts">The hosts it names.</param>
/// <param name="ValidFrom">From when on.</param>
/// <param name="ValidTo">Until when.</param>
internal sealed record CertificateSummary(string Thumbprint, string Subject, string Issuer, string? Application, IReadOnlyList<string> Hosts, DateTime ValidFrom, DateTime ValidTo)
{
    /// <summary>Of a certificate.</summary>
    public static CertificateSummary Of(UaCertificate certificate)
    {
        X509Certificate2 x509 = certificate.Certificate;
        X509SubjectAlternativeNameExtension? names = x509.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return new CertificateSummary(
            certificate.Thumbprint, x509.Subject, x509.Issuer, certificate.ApplicationUri,
            names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(a => a.ToString())],
            x509.NotBefore.ToUniversalTime(), x509.NotAfter.ToUniversalTime());
    }

    /// <summary>For people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"certificate {Thumbprint}";
        yield return PrintableText.Of($"  subject      {Subject}{(Issuer == Subject ? ", signed by itself" : $", signed by {Issuer}")}");
        yield return PrintableText.Of($"  application  {Application ?? "(none)"}");
        yield return PrintableText.Of($"  hosts        {(Hosts.Count == 0 ? "(none)" : string.Join(", ", Hosts))}");
        yield return string.Create(CultureInfo.InvariantCulture, $"  valid        {ValidFrom:u} to {ValidTo:u}");
    }
}
