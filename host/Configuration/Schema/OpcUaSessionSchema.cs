using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a session with an OPC UA server: how it is secured, as whom, how long it waits. A source and each of its devices have the same.</summary>
internal static class OpcUaSessionSchema
{
    /// <summary>How a policy is written: as the end of its URI.</summary>
    public static readonly ScalarType<UaSecurityPolicy> Policies = Scalars.Choice(
        ("None", UaSecurityPolicy.None), ("Basic256Sha256", UaSecurityPolicy.Basic256Sha256), ("Aes128_Sha256_RsaOaep", UaSecurityPolicy.Aes128Sha256RsaOaep),
        ("Aes256_Sha256_RsaPss", UaSecurityPolicy.Aes256Sha256RsaPss));

    /// <summary>How a mode is written.</summary>
    public static readonly ScalarType<UaSecurityMode> Modes = Scalars.Choice(("None", UaSecurityMode.None), ("Sign", UaSecurityMode.Sign), ("SignAndEncrypt", UaSecurityMode.SignAndEncrypt));

    public static readonly ValueKey<UaSecurityPolicy> Policy = new("policy", Policies, OptionDefaults.UaSession.Policy, "The security policy; no other is accepted. `hyperingest browse ENDPOINT` shows which a server has.");

    public static readonly ValueKey<UaSecurityMode> Mode = new("mode", Modes, OptionDefaults.UaSession.Mode, "What is done to messages; nothing else is accepted.") { DefaultText = "`SignAndEncrypt`; `None` with policy None" };

    public static readonly ValueKey<bool> CheckHost = new("check_host", Scalars.Boolean, OptionDefaults.UaSession.CheckHostName,
        "Whether the endpoint's host must be in the server's certificate; `false` is for servers behind address translation.");

    public static readonly ValueKey<string> User = new("user", Scalars.Text(1024), "", "The user.") { DefaultText = "anonymous" };

    public static readonly ValueKey<string> Password = new("password", Scalars.Text(4096), "", "The user's password; by reference, `${OPCUA_PASSWORD}`.") { DefaultText = "none", Secret = true };

    public static readonly ValueKey<string> UserCertificate = new("user_certificate", Scalars.Text(4096), "", "Instead of a user with a password: the user's certificate, a PEM file.") { DefaultText = "none" };

    public static readonly ValueKey<string> UserKey = new("user_key", Scalars.Text(4096), "", "The private key of `user_certificate`, a PEM file without password.") { DefaultText = "none" };

    public static readonly ValueKey<TimeSpan> SessionTimeout = new("session_timeout", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)), OptionDefaults.UaSession.SessionTimeout,
        "How long the server keeps the session, with its subscriptions, while the connection is gone; it may say less.");

    public static readonly ValueKey<TimeSpan> ConnectTimeout = new("connect_timeout", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)), OptionDefaults.UaSession.ConnectTimeout,
        "Longest from the first packet to an active session.");

    public static readonly ValueKey<TimeSpan> RequestTimeout = new("request_timeout", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)), OptionDefaults.UaSession.RequestTimeout,
        "Longest wait for any other answer.");

    public static readonly ValueKey<TimeSpan> LongestPause = new("longest_pause", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), OptionDefaults.UaSession.LongestPause,
        "Longest pause between two tries to connect; the first is 500 ms and each further one about twice as long.");

    public static readonly ValueKey<long> MaxMessage = new("max_message", Scalars.Size(8 << 10, 1 << 30), OptionDefaults.UaSession.Limits.MaxMessageBytes, "Largest message taken, over all its chunks; the server is told.");
}
