namespace HyperIngest.Tests.Unit.Configuration;

public class BinderErrorTests
{
    private const string Rest = SiteText.Journal + SiteText.Device;

    [Fact]
    public void Unknown_key_is_placed_and_the_nearest_named() =>
        Assert.Equal("site.yaml:1:1: shrads: unknown key 'shrads'; did you mean 'shards'?", SiteText.Error("shrads: 2\n" + Rest));

    [Fact]
    public void Unknown_key_with_nothing_near_lists_what_there_is() =>
        Assert.Equal("site.yaml:1:9: http.zzzzzzzz: unknown key 'zzzzzzzz'; expected listen", SiteText.Error("http: { zzzzzzzz: 1 }\n" + Rest));

    [Fact]
    public void Unknown_key_deep_in_a_list_has_its_whole_path() =>
        Assert.Equal(
            "site.yaml:6:17: devices[0].requests.maxgap: unknown key 'maxgap'; did you mean 'max_gap'?",
            SiteText.Error(SiteText.Journal + "devices:\n  - name: a\n    protocol: modbus\n    host: h\n    requests: { maxgap: 8 }\n    tags: [ { name: t, address: 1 } ]\n"));

    [Fact]
    public void Duplicate_key_names_the_first() =>
        Assert.Equal("site.yaml:2:1: shards: 'shards' stands here a second time; the first is in line 1", SiteText.Error("shards: 2\nshards: 4\n" + Rest));

    [Fact]
    public void Wrong_number_says_what_was_expected_and_found() =>
        Assert.Equal("site.yaml:1:9: shards: expected a whole number from 1 to 64, found 'two'", SiteText.Error("shards: two\n" + Rest));

    [Theory]
    [InlineData("shards: 0")]
    [InlineData("shards: 65")]
    [InlineData("shards: 1.5")]
    [InlineData("shards: 99999999999999999999")]
    public void Number_out_of_range_is_refused(string line) => Assert.Contains("expected a whole number from 1 to 64", SiteText.Error(line + "\n" + Rest), StringComparison.Ordinal);

    [Fact]
    public void Ring_must_be_a_power_of_two() => Assert.Contains("expected a power of two from 1024 to 16777216, found '5000'", SiteText.Error("ring: 5000\n" + Rest), StringComparison.Ordinal);

    [Fact]
    public void Duration_without_a_unit_is_refused() =>
        Assert.Equal("site.yaml:1:15: batch.age: expected a duration such as 100ms, 1s or 24h, 1ms to 10s, found '20'", SiteText.Error("batch: { age: 20 }\n" + Rest));

    [Fact]
    public void Size_out_of_range_is_refused() =>
        Assert.Equal(
            "site.yaml:1:31: journal.segment: expected a size such as 64MiB or 8GiB, 1MiB to 1GiB, found '2GiB'",
            SiteText.Error("journal: { path: /j, segment: 2GiB }\n" + SiteText.Device));

    [Fact]
    public void Unknown_choice_names_the_nearest() =>
        Assert.Equal(
            "site.yaml:2:67: devices[0].tags[0].order: expected one of ABCD, CDAB, BADC, DCBA, found 'CDBA'; did you mean 'CDAB'?",
            SiteText.Error(SiteText.Journal + "devices: [ { name: a, protocol: modbus, host: h, tags: [ { order: CDBA, name: t, address: 1, type: float32 } ] } ]\n"));

    [Fact]
    public void Missing_required_key_is_placed_at_its_section() =>
        Assert.Equal("site.yaml:1:10: journal.path: missing; expected a text of 1 to 4096 characters", SiteText.Error("journal: { fsync: never }\n" + SiteText.Device));

    [Fact]
    public void Nothing_after_a_key_is_refused_for_a_value_and_fine_for_a_section()
    {
        Assert.Contains("expected a whole number from 1 to 64, found nothing", SiteText.Error("shards:\n" + Rest), StringComparison.Ordinal);
        SiteText.Good("http:\n" + Rest);
    }

    [Fact]
    public void A_list_where_a_section_belongs_is_refused() =>
        Assert.Equal("site.yaml:1:7: http: expected a section with listen, found a list", SiteText.Error("http: [ 1 ]\n" + Rest));

    [Fact]
    public void Braces_without_quotes_get_the_advice_to_quote() =>
        Assert.Contains(
            "devices[0].unit: expected a text of 1 to 64 characters, found a section; a value that begins with '{' needs quotes",
            SiteText.Error(SiteText.Journal + "devices: [ { name: a, protocol: modbus, host: h, unit: {n}, tags: [ { name: t, address: 1 } ] } ]\n"), StringComparison.Ordinal);

    [Fact]
    public void All_errors_come_at_once_in_file_order()
    {
        string[] errors = SiteText.Errors("""
            shards: many
            btach: { age: 1s }
            journal: { fsync: sometimes }
            http: { listen: nowhere }
            devices:
              - { name: a, protocol: mudbus, host: h, template: prss }
              - { name: a, protocol: modbus, host: h, tags: [ { name: t, address: 70000 } ] }
            sinks:
              - { name: s, type: postgres, connection: "Host=h", columns: { v: vlaue } }
            """);
        Assert.Collection(
            errors,
            e => Assert.StartsWith("site.yaml:1:9: shards:", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:2:1: btach: unknown key 'btach'; did you mean 'batch'?", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:3:10: journal.path: missing", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:3:19: journal.fsync: expected an interval", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:4:17: http.listen: expected an address and port", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:6:26: devices[0].protocol: expected one of modbus, found 'mudbus'; did you mean 'modbus'?", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:6:53: devices[0].template: no template has the name 'prss'; the file has no templates", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:7:13: devices[1].name: device 'a' is there already, in line 6", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:7:71: devices[1].tags[0].address: expected a whole number from 0 to 65535, found '70000'", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:9:5: sinks[0].table: missing", e, StringComparison.Ordinal),
            e => Assert.StartsWith("site.yaml:9:68: sinks[0].columns.v: expected one of time,", e, StringComparison.Ordinal));
    }

    [Fact]
    public void Broken_yaml_is_placed()
    {
        string error = SiteText.Error("shards: 2\n  node: x\n");
        Assert.StartsWith("site.yaml:2:7: not valid YAML: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("- a\n- b\n", "expected a section with node, shards")]
    [InlineData("just text\n", "expected a section with node, shards")]
    public void A_file_that_is_no_site_is_one_error(string yaml, string says) => Assert.Contains(says, SiteText.Error(yaml), StringComparison.Ordinal);

    [Fact]
    public void A_second_document_is_refused() => Assert.Contains("found a second one", SiteText.Error(Rest + "---\nnode: b\n"), StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused_before_it_reaches_the_stack()
    {
        string deep = new string('[', 100_000) + new string(']', 100_000);
        Assert.Contains("levels deep", SiteText.Error("x: " + deep + "\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_anchor_that_holds_itself_is_refused() => Assert.Contains("names an anchor", SiteText.Error("http: &a { listen: *a }\n" + Rest), StringComparison.Ordinal);

    [Fact]
    public void What_is_wrong_with_an_aliased_node_is_said_once() =>
        Assert.Single(SiteText.Errors(SiteText.Journal + """
            templates:
              x: { tags: &t [ { name: t, address: 99999 } ] }
              y: { tags: *t }
            devices:
              - { name: a, protocol: modbus, host: h, template: x }
              - { name: b, protocol: modbus, host: h, unit: 2, template: y }
            """), e => e.Contains("address", StringComparison.Ordinal));
}
