using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperIngest.Protocols.OpcUa.Security;

/// <summary>How a peer's certificate is checked (OPC 10000-4, 6.1.3): everything, unless it says otherwise.</summary>
public sealed record UaCertificateCheck
{
    /// <summary>The folders that say whom to trust. Null takes everybody whose certificate is good for its use: for the servers of a test bench, which have nothing to protect, and never for a client.</summary>
    public required UaCertificateStore? Store { get; init; }

    /// <summary>Whether the host of the endpoint must be in a server's certificate. False for servers behind address translation, whose certificates name hosts that nobody connects to.</summary>
    public bool HostName { get; init; } = true;

    /// <summary>The clock for the times of validity.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Refuses a certificate that is not to be believed; one that is only not trusted is kept in <c>rejected/</c>.</summary>
    /// <param name="certificate">The peer's.</param>
    /// <param name="profile">The policy it is used with.</param>
    /// <param name="peer">Who it is, for the message: the endpoint's URL or the remote address.</param>
    /// <param name="applicationUri">The URI the peer says it has; null where it is not known yet.</param>
    /// <param name="host">The host connected to; null for a client's certificate.</param>
    /// <exception cref="UaException">It is refused; the message says why, what was expected and what to do.</exception>
    public void Demand(UaCertificate certificate, UaPolicyProfile profile, string peer, string? applicationUri = null, string? host = null)
    {
        X509Certificate2 x509 = certificate.Certificate;
        string named = $"The certificate {certificate.Thumbprint} ({x509.Subject}) of {peer}";
        DemandStrength(x509, certificate.PublicKey.KeySize, profile, named);
        if (Store is { } store) DemandTrust(certificate, store, named);
        DateTimeOffset now = Clock.GetUtcNow();
        if (now < x509.NotBefore || now > x509.NotAfter)
        {
            throw new UaException(
                UaStatusCodes.BadCertificateTimeInvalid,
                $"{named} is valid from {x509.NotBefore.ToUniversalTime():u} to {x509.NotAfter.ToUniversalTime():u}, and it is {now:u}; set the clocks or renew it");
        }
        DemandUse(x509, named, server: host is not null);
        if (applicationUri is not null && certificate.ApplicationUri != applicationUri)
        {
            throw new UaException(
                UaStatusCodes.BadCertificateUriInvalid, $"{named} is for the application '{certificate.ApplicationUri ?? "(none)"}', and the peer says it is '{applicationUri}'; renew it");
        }
        if (HostName && host is not null && !IsFor(x509, host))
        {
            throw new UaException(
                UaStatusCodes.BadCertificateHostNameInvalid,
                $"{named} does not name the host '{host}'; connect by a name it has, renew it, or turn the check of host names off for this device");
        }
    }

    private static void DemandStrength(X509Certificate2 x509, int keyBits, UaPolicyProfile profile, string named)
    {
        if (keyBits < UaPolicyProfile.LeastKeyBits || keyBits > UaPolicyProfile.MostKeyBits)
        {
            throw new UaException(
                UaStatusCodes.BadCertificatePolicyCheckFailed, $"{named} has a key of {keyBits} bits; {profile.Policy} takes {UaPolicyProfile.LeastKeyBits} to {UaPolicyProfile.MostKeyBits}");
        }
        // SHA-256, SHA-384 and SHA-512 with RSA, and RSASSA-PSS; not SHA-1 and MD5.
        if (x509.SignatureAlgorithm.Value is not ("1.2.840.113549.1.1.11" or "1.2.840.113549.1.1.12" or "1.2.840.113549.1.1.13" or "1.2.840.113549.1.1.10"))
        {
            throw new UaException(
                UaStatusCodes.BadCertificatePolicyCheckFailed, $"{named} is signed with {x509.SignatureAlgorithm.FriendlyName ?? x509.SignatureAlgorithm.Value}; {profile.Policy} takes SHA-256 and longer");
        }
    }

