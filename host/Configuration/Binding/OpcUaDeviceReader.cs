using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Reads a device of an OPC UA source: what it does not say, its source says.</summary>
/// <param name="device">The device's section.</param>
/// <param name="source">The source's section.</param>
internal readonly struct OpcUaDeviceReader(SectionReader device, SectionReader source)
{
    private static readonly Key[] IdentityKeys = [OpcUaSessionSchema.User, OpcUaSessionSchema.Password, OpcUaSessionSchema.UserCertificate, OpcUaSessionSchema.UserKey];

    /// <summary>The device's section.</summary>
    public SectionReader Device => device;

    /// <summary>The section that says a key: the device's, or else the source's.</summary>
    public SectionReader Of(Key key) => device.Has(key) ? device : source;

    /// <summary>The device, its range not spread out: its name and endpoint are as the file has them.</summary>
    public UaDeviceOptions Options(IReadOnlyList<UaTag> tags, out OpcUaUserFiles? user) => new()
    {
        Name = device.Get(OpcUaSourceSchema.DeviceName),
        Tenant = Get(OpcUaSourceSchema.Tenant),
        Session = Session(out user),
        Tags = tags,
        Mode = Get(OpcUaReadingSchema.Read),
        Subscribe = new UaSubscribeOptions
        {
            Publishing = Get(OpcUaReadingSchema.Publishing),
            Sampling = Get(OpcUaReadingSchema.Sampling),
            Queue = Get(OpcUaReadingSchema.Queue),
            DiscardOldest = Get(OpcUaReadingSchema.Discard),
            Deadband = device.Has(OpcUaReadingSchema.Deadband) || source.Has(OpcUaReadingSchema.Deadband) ? Get(OpcUaReadingSchema.Deadband) : null,
            KeepAlive = Get(OpcUaReadingSchema.KeepAlive),
            Lifetime = Get(OpcUaReadingSchema.Lifetime),
            InFlight = Get(OpcUaReadingSchema.InFlight),
            ItemsPerSubscription = Get(OpcUaReadingSchema.ItemsPerSubscription),
            MaxNotificationsPerPublish = Get(OpcUaReadingSchema.MaxNotifications),
        },
        Poll = new UaPollOptions
        {
            Interval = Get(OpcUaReadingSchema.Interval),
            InFlight = Get(OpcUaReadingSchema.InFlight),
            Register = Get(OpcUaReadingSchema.Register),
        },
        RetryBadNodes = Get(OpcUaReadingSchema.RetryBadNodes),
    };

    private UaSessionOptions Session(out OpcUaUserFiles? user)
    {
        UaSecurityPolicy policy = Get(OpcUaSessionSchema.Policy);
        return new UaSessionOptions
        {
            EndpointUrl = device.Get(OpcUaSourceSchema.Endpoint),
            Policy = policy,
            Mode = Mode(policy),
            CheckHostName = Get(OpcUaSessionSchema.CheckHost),
            Identity = Identity(out user),
            SessionTimeout = Get(OpcUaSessionSchema.SessionTimeout),
            ConnectTimeout = Get(OpcUaSessionSchema.ConnectTimeout),
            RequestTimeout = Get(OpcUaSessionSchema.RequestTimeout),
            KeepAlive = Get(OpcUaReadingSchema.KeepAlive),
            LongestPause = Get(OpcUaSessionSchema.LongestPause),
            Limits = new UaTransportLimits { MaxMessageBytes = (int)Get(OpcUaSessionSchema.MaxMessage) },
        };
    }

    // A device with a policy of its own has that policy's mode, and not the one that goes with its source's policy.
    private UaSecurityMode Mode(UaSecurityPolicy policy)
    {
        UaSecurityMode usual = UaPolicyProfile.Of(policy).UsualMode;
        SectionReader reader = device.Has(OpcUaSessionSchema.Mode) || device.Has(OpcUaSessionSchema.Policy) ? device : source;
        if (!reader.Has(OpcUaSessionSchema.Mode)) return usual;
        UaSecurityMode mode = reader.Get(OpcUaSessionSchema.Mode);
        if (!UaPolicyProfile.Of(policy).Allows(mode))
        {
            reader.Error(OpcUaSessionSchema.Mode, policy == UaSecurityPolicy.None
                ? $"expected None, found {reader.Found(OpcUaSessionSchema.Mode)}: without a policy nothing can be signed; add policy, such as Basic256Sha256"
                : $"expected Sign or SignAndEncrypt, found {reader.Found(OpcUaSessionSchema.Mode)}: the policy is {OpcUaSessionSchema.Policies.Format(policy)}");
        }
        return mode;
    }

    // All of it from one place: a device's user does not have the password of its source's.
    private UaPasswordIdentity? Identity(out OpcUaUserFiles? user)
    {
        SectionReader reader = IdentityKeys.Any(device.Has) ? device : source;
        string? name = TextOrNull(reader, OpcUaSessionSchema.User), password = TextOrNull(reader, OpcUaSessionSchema.Password);
        string? certificate = TextOrNull(reader, OpcUaSessionSchema.UserCertificate), key = TextOrNull(reader, OpcUaSessionSchema.UserKey);
        if (name is null && password is not null) reader.Error(OpcUaSessionSchema.Password, "a password is a user's; add user");
        if (name is not null && certificate is not null) reader.Error(OpcUaSessionSchema.UserCertificate, "expected either user or user_certificate, found both");
        if (certificate is null && key is not null) reader.Error(OpcUaSessionSchema.UserCertificate, "missing; user_key is the key of a certificate");
        if (certificate is not null && key is null) reader.Error(OpcUaSessionSchema.UserKey, "missing; the certificate needs its key");
        user = certificate is not null && key is not null ? new OpcUaUserFiles(certificate, key) : null;
        return name is null ? null : new UaPasswordIdentity(name, password ?? "");
    }

    private T Get<T>(ValueKey<T> key) => Of(key).Get(key);

    private static string? TextOrNull(SectionReader reader, ValueKey<string> key) => reader.Has(key) ? reader.Get(key) : null;
}
