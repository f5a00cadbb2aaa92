using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>A way to secure messages that a server offers.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Mode">The mode.</param>
public readonly record struct UaEndpointSecurity(UaSecurityPolicy Policy, UaSecurityMode Mode);

/// <summary>What a server offers, and takes.</summary>
public sealed record UaServerChannelOptions
{
    /// <summary>The pairs offered; no other is opened.</summary>
    public required IReadOnlyList<UaEndpointSecurity> Endpoints { get; init; }

    /// <summary>
    /// Whether a channel without security is opened although no such pair is offered, for a client to ask what is (OPC 10000-4, 5.5.1). Who serves it answers nothing else on it: <see cref="UaServerChannel.IsForDiscovery"/>.
    /// Default false.
    /// </summary>
    public bool Discovery { get; init; }

    /// <summary>The server's certificate and key; needed unless None is all there is.</summary>
    public UaCertificate? Own { get; init; }

    /// <summary>How clients' certificates are checked; needed unless None is all there is.</summary>
    public UaCertificateCheck? Check { get; init; }

    /// <summary>What this side takes and sends.</summary>
    public UaTransportLimits Limits { get; init; } = new();

    /// <summary>How long a client may take from connecting to the open channel; default 10 s.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Shortest lifetime of a token given; default 10 s.</summary>
    public TimeSpan ShortestLifetime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest lifetime of a token given; default an hour.</summary>
    public TimeSpan LongestLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes held for a client that does not read; default 64 MiB.</summary>
    public int MaxUnsentBytes { get; init; } = 64 << 20;

    /// <summary>Whether a channel may be opened for discovery alone.</summary>
    internal bool IsForDiscovery(UaSecurityPolicy policy) => Discovery && policy == UaSecurityPolicy.None && !Endpoints.Any(e => e.Policy == UaSecurityPolicy.None);

    /// <summary>Refuses what does not fit together.</summary>
    /// <exception cref="ArgumentException">A mode is not its policy's, a certificate is missing, or a limit is out of its range.</exception>
    internal void Demand()
    {
        if (Endpoints.Count == 0) throw new ArgumentException("A server offers at least one policy and mode.");
        foreach (UaEndpointSecurity endpoint in Endpoints)
        {
            if (!UaPolicyProfile.Of(endpoint.Policy).Allows(endpoint.Mode)) throw new ArgumentException($"The mode {endpoint.Mode} cannot be used with the policy {endpoint.Policy}.");
            if (endpoint.Policy != UaSecurityPolicy.None && (Own?.PrivateKey is null || Check is null))
            {
                throw new ArgumentException($"The policy {endpoint.Policy} needs the own certificate with its key, and how clients' certificates are checked.");
            }
        }
        Limits.Demand();
    }
}
