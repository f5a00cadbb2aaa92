using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;
using HyperIngest.Host.Commands;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Running;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.Unit.Configuration;

public class OpcUaSourceBindingTests
{
    private const string Rest = "node: n\n" + SiteText.Journal;

    private const string Source = Rest + "sources:\n  - name: line\n    type: opcua\n";

    private const string Tags = "tags: [ { name: t, node: \"ns=2;s=T\" } ]";

    private const string Device = "    devices: [ { name: d, endpoint: opc.tcp://s, " + Tags + " } ]\n";

    [Fact]
    public void A_device_with_nothing_but_the_required_subscribes_without_security()
    {
        OpcUaSourceConfiguration source = Assert.Single(SiteText.Good(Source + Device).OpcUaSources);
        UaDeviceOptions device = Assert.Single(source.Options.Devices);
        UaDeviceOptions unsaid = new() { Name = "d", Session = new UaSessionOptions { EndpointUrl = "opc.tcp://s", Name = "hyperingest n d" }, Tags = device.Tags };
        Assert.Equal(unsaid, device);
        Assert.Equal(new UaTag { Name = "t", Node = "ns=2;s=T" }, Assert.Single(device.Tags));
        Assert.Equal(("line", "certificates"), (source.Options.Name, source.CertificateFolder));
    }

    [Fact]
    public void Everything_is_bound()
    {
        OpcUaSourceConfiguration source = Assert.Single(SiteText.Good(Source + """
                certificates: certs
                timestamp: source
                acknowledge_interval: 20ms
                devices:
                  - name: d
                    endpoint: opc.tcp://s:4841/x
                    policy: Aes128_Sha256_RsaOaep
                    mode: Sign
                    check_host: false
                    user: u
                    password: ${P}
                    tenant: acme
                    publishing: 1s
                    sampling: 0
                    queue: 7
                    discard: newest
                    deadband: 2%
                    keep_alive: 3s
                    lifetime: 30s
                    in_flight: 9
                    items_per_subscription: 5
                    max_notifications: 0
                    retry_bad_nodes: 1m
                    session_timeout: 2m
                    connect_timeout: 4s
                    request_timeout: 5s
                    longest_pause: 6s
                    max_message: 1MiB
                    tags:
                      - { name: a, path: "/2:A", type: uint64, unit: bar, sampling: 10ms, queue: 3, deadband: 0.5 }
                      - { name: b, node: "nsu=urn:x;i=5", elements: 4 }
                      - { name: c, node: "ns=1;b=AQID", shaping: { scale: 2, offset: 1, min: 0, max: 9, out_of_range: clamp, deadband: 0.1, heartbeat: 5s } }
                  - { name: p, endpoint: "opc.tcp://p", read: poll, interval: 250ms, in_flight: 2, register: true, tags: [ { name: t, node: i=2258 } ] }
            """, ("P", "secret")).OpcUaSources);
        Assert.Equal(("certs", UaGatewayTime.Source, 20), (source.CertificateFolder, source.Options.GatewayTime, source.Options.AcknowledgeInterval.TotalMilliseconds));
        UaDeviceOptions d = source.Options.Devices[0];
        UaSessionOptions session = d.Session;
        Assert.Equal(
            ("opc.tcp://s:4841/x", UaSecurityPolicy.Aes128Sha256RsaOaep, UaSecurityMode.Sign, false, new UaPasswordIdentity("u", "secret")),
            (session.EndpointUrl, session.Policy, session.Mode, session.CheckHostName, session.Identity));
        Assert.Equal((120, 4, 5, 3, 6, 1 << 20), (session.SessionTimeout.TotalSeconds, session.ConnectTimeout.TotalSeconds, session.RequestTimeout.TotalSeconds, session.KeepAlive.TotalSeconds, session.LongestPause.TotalSeconds, session.Limits.MaxMessageBytes));
        Assert.Equal(
            new UaSubscribeOptions
            {
                Publishing = TimeSpan.FromSeconds(1),
                Sampling = TimeSpan.Zero,
                Queue = 7,
                DiscardOldest = false,
                Deadband = new UaDeadband(UaDeadbandKind.Percent, 2),
                KeepAlive = TimeSpan.FromSeconds(3),
                Lifetime = TimeSpan.FromSeconds(30),
                InFlight = 9,
                ItemsPerSubscription = 5,
                MaxNotificationsPerPublish = 0,
            },
            d.Subscribe);
        Assert.Equal(("acme", TimeSpan.FromMinutes(1), UaDeviceMode.Subscribe), (d.Tenant, d.RetryBadNodes, d.Mode));
        Assert.Equal(new UaTag { Name = "a", Path = "/2:A", Kind = ValueKind.UInt64, Unit = "bar", Sampling = TimeSpan.FromMilliseconds(10), Queue = 3, Deadband = new UaDeadband(UaDeadbandKind.Absolute, 0.5) }, d.Tags[0]);
        Assert.Equal(new UaTag { Name = "b", Node = "nsu=urn:x;i=5", Elements = 4 }, d.Tags[1]);
        // Shaped from the first reading on, so its kind is known before the server is asked.
        ShapingRule rule = new() { Scale = 2, Offset = 1, Min = 0, Max = 9, OutOfRange = OutOfRange.Clamp, Deadband = 0.1, Heartbeat = TimeSpan.FromSeconds(5) };
        Assert.Equal(new UaTag { Name = "c", Node = "ns=1;b=AQID", Kind = ValueKind.Float64, Shaping = rule }, d.Tags[2]);
        UaDeviceOptions p = source.Options.Devices[1];
        Assert.Equal((UaDeviceMode.Poll, new UaPollOptions { Interval = TimeSpan.FromMilliseconds(250), InFlight = 2, Register = true }), (p.Mode, p.Poll));
    }

