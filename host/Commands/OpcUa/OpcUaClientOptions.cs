using System.CommandLine;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Logging;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>The argument and options of verbs that speak to an OPC UA server. Each object belongs to one verb.</summary>
internal sealed class OpcUaClientOptions
{
    // A password typed by a person or made by a program; a file of megabytes is some other file.
    private const long MaxPasswordFileBytes = 4096;

    private readonly Option<UaSecurityPolicy?> _policy = CommonOptions.Choice("--policy", "POLICY", "The security policy: None (the default), Basic256Sha256, Aes128_Sha256_RsaOaep or Aes256_Sha256_RsaPss. No other is accepted.", OpcUaSessionSchema.Policies);

    private readonly Option<UaSecurityMode?> _mode = CommonOptions.Choice("--mode", "MODE", "None, Sign or SignAndEncrypt; SignAndEncrypt unless the policy is None.", OpcUaSessionSchema.Modes);

    private readonly Option<string?> _user = new("--user") { Description = "The user; anonymous without.", HelpName = "USER" };

    private readonly Option<string?> _passwordVariable = new("--password-env") { Description = "The environment variable that has the user's password.", HelpName = "VAR" };

    private readonly Option<string?> _passwordFile = new("--password-file") { Description = "Or the file that has it, in its first line.", HelpName = "FILE" };

    private readonly Option<string> _certificates = CertificatesOption();

    private readonly Option<bool> _anyHost = new("--any-host") { Description = "Take a server's certificate that does not name the endpoint's host, as behind address translation." };

    private readonly Option<TimeSpan?> _timeout = CommonOptions.Choice("--timeout", "TIME", "Longest wait for the session, and for each answer; 10s unless told otherwise.", OpcUaSessionSchema.ConnectTimeout.Type);

    /// <summary><c>--certificates DIR</c>.</summary>
    public static Option<string> CertificatesOption() => new("--certificates")
    {
        Description = $"Folder of this program's certificate and of those it trusts and has refused. Without it: {OpcUaSourceConfiguration.DefaultCertificateFolder} in the working directory.",
        HelpName = "DIR",
        DefaultValueFactory = _ => OpcUaSourceConfiguration.DefaultCertificateFolder,
    };

    /// <summary>The endpoint.</summary>
    public Argument<string> Endpoint { get; } = new("ENDPOINT") { Description = "The server's endpoint, such as opc.tcp://press-1:4840." };

    /// <summary>Adds the options to a verb; the argument is the verb's own to place.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in (Option[])[_policy, _mode, _user, _passwordVariable, _passwordFile, _certificates, _anyHost, _timeout]) verb.Options.Add(option);
    }

    /// <summary>The endpoint that was given.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public string EndpointOf(ParseResult parsed)
    {
        string endpoint = parsed.GetRequiredValue(Endpoint);
        return OpcUaEndpoint.IsOne(endpoint) ? endpoint : throw new UsageException($"ENDPOINT: expected {OpcUaEndpoint.Expected}, found '{endpoint}'");
    }

    /// <summary>The session that was asked for; makes the folder of certificates where one is needed.</summary>
    /// <exception cref="UsageException">The options contradict each other, or there is no password where it should be.</exception>
    public UaSessionOptions SessionOf(ParseResult parsed)
    {
        UaSecurityPolicy policy = parsed.GetValue(_policy) ?? UaSecurityPolicy.None;
        UaSecurityMode mode = parsed.GetValue(_mode) ?? UaPolicyProfile.Of(policy).UsualMode;
        if (!UaPolicyProfile.Of(policy).Allows(mode))
        {
            throw new UsageException(policy == UaSecurityPolicy.None
                ? $"--mode: expected None, found {mode}: without a policy nothing can be signed; add --policy Basic256Sha256, or another the server has"
                : $"--mode: expected Sign or SignAndEncrypt, found {mode}: the policy is {OpcUaSessionSchema.Policies.Format(policy)}");
        }
        TimeSpan timeout = TimeoutOf(parsed);
        UaPasswordIdentity? identity = IdentityOf(parsed);
        // Over the policy None too a password may be encrypted for the server's certificate, which must be trusted then.
        bool needsCertificates = policy != UaSecurityPolicy.None || identity is not null;
        return new UaSessionOptions
        {
            EndpointUrl = EndpointOf(parsed),
            Policy = policy,
            Mode = mode,
            Identity = identity,
            Certificates = !needsCertificates ? null : new UaCertificateStore(parsed.GetRequiredValue(_certificates)),
            CheckHostName = !parsed.GetValue(_anyHost),
            Name = $"hyperingest {parsed.CommandResult.Command.Name}",
            ConnectTimeout = timeout,
            RequestTimeout = timeout,
        };
    }

    /// <summary>Longest wait for an answer.</summary>
    public TimeSpan TimeoutOf(ParseResult parsed) => parsed.GetValue(_timeout) ?? OptionDefaults.UaSession.ConnectTimeout;

    /// <summary>The variable that has the password; null when there is none.</summary>
    public string? PasswordVariableOf(ParseResult parsed) => parsed.GetValue(_passwordVariable);

    /// <summary>Loggers that say on standard error what a person has to know.</summary>
    public static ILoggerFactory Loggers(InvocationConfiguration io) => LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Warning, LogFormat.Text), new WriterLogTarget(io.Error));

    private UaPasswordIdentity? IdentityOf(ParseResult parsed)
    {
        string? user = parsed.GetValue(_user), variable = parsed.GetValue(_passwordVariable), file = parsed.GetValue(_passwordFile);
        if (variable is not null && file is not null) throw new UsageException("--password-file: expected one of --password-env and --password-file, found both");
        if (user is null && (variable ?? file) is not null) throw new UsageException("--user: missing; a password is a user's");
        if (user is null) return null;
        if (file is not null) return new UaPasswordIdentity(user, FirstLineOf(file));
        if (variable is null) return new UaPasswordIdentity(user, "");
        return new UaPasswordIdentity(user, Environment.GetEnvironmentVariable(variable) ?? throw new UsageException($"--password-env: the environment variable {variable} is not set; set it to the password of {user}"));
    }

    private static string FirstLineOf(string file)
    {
        try
        {
            FileInfo info = new(file);
            if (info.Exists && info.Length > MaxPasswordFileBytes) throw new UsageException($"--password-file: {file} has {info.Length} bytes; expected a password in its first line, and at most {MaxPasswordFileBytes} bytes");
            return File.ReadLines(file).FirstOrDefault() ?? "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--password-file: {file} cannot be read: {unreadable.Message}");
        }
    }
}
