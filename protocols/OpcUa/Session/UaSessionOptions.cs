using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>A session with a server: where, how secured, as whom.</summary>
public sealed record UaSessionOptions
{
    /// <summary>The endpoint, such as <c>opc.tcp://press-1:4840/server</c>.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>The policy; no other is accepted. Default None.</summary>
    public UaSecurityPolicy Policy { get; init; }

    /// <summary>The mode; no other is accepted. Default None.</summary>
    public UaSecurityMode Mode { get; init; } = UaSecurityMode.None;

    /// <summary>The folders of certificates; needed unless the policy is None. One store for all sessions of a node.</summary>
    public UaCertificateStore? Certificates { get; init; }

    /// <summary>Whether the host of the endpoint must be in the server's certificate; default true.</summary>
    public bool CheckHostName { get; init; } = true;

    /// <summary>As whom; null for anonymous.</summary>
    public UaIdentity? Identity { get; init; }

    /// <summary>The session's name, for the server's logs and diagnostics.</summary>
    public string Name { get; init; } = "hyperingest";

    /// <summary>How long the server keeps a session whose channel is gone; it may say less. 1 s to 24 h, default 60 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest from the first SYN to an active session; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for any other answer; default 10 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When nothing came for so long, the server's state is read; without an answer in the request timeout the channel is given up. Default 5 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First pause after a channel was lost; it doubles, with jitter, up to <see cref="LongestPause"/>. Default 500 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause between tries; default 30 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What this side takes and sends.</summary>
    public UaTransportLimits Limits { get; init; } = new();
}

/// <summary>As whom a session is activated (OPC 10000-4, 7.41). The secrets are never logged.</summary>
public abstract record UaIdentity;

/// <summary>A user with a password, encrypted with the server's key on its way.</summary>
/// <param name="User">The name.</param>
/// <param name="Password">The password.</param>
public sealed record UaPasswordIdentity(string User, string Password) : UaIdentity
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"user {User}";
}

/// <summary>An X.509 certificate with its private key.</summary>
/// <param name="Certificate">The certificate.</param>
public sealed record UaCertificateIdentity(UaCertificate Certificate) : UaIdentity
{
    /// <summary>Whose.</summary>
    public override string ToString() => $"certificate {Certificate.Thumbprint}";
}