    [Fact]
    public void What_a_device_does_not_say_its_source_says_and_a_range_shares_tags()
    {
        UaDeviceOptions[] devices = [.. Assert.Single(SiteText.Good(Source + """
                policy: Basic256Sha256
                mode: Sign
                user: u
                password: p
                publishing: 2s
                tags: [ { name: t, node: "ns=2;s=T" } ]
                devices:
                  - { name: "press-{08..10}", endpoint: "opc.tcp://10.0.{n/9}.{n}:{4840+n}" }
                  - { name: open, endpoint: "opc.tcp://o", policy: None, user: other, publishing: 1s }
            """).OpcUaSources).Options.Devices];
        Assert.Equal(
            ["press-08 opc.tcp://10.0.0.8:4848", "press-09 opc.tcp://10.0.1.9:4849", "press-10 opc.tcp://10.0.1.10:4850", "open opc.tcp://o"],
            devices.Select(d => $"{d.Name} {d.Session.EndpointUrl}"));
        Assert.All(devices, d => Assert.Same(devices[0].Tags, d.Tags));
        Assert.Equal((UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign, new UaPasswordIdentity("u", "p"), 2), (devices[0].Session.Policy, devices[0].Session.Mode, devices[0].Session.Identity, devices[0].Subscribe.Publishing.TotalSeconds));
        // Its own policy has that policy's mode, its own user no password of somebody else's.
        Assert.Equal((UaSecurityPolicy.None, UaSecurityMode.None, new UaPasswordIdentity("other", ""), 1), (devices[3].Session.Policy, devices[3].Session.Mode, devices[3].Session.Identity, devices[3].Subscribe.Publishing.TotalSeconds));
    }

    [Fact]
    public void A_policy_without_a_mode_signs_and_encrypts() =>
        Assert.Equal(UaSecurityMode.SignAndEncrypt, Assert.Single(Assert.Single(SiteText.Good(Source + "    policy: Aes256_Sha256_RsaPss\n" + Device).OpcUaSources).Options.Devices).Session.Mode);