    private static void DemandUse(X509Certificate2 x509, string named, bool server)
    {
        const X509KeyUsageFlags needed = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment;
        if (x509.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { } usage || (usage.KeyUsages & needed) != needed)
        {
            throw new UaException(UaStatusCodes.BadCertificateUseNotAllowed, $"{named} may not be used for {needed}; renew it with these key usages");
        }
        string role = server ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
        if (x509.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } roles && !roles.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == role))
        {
            throw new UaException(UaStatusCodes.BadCertificateUseNotAllowed, $"{named} is not for {(server ? "servers (serverAuth)" : "clients (clientAuth)")}; renew it with this extended key usage");
        }
    }

    // Trusted is what is in the folder itself, or what an unbroken chain of valid signatures leads from to something in it.
    private void DemandTrust(UaCertificate certificate, UaCertificateStore store, string named)
    {
        using Loaded trusted = new(store.Trusted), issuers = new(store.IssuersFolder);
        byte[] raw = certificate.Raw;
        if (trusted.All.Any(c => c.RawDataMemory.Span.SequenceEqual(raw))) return;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = Clock.GetUtcNow().UtcDateTime;
        // What ends a chain may be anything known or sent; whether it is trusted is asked afterwards.
        X509Certificate2Collection known = [.. trusted.All, .. issuers.All, .. certificate.Issuers()];
        foreach (X509Certificate2 candidate in known)
        {
            if (candidate.SubjectName.RawData.AsSpan().SequenceEqual(candidate.IssuerName.RawData)) chain.ChainPolicy.CustomTrustStore.Add(candidate);
            else chain.ChainPolicy.ExtraStore.Add(candidate);
        }
        bool built = chain.Build(certificate.Certificate);
        bool reached = chain.ChainElements.Skip(1).Any(e => trusted.All.Any(t => t.RawDataMemory.Span.SequenceEqual(e.Certificate.RawDataMemory.Span)));
        const X509ChainStatusFlags times = X509ChainStatusFlags.NotTimeValid;
        X509ChainStatusFlags faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        // The certificate's own times have a message of their own, after this one; an issuer's are judged here.
        bool issuerExpired = chain.ChainElements.Skip(1).Any(e => e.ChainElementStatus.Any(s => s.Status == times));
        if (reached && issuerExpired)
        {
            throw new UaException(UaStatusCodes.BadCertificateIssuerTimeInvalid, $"{named} has an issuer whose own certificate is not valid yet, or not any more; renew the issuer's");
        }
        if (reached && (built || (faults & ~times) == 0)) return;
        string kept = store.KeepRejected(certificate);
        bool incomplete = (faults & X509ChainStatusFlags.PartialChain) != 0 && !certificate.Certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.Certificate.IssuerName.RawData);
        throw new UaException(
            incomplete ? UaStatusCodes.BadCertificateChainIncomplete : UaStatusCodes.BadCertificateUntrusted,
            $"{named} is not trusted{(incomplete ? $", and the certificate of its issuer ({certificate.Certificate.Issuer}) is not known" : "")}; it was kept as {kept}. If its thumbprint is the one the peer shows, "
            + $"type: hyperingest trust {certificate.Thumbprint} --certificates {store.Folder}");
    }

    private static bool IsFor(X509Certificate2 x509, string host)
    {
        if (x509.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is not { } names) return false;
        string plain = host.Trim('[', ']');
        if (IPAddress.TryParse(plain, out IPAddress? address)) return names.EnumerateIPAddresses().Contains(address) || names.EnumerateDnsNames().Contains(plain);
        return names.EnumerateDnsNames().Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    private sealed class Loaded(string folder) : IDisposable
    {
        public List<X509Certificate2> All { get; } = [.. UaCertificateStore.Certificates(folder).Select(c => c.Certificate)];

        public void Dispose()
        {
            foreach (X509Certificate2 certificate in All) certificate.Dispose();
        }
    }
}
