using HyperIngest.Host.Configuration;

namespace HyperIngest.Tests.Unit.Configuration;

public class EnvironmentTests
{
    private const string Rest = SiteText.Journal + SiteText.Device;

    [Theory]
    [InlineData("${A}", "1")]
    [InlineData("x-${A}-${B}", "x-1-2")]
    [InlineData("${C:-d}", "d")]
    [InlineData("${A:-d}", "1")]
    [InlineData("${EMPTY:-d}", "d")]
    [InlineData("${C:-}", "")]
    [InlineData("$${A}", "${A}")]
    [InlineData("$${A}${B}", "${A}2")]
    [InlineData("$A", "$A")]
    [InlineData("${C:-a:-b}", "a:-b")]
    public void References_are_replaced(string text, string expected)
    {
        Dictionary<string, string> environment = new() { ["A"] = "1", ["B"] = "2", ["EMPTY"] = "" };
        Assert.True(EnvironmentReferences.TryExpand(text, environment.GetValueOrDefault, out string expanded, out _, out _));
        Assert.Equal(expected, expanded);
    }

    [Fact]
    public void A_value_that_looks_like_a_reference_is_not_expanded_again() =>
        Assert.Equal("${B}", SiteText.Good("node: ${A}\n" + Rest, ("A", "${B}"), ("B", "x")).Pipeline.Node);

    [Fact]
    public void A_missing_variable_is_an_error_that_names_it() =>
        Assert.Equal("site.yaml:1:7: node: environment variable NODE_NAME is not set; set it, or give a default: ${NODE_NAME:-...}", SiteText.Error("node: ${NODE_NAME}\n" + Rest));

    [Theory]
    [InlineData("${A", "'${' without '}'")]
    [InlineData("${}", "not an environment reference")]
    [InlineData("${1A}", "not an environment reference")]
    [InlineData("${A B}", "not an environment reference")]
    public void A_reference_that_is_not_well_formed_is_an_error(string text, string says) => Assert.Contains(says, SiteText.Error($"node: \"{text}\"\n" + Rest), StringComparison.Ordinal);

    [Fact]
    public void A_wrong_value_from_the_environment_shows_the_reference_and_not_the_value()
    {
        string error = SiteText.Error("shards: ${SHARDS}\n" + Rest, ("SHARDS", "s3cret"));
        Assert.Equal("site.yaml:1:9: shards: expected a whole number from 1 to 64, found '${SHARDS}' (its value is not shown)", error);
    }

    [Theory]
    [InlineData("\"Host=db;Password=s3cret;Nonsense\"")]
    [InlineData("\"Pasword=s3cret\"")]
    [InlineData("[ s3cret ]")]
    [InlineData("\"${PG:-Host=db;Pasword=s3cret}\"")]
    [InlineData("\"s3cret${\"")]
    [InlineData("\"${FROM_ENV}\"")]
    public void A_connection_string_is_never_shown(string connection)
    {
        string[] errors = SiteText.Errors(Rest + $"sinks:\n  - {{ name: s, type: postgres, connection: {connection} }}\n", ("FROM_ENV", "Host=db;Pasword=s3cret"));
        Assert.NotEmpty(errors);
        Assert.All(errors, e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("sinks[0].connection", StringComparison.Ordinal));
    }

    [Fact]
    public void A_connection_string_from_the_environment_is_bound() =>
        Assert.Equal("Host=db;Password=x", SiteText.Good(Rest + "sinks:\n  - { name: s, type: postgres, connection: \"${PG}\" }\n", ("PG", "Host=db;Password=x")).PostgresSinks[0].ConnectionString);
}