    [Theory]
    [InlineData("name: d, endpoint: s:4840, " + Tags, "expected an endpoint such as opc.tcp://press-1:4840")]
    [InlineData("name: d, endpoint: \"opc.tcp://u:p@s\", " + Tags, "expected an endpoint such as opc.tcp://press-1:4840")]
    [InlineData("name: d, endpoint: \"opc.tcp://s-{n}\", " + Tags, "expected a range such as d-{01..20}")]
    [InlineData("name: \"d-{1..2}\", endpoint: \"opc.tcp://s-{m}\", " + Tags, "cannot be evaluated for n = 1")]
    [InlineData("name: d, endpoint: opc.tcp://s", "a device needs tags, its own or those of the source")]
    [InlineData("name: d, endpoint: opc.tcp://s, mode: Sign, " + Tags, "add policy, such as Basic256Sha256")]
    [InlineData("name: d, endpoint: opc.tcp://s, policy: Basic256Sha256, mode: None, " + Tags, "expected Sign or SignAndEncrypt")]
    [InlineData("name: d, endpoint: opc.tcp://s, password: p, " + Tags, "add user")]
    [InlineData("name: d, endpoint: opc.tcp://s, user_certificate: c, " + Tags, "the certificate needs its key")]
    [InlineData("name: d, endpoint: opc.tcp://s, user: u, user_certificate: c, user_key: k, " + Tags, "expected either user or user_certificate, found both")]
    [InlineData("name: d, endpoint: opc.tcp://s, interval: 1s, " + Tags, "only a device that is polled has it; remove it, or set read: poll")]
    [InlineData("name: d, endpoint: opc.tcp://s, read: poll, queue: 5, " + Tags, "only a device that is subscribed to has it; remove it, or set read: subscribe")]
    [InlineData("name: d, endpoint: opc.tcp://s, keep_alive: 30s, " + Tags, "expected at least three times keep_alive (30s), found 1m")]
    [InlineData("name: d, endpoint: opc.tcp://s, deadband: 101%, " + Tags, "expected a least change such as 0.5, or 2% of the node's EURange")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t } ]", "a tag needs node, such as nsu=urn:press;s=Press.Speed, or path")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t, node: i=1, path: /1:A } ]", "expected either node or path, found both")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t, node: Press.Speed } ]", "found 'Press.Speed'")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t, path: Press } ]", "expected a browse path such as /2:Press/2:Speed")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t, node: i=1 }, { name: t, node: i=2 } ]", "tag names are unique in a device")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t, node: i=1, type: int64, shaping: { min: 1 } } ]", "shaping is for numbers that are float64")]
    [InlineData("name: d, endpoint: opc.tcp://s, tags: [ { name: t, node: i=1, elements: 2, shaping: { min: 1 } } ]", "shaping is for single values")]
    public void What_is_wrong_with_a_device_is_said_with_what_was_expected(string device, string expected) =>
        Assert.Contains(expected, SiteText.Error($"{Source}    devices: [ {{ {device} }} ]\n"), StringComparison.Ordinal);

    [Fact]
    public void Only_what_is_polled_is_due()
    {
        string Due(string polled) => $"{Source}    timestamp: due\n    devices: [ {{ name: a, endpoint: opc.tcp://s, read: poll, {Tags} }}, {{ name: b, endpoint: opc.tcp://t, {polled}{Tags} }} ]\n";
        Assert.Equal(UaGatewayTime.Due, SiteText.Good(Due("read: poll, ")).OpcUaSources[0].Options.GatewayTime);
        Assert.Contains("due is when a poll was due, and b is subscribed to; set read: poll, or timestamp: source", SiteText.Error(Due("")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_has_one_name_in_a_node_whatever_it_speaks()
    {
        string error = SiteText.Error(Rest + "sources:\n  - name: line\n    type: opcua\n    devices: [ { name: a, endpoint: opc.tcp://s, " + Tags + " } ]\n" + SiteText.Device);
        Assert.Contains("device 'a' is there already", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_say_nothing_are_warnings()
    {
        string[] warnings = [.. SiteText.Parse(Source + """
                interval: 1s
                tags: [ { name: t, node: "ns=2;s=T", queue: 3 } ]
                devices: [ { name: a, endpoint: opc.tcp://s, tags: [ { name: u, node: i=1 } ] } ]
            """).Problems.Select(p => p.ToString())];
        Assert.Equal(2, warnings.Length);
        Assert.Contains("no device of the source is polled", warnings[0], StringComparison.Ordinal);
        Assert.Contains("every device has tags of its own", warnings[1], StringComparison.Ordinal);
        string polled = Assert.Single(SiteText.Parse(Source + "    devices: [ { name: a, endpoint: opc.tcp://s, read: poll, tags: [ { name: u, node: i=1, queue: 3 } ] } ]\n").Problems).ToString();
        Assert.Contains("a polled device does without", polled, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_never_shown()
    {
        string error = SiteText.Error(Source + "    devices: [ { name: d, endpoint: opc.tcp://s, user: u, password: [ hunter2 ], " + Tags + " } ]\n");
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_site_is_free_of_problems_and_the_source_takes_what_is_made_of_it()
    {
        ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "opcua.yaml"));
        Assert.Empty(result.Problems);
        SiteSummary summary = SiteSummary.Of(result.Value!);
        Assert.Equal((13, 12, 41L, 13), (summary.Devices, summary.Subscribed, summary.Series, summary.Connections));
        Assert.Equal("line (opcua, 12 servers with 36 tags, subscribed, published every 500ms, Basic256Sha256 SignAndEncrypt)", summary.Sources[0]);
        Assert.Equal("utilities (opcua, 1 server with 5 tags, polled every 5s, no security)", summary.Sources[1]);
        string folder = Directory.CreateTempSubdirectory("ua-certificates-").FullName;
        try
        {
            SiteConfiguration site = result.Value! with { OpcUaSources = [.. result.Value!.OpcUaSources.Select(s => s with { CertificateFolder = folder })] };
            IReadOnlyList<UaSourceOptions> opened = OpcUaSources.Open(site);
            Assert.All(opened, s => Assert.Empty(UaSourceValidation.Check(s)));
            UaCertificateStore store = Assert.Single(opened[0].Devices.Select(d => d.Session.Certificates!).Distinct());
            Assert.Equal(folder, store.Folder);
            // What needs no certificates makes no folder.
            Assert.Null(Assert.Single(opened[1].Devices).Session.Certificates);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_users_certificate_is_opened_with_the_node_and_a_wrong_one_is_said_with_its_device()
    {
        string folder = Directory.CreateTempSubdirectory("ua-user-").FullName;
        try
        {
            using UaCertificate user = UaCertificateMaker.Make(new() { ApplicationUri = "urn:user" });
            string certificate = Path.Combine(folder, "user.pem"), key = Path.Combine(folder, "user.key");
            File.WriteAllText(certificate, user.Certificate.ExportCertificatePem());
            File.WriteAllText(key, user.PrivateKey!.ExportPkcs8PrivateKeyPem());
            string Site(string keyFile) => $"{Source}    certificates: {folder}/certificates\n    user_certificate: {certificate}\n    user_key: {keyFile}\n{Device}";
            SiteConfiguration site = SiteText.Good(Site(key));
            UaSessionOptions session = Assert.Single(Assert.Single(OpcUaSources.Open(site)).Devices).Session;
            Assert.Equal(user.Thumbprint, Assert.IsType<UaCertificateIdentity>(session.Identity).Certificate.Thumbprint);
            Assert.NotNull(session.Certificates);
            InvalidDataException wrong = Assert.Throws<InvalidDataException>(() => OpcUaSources.Open(SiteText.Good(Site(certificate))));
            Assert.Contains("device d: expected a certificate with an RSA key", wrong.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
