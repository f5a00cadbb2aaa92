using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperIngest.Mqtt;

/// <summary>Makes the TLS settings of one connection from the files, so that renewed certificates are used by the next.</summary>
internal static class MqttTls
{
    /// <summary>The settings.</summary>
    /// <exception cref="MqttException">A file cannot be read, or is not what it should be; the text names it.</exception>
    [SuppressMessage("Security", "CA5359", Justification = "Only where the configuration asks for it.")]
    public static SslClientAuthenticationOptions Settings(MqttClientOptions options, MqttTlsOptions tls)
    {
        SslClientAuthenticationOptions settings = new() { TargetHost = tls.ServerName ?? options.Host };
        if (!tls.Verify)
        {
            settings.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (tls.CaFile is { } caFile)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Read(options, "CA certificates", caFile, () =>
            {
                X509Certificate2Collection authorities = [];
                authorities.ImportFromPemFile(caFile);
                return authorities.Count > 0 ? authorities : throw new CryptographicException("there is no certificate in it");
            }));
            settings.CertificateChainPolicy = policy;
        }
        if (tls.CertificateFile is { } certificateFile)
        {
            X509Certificate2 own = Read(options, "client certificate", certificateFile, () => tls.KeyPassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(certificateFile, password, tls.KeyFile)
                : X509Certificate2.CreateFromPemFile(certificateFile, tls.KeyFile));
            // Intermediate certificates stand behind the own one in its file, and go along.
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(certificateFile);
            settings.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        return settings;
    }

    private static T Read<T>(MqttClientOptions options, string what, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new MqttException(new MqttEnd(MqttReasonCode.UnspecifiedError, $"{options.Address}: the {what} cannot be read from {file}: {failure.Message}"), failure);
        }
    }
}
