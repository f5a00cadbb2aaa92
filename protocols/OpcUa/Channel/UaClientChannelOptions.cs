using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>Where a client connects to, and how it is secured.</summary>
public sealed record UaClientChannelOptions
{
    /// <summary>The endpoint, such as <c>opc.tcp://press-1:4840/server</c>.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>The policy asked for; no other is accepted.</summary>
    public UaSecurityPolicy Policy { get; init; }

    /// <summary>The mode asked for; no other is accepted.</summary>
    public UaSecurityMode Mode { get; init; } = UaSecurityMode.None;

    /// <summary>This application's certificate and key; needed unless the policy is None.</summary>
    public UaCertificate? Own { get; init; }

    /// <summary>The server's certificate, as its endpoint says; needed unless the policy is None.</summary>
    public UaCertificate? Server { get; init; }

    /// <summary>How the server's certificate is checked; needed unless the policy is None.</summary>
    public UaCertificateCheck? Check { get; init; }

    /// <summary>The URI the server says it has, to be found in its certificate; null when it is not known.</summary>
    public string? ServerUri { get; init; }

    /// <summary>What this side takes and sends.</summary>
    public UaTransportLimits Limits { get; init; } = new();

    /// <summary>How long all of connecting may take, to the open channel; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server may take to renew a token; default 10 s.</summary>
    public TimeSpan RenewTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The lifetime asked for a token; default an hour. The server may give another. It is renewed after three quarters.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most requests under way at once, 1 to 65,536; default 1,024.</summary>
    public int MaxRequests { get; init; } = 1024;

    /// <summary>Most bytes held for a server that does not read; default 64 MiB.</summary>
    public int MaxUnsentBytes { get; init; } = 64 << 20;

    /// <summary>Host and port of the URL.</summary>
    /// <exception cref="UaException">It is no such URL.</exception>
    internal (string Host, int Port) Address()
    {
        const int registeredPort = 4840;
        if (UaEndpointUrl.TryParse(EndpointUrl, out Uri? url)) return (url.Host.Trim('[', ']'), url.Port > 0 ? url.Port : registeredPort);
        throw new UaException(UaStatusCodes.BadTcpEndpointUrlInvalid, $"Expected an endpoint such as opc.tcp://host:4840, found '{EndpointUrl}'");
    }

    /// <summary>Refuses what does not fit together.</summary>
    /// <exception cref="UaException">A downgrade of the own making: a mode that is not the policy's.</exception>
    /// <exception cref="ArgumentException">A certificate is missing, or a limit is out of its range.</exception>
    internal void Demand()
    {
        if (!UaPolicyProfile.Of(Policy).Allows(Mode)) throw new UaException(UaStatusCodes.BadSecurityModeRejected, $"{EndpointUrl}: the mode {Mode} cannot be used with the policy {Policy}");
        if (Policy != UaSecurityPolicy.None && (Own?.PrivateKey is null || Server is null || Check is null))
        {
            throw new ArgumentException($"{EndpointUrl}: the policy {Policy} needs the own certificate with its key, the server's certificate and how it is checked.");
        }
        Limits.Demand();
        if (MaxRequests is < 1 or > 65_536) throw new ArgumentException($"{EndpointUrl}: expected 1 to 65536 requests at once, found {MaxRequests}.");
    }
}
