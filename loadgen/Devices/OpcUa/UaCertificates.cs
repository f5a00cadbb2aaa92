using System.Net;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>
/// The certificates that a simulator's OPC UA servers show: one for all of them, because making a key takes a tenth of a second, and one that has expired, for a fault. They are made when they are first needed.
/// </summary>
internal sealed class UaCertificates : IDisposable
{
    /// <summary>The file, in <c>own/</c>, of the certificate that has expired: a client that trusts it is refused for its time and not for its name.</summary>
    public const string ExpiredFile = "expired.der";

    private readonly UaCertificateRequest _request;
    private readonly Lazy<UaCertificate> _own;
    private readonly Lazy<UaCertificate> _expired;

    /// <summary>The certificates of an application.</summary>
    /// <param name="applicationUri">The servers' application URI.</param>
    /// <param name="address">The address they listen on.</param>
    /// <param name="folder">Where they are kept; null for nowhere.</param>
    public UaCertificates(string applicationUri, IPAddress address, string? folder)
    {
        _request = new UaCertificateRequest
        {
            ApplicationUri = applicationUri,
            ApplicationName = "HyperIngest simulator",
            Hosts = [.. ((string[])[Dns.GetHostName(), "localhost", "127.0.0.1", address.ToString()]).Distinct(StringComparer.OrdinalIgnoreCase)],
        };
        Check = new UaCertificateCheck { Store = folder is null ? null : new UaCertificateStore(folder) };
        _own = new Lazy<UaCertificate>(() => Check.Store?.OpenOwn(_request) ?? UaCertificateMaker.Make(_request));
        _expired = new Lazy<UaCertificate>(MakeExpired);
    }

    /// <summary>How clients' certificates are looked at.</summary>
    public UaCertificateCheck Check { get; }

    /// <summary>The one they show.</summary>
    public UaCertificate Own => _own.Value;

    /// <summary>One that expired yesterday.</summary>
    public UaCertificate Expired => _expired.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_own.IsValueCreated) _own.Value.Dispose();
        if (_expired.IsValueCreated) _expired.Value.Dispose();
    }

    private UaCertificate MakeExpired()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        UaCertificate expired = UaCertificateMaker.Make(_request with { NotBefore = now.AddYears(-1), NotAfter = now.AddDays(-1) });
        if (Check.Store is { } store) File.WriteAllBytes(Path.Combine(store.Folder, "own", ExpiredFile), expired.Raw);
        return expired;
    }
}
