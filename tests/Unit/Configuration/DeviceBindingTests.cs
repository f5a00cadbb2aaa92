using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Binding;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Configuration;

public class DeviceBindingTests
{
    private const string Tags = "tags: [ { name: t, address: 1 } ]";

    [Fact]
    public void A_range_makes_its_devices_with_padded_names_and_computed_addresses()
    {
        var devices = SiteText.Good(SiteText.Journal + $$"""
            devices:
              - { name: "press-{008..012}", protocol: modbus, host: "10.0.{n/10}.{n%10+1}", port: "{n+5000}", unit: "{n}", {{Tags}} }
            """).ModbusDevices;
        Assert.Equal(["press-008", "press-009", "press-010", "press-011", "press-012"], devices.Select(d => d.Name));
        Assert.Equal(["10.0.0.9", "10.0.0.10", "10.0.1.1", "10.0.1.2", "10.0.1.3"], devices.Select(d => d.Host));
        Assert.Equal([5008, 5009, 5010, 5011, 5012], devices.Select(d => d.Port));
        Assert.Equal([8, 9, 10, 11, 12], devices.Select(d => (int)d.UnitId));
    }

    [Fact]
    public void Devices_of_a_range_and_of_a_template_share_one_tag_list()
    {
        var devices = SiteText.Good(SiteText.Journal + $$"""
            templates: { x: { {{Tags}} } }
            devices:
              - { name: "a-{1..3}", protocol: modbus, host: h, unit: "{n}", template: x }
              - { name: b, protocol: modbus, host: i, template: x }
            """).ModbusDevices;
        Assert.Equal(4, devices.Count);
        Assert.All(devices, d => Assert.Same(devices[0].Tags, d.Tags));
        Assert.All(devices.Take(3), d => Assert.Same(devices[0].Requests, d.Requests));
    }

