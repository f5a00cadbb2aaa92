using HyperIngest.Host.Configuration;

namespace HyperIngest.Tests.Unit.Configuration;

/// <summary>Small site files for tests.</summary>
internal static class SiteText
{
    /// <summary>A root that is right but for the devices and what a test adds.</summary>
    public const string Journal = "journal: { path: /tmp/j }\n";

    /// <summary>A device that is right.</summary>
    public const string Device = "devices:\n  - { name: a, protocol: modbus, host: h, tags: [ { name: t, address: 1 } ] }\n";

    public static ConfigurationResult<SiteConfiguration> Parse(string yaml, params (string Name, string Value)[] environment) =>
        ConfigurationFile.ParseSite("site.yaml", new StringReader(yaml), name => environment.FirstOrDefault(e => e.Name == name).Value);

    /// <summary>The site, which must be free of errors.</summary>
    public static SiteConfiguration Good(string yaml, params (string Name, string Value)[] environment)
    {
        var result = Parse(yaml, environment);
        Assert.Empty(result.Errors);
        return result.Value!;
    }

    /// <summary>The errors as text.</summary>
    public static string[] Errors(string yaml, params (string Name, string Value)[] environment)
    {
        var result = Parse(yaml, environment);
        Assert.Null(result.Value);
        return [.. result.Errors.Select(e => e.ToString())];
    }

    /// <summary>The one error there must be.</summary>
    public static string Error(string yaml, params (string Name, string Value)[] environment) => Assert.Single(Errors(yaml, environment));
}
