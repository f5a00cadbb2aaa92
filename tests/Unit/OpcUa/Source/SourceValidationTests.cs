using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

public sealed class SourceValidationTests
{
    private static readonly UaDeviceOptions Right = UaSourceRig.Options();

    [Fact]
    public void Right_options_have_no_errors() => Assert.Empty(Check(Right));

    [Fact]
    public void Every_error_names_the_device_what_was_found_and_what_is_accepted()
    {
        UaDeviceOptions wrong = Right with
        {
            Session = Right.Session with { EndpointUrl = "press-1:4840", Policy = UaSecurityPolicy.Basic256Sha256 },
            RetryBadNodes = TimeSpan.Zero,
            Subscribe = new UaSubscribeOptions { Queue = 0, InFlight = 65, Lifetime = TimeSpan.FromSeconds(5) },
        };
        IReadOnlyList<string> errors = Check(wrong);
        Assert.All(errors, e => Assert.Contains("device 'press'", e));
        foreach (string part in new[] { "press-1:4840", "mode None with policy Basic256Sha256", "folder of certificates", "retry of bad nodes 00:00:00", "queue 0; 1 to 65535", "in flight 65; 1 to 64", "lifetime 00:00:05" })
        {
            Assert.Contains(errors, e => e.Contains(part, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(null, null, "neither node nor path")]
    [InlineData("ns=2;s=a", "/2:a", "node and path")]
    [InlineData("s:a", null, "expected a node id such as")]
    [InlineData(null, "Press", "Press")]
    public void A_tag_needs_a_node_or_a_path_that_can_be_read(string? node, string? path, string part) =>
        Assert.Contains(part, Assert.Single(Check(Right with { Tags = [new UaTag { Name = "t", Node = node, Path = path }] })));

    [Fact]
    public void A_range_of_its_own_needs_a_kind_that_is_known_before_the_first_reading() =>
        Assert.Contains("kind Float64", Assert.Single(Check(Right with { Tags = [new UaTag { Name = "t", Node = "i=1", Shaping = new ShapingRule { Min = 1 } }] })));

    [Fact]
    public void A_deadband_in_percent_ends_at_a_hundred() =>
        Assert.Contains("100 percent", Assert.Single(Check(Right with { Tags = [new UaTag { Name = "t", Node = "i=1", Kind = ValueKind.Float64, Deadband = new UaDeadband(UaDeadbandKind.Percent, 101) }] })));

    [Fact]
    public void Names_are_unique()
    {
        Assert.Contains("used twice", Assert.Single(UaSourceValidation.Check(new UaSourceOptions { Name = "in", Devices = [Right, Right] })));
        Assert.Contains("used twice", Assert.Single(Check(Right with { Tags = [Right.Tags[0], Right.Tags[0]] })));
    }

    [Fact]
    public void Only_what_is_polled_is_due()
    {
        IReadOnlyList<string> Due(UaDeviceOptions device) => UaSourceValidation.Check(new UaSourceOptions { Name = "in", Devices = [device], GatewayTime = UaGatewayTime.Due });
        Assert.Empty(Due(Right with { Mode = UaDeviceMode.Poll }));
        Assert.Contains("device 'press': mode Subscribe with gateway time Due", Assert.Single(Due(Right)), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Check(UaDeviceOptions device) => UaSourceValidation.Check(new UaSourceOptions { Name = "in", Devices = [device] });
}