    [Theory]
    [InlineData("a-{3..1}", "counts up")]
    [InlineData("a-{1..200000}", "at most 100000")]
    [InlineData("a-{1..2}-{1..2}", "one range")]
    [InlineData("a-{1-2}", "one range")]
    [InlineData("a-{1..2", "one range")]
    [InlineData("a-1..2}", "one range")]
    [InlineData("a-{..}", "one range")]
    [InlineData("a-{1..x}", "one range")]
    public void A_wrong_range_is_refused(string name, string says) =>
        Assert.Contains(says, SiteText.Error(SiteText.Journal + $"devices: [ {{ name: \"{name}\", protocol: modbus, host: h, {Tags} }} ]\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("{n}", 7, "7")]
    [InlineData("{n+1}", 7, "8")]
    [InlineData("{ 5000 + n * 2 }", 7, "5014")]
    [InlineData("{(n-1)/3}.{(n-1)%3}", 7, "2.0")]
    [InlineData("{2+3*4-6/2}", 1, "11")]
    [InlineData("plain", 1, "plain")]
    public void Arithmetic_in_braces_is_evaluated(string text, int n, string expected)
    {
        Assert.True(RangeExpression.TryExpand(text, n, out string expanded, out _));
        Assert.Equal(expected, expanded);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{m}")]
    [InlineData("{n+}")]
    [InlineData("{n n}")]
    [InlineData("{n/0}")]
    [InlineData("{n%(1-1)}")]
    [InlineData("{(n}")]
    [InlineData("{n")]
    [InlineData("{((((((((((((((((((n))))))))))))))))))}")]
    [InlineData("{999999999999*999999999999}")]
    public void Arithmetic_that_cannot_be_read_is_refused(string text)
    {
        Assert.False(RangeExpression.TryExpand(text, 1, out _, out string? problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void A_computed_number_out_of_range_names_the_first_device_it_hits() =>
        Assert.Contains(
            "devices[0].unit: expected a whole number from 0 to 255, found '{n}', which is 256 for n = 256",
            SiteText.Error(SiteText.Journal + $$"""devices: [ { name: "a-{1..300}", protocol: modbus, host: h, unit: "{n}", {{Tags}} } ]""" + "\n"), StringComparison.Ordinal);

    [Fact]
    public void Braces_without_a_range_are_refused() =>
        Assert.Contains("expected a range such as a-{01..20}", SiteText.Error(SiteText.Journal + $$"""devices: [ { name: a, protocol: modbus, host: h, unit: "{n}", {{Tags}} } ]""" + "\n"), StringComparison.Ordinal);

    [Fact]
    public void Unknown_template_names_the_nearest() =>
        Assert.Contains("no template has the name 'prses'; did you mean 'press'?", SiteText.Error(SiteText.Journal + $$"""
            templates: { press: { {{Tags}} } }
            devices: [ { name: a, protocol: modbus, host: h, template: prses } ]
            """), StringComparison.Ordinal);

    [Theory]
    [InlineData("{ name: t, address: 1 }, { name: t, address: 2 }", "tag 't' is there already, in line 2")]
    [InlineData("{ name: t, table: coil, address: 1, type: int16 }", "expected bool, found 'int16': a coil holds one bit")]
    [InlineData("{ name: t, address: 1, type: bool }", "a bool in a register needs its bit")]
    [InlineData("{ name: t, address: 1, bit: 3 }", "only a bool in a register has a bit")]
    [InlineData("{ name: t, table: discrete, address: 1, bit: 3 }", "only a bool in a register has a bit")]
    [InlineData("{ name: t, address: 1, length: 3 }", "only ascii has a length")]
    [InlineData("{ name: t, address: 1, type: ascii, scale: 2 }", "text and bool are not scaled")]
    [InlineData("{ name: t, address: 1, scale: 0 }", "expected a factor other than 0")]
    [InlineData("{ name: t, address: 65535, type: float32 }", "run past the last address")]
    public void A_tag_that_makes_no_sense_is_refused(string tags, string says) =>
        Assert.Contains(says, SiteText.Error(SiteText.Journal + $"devices: [ {{ name: a, protocol: modbus, host: h, tags: [ {tags} ] }} ]\n"), StringComparison.Ordinal);

    [Fact]
    public void A_coil_without_a_type_is_a_bool() =>
        Assert.Equal(ModbusType.Bool, SiteText.Good(SiteText.Journal + "devices: [ { name: a, protocol: modbus, host: h, tags: [ { name: t, table: coil, address: 1 } ] } ]\n").ModbusDevices[0].Tags[0].Type);

    [Fact]
    public void Every_key_of_a_tag_is_bound()
    {
        ModbusTag tag = SiteText.Good(SiteText.Journal
            + "devices: [ { name: a, protocol: modbus, host: h, tags: [ { name: t, table: input, address: 0x10, type: uint32, order: BADC, scale: 0.5, offset: -3, unit: bar } ] } ]\n").ModbusDevices[0].Tags[0];
        Assert.Equal(
            new ModbusTag { Name = "t", Table = ModbusTable.InputRegister, Address = 16, Type = ModbusType.UInt32, Order = WordOrder.BADC, Scale = 0.5, Offset = -3, Unit = "bar" }, tag);
    }

    [Fact]
    public void Every_key_of_a_device_is_bound()
    {
        ModbusDeviceOptions device = SiteText.Good(SiteText.Journal + $$"""
            devices:
              - name: a
                protocol: modbus
                host: h
                port: 1502
                unit: 9
                own_connection: true
                tenant: acme
                interval: 0
                timeout: 2s
                connect_timeout: 4s
                longest_backoff: 1m
                requests: { max_gap: 1, max_registers: 100, max_bits: 64, max_in_flight: 4 }
                {{Tags}}
            """).ModbusDevices[0];
        Assert.Equal(("h", 1502, (byte)9, true, "acme"), (device.Host, device.Port, device.UnitId, device.OwnConnection, device.Tenant));
        Assert.Equal(
            new ModbusPollOptions { Interval = TimeSpan.Zero, ResponseTimeout = TimeSpan.FromSeconds(2), ConnectTimeout = TimeSpan.FromSeconds(4), LongestBackoff = TimeSpan.FromMinutes(1) },
            device.Poll);
        Assert.Equal(new ModbusRequestOptions { MaxGap = 1, MaxRegisters = 100, MaxBits = 64, MaxInFlight = 4 }, device.Requests);
    }

    [Fact]
    public void A_tag_wider_than_the_largest_request_is_refused() =>
        Assert.Contains(
            "devices[0].requests.max_registers: expected at least 4, which tag 't' needs in one request, found 2",
            SiteText.Error(SiteText.Journal + "devices: [ { name: a, protocol: modbus, host: h, requests: { max_registers: 2 }, tags: [ { name: t, address: 1, type: float64 } ] } ]\n"),
            StringComparison.Ordinal);

    [Fact]
    public void Halves_of_each_other_are_warned_of_and_views_of_the_same_are_not()
    {
        var result = SiteText.Parse(SiteText.Journal + """
            devices:
              - name: a
                protocol: modbus
                host: h
                tags:
                  - { name: whole, address: 10, type: float32 }
                  - { name: half, address: 11 }
                  - { name: word, address: 20 }
                  - { name: word.bit, address: 20, type: bool, bit: 1 }
                  - { name: long.bit, address: 11, type: bool, bit: 1 }
            """);
        ConfigurationProblem warning = Assert.Single(result.Problems);
        Assert.Equal("site.yaml:8:32: warning: devices[0].tags[1].address: tag 'half' begins inside 'whole', which covers 10 to 11", warning.ToString());
        Assert.NotNull(result.Value);
    }

    [Fact]
    public void Two_devices_at_one_unit_and_an_unused_template_are_warned_of()
    {
        var result = SiteText.Parse(SiteText.Journal + $$"""
            templates: { x: { {{Tags}} } }
            devices:
              - { name: a, protocol: modbus, host: h, {{Tags}} }
              - { name: b, protocol: modbus, host: h, {{Tags}} }
            """);
        Assert.NotNull(result.Value);
        Assert.Collection(
            result.Warnings,
            w => Assert.Contains("templates.x: no device uses this template", w.ToString(), StringComparison.Ordinal),
            w => Assert.Contains("device 'b' is unit 1 at h:502, as 'a' is", w.ToString(), StringComparison.Ordinal));
    }
}
