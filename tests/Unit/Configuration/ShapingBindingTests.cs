using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;
using HyperIngest.Host.Configuration;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Configuration;

public sealed class ShapingBindingTests
{
    private static ConfigurationResult<SiteConfiguration> Parse(string tag) => ConfigurationFile.ParseSite(
        "site.yaml",
        new StringReader($"""
        node: a
        journal: {"{ path: /tmp/none }"}
        devices:
          - name: d
            protocol: modbus
            host: localhost
            tags:
              - {tag}
        """),
        _ => null);

    [Fact]
    public void Range_and_deadband_make_the_series_an_engineering_value()
    {
        SiteConfiguration site = Parse("{ name: t, address: 0, type: int16, min: 0, max: 150, out_of_range: clamp, deadband: 0.5, heartbeat: 30s }").Value!;
        ModbusTag tag = site.ModbusDevices[0].Tags[0];
        Assert.Equal(new ShapingRule { Min = 0, Max = 150, OutOfRange = OutOfRange.Clamp, Deadband = 0.5, Heartbeat = TimeSpan.FromSeconds(30) }, tag.Shaping);
        Assert.Equal(ValueKind.Float64, tag.Kind());
    }

    [Fact]
    public void A_tag_without_them_keeps_its_kind_and_has_no_rule()
    {
        ModbusTag tag = Parse("{ name: t, address: 0, type: int16 }").Value!.ModbusDevices[0].Tags[0];
        Assert.Null(tag.Shaping);
        Assert.Equal(ValueKind.Int64, tag.Kind());
    }

    [Theory]
    [InlineData("{ name: t, address: 0, min: 5, max: 1 }", "at most max")]
    [InlineData("{ name: t, address: 0, deadband: -1 }", "0 or more")]
    [InlineData("{ name: t, address: 0, heartbeat: 5s }", "add deadband")]
    [InlineData("{ name: t, address: 0, out_of_range: clamp }", "without min or max")]
    [InlineData("{ name: t, table: coil, address: 0, deadband: 1 }", "no range and no deadband")]
    public void What_makes_no_sense_is_an_error_with_its_line(string tag, string said)
    {
        ConfigurationResult<SiteConfiguration> result = Parse(tag);
        Assert.Null(result.Value);
        Assert.Contains(result.Errors, e => e.ToString().StartsWith("site.yaml:8:", StringComparison.Ordinal) && e.ToString().Contains(said, StringComparison.Ordinal));
    }
}
