using System.CommandLine;
using System.CommandLine.Parsing;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands;

/// <summary>Options that several verbs have. Each call makes a new one: an option belongs to one command.</summary>
internal static class CommonOptions
{
    /// <summary><c>--log-format text|json</c>; null leaves it to the file.</summary>
    public static Option<LogFormat?> LogFormat() => Choice("--log-format", "FORMAT", "Log lines as text or json; overrules the file.", SiteSchema.Log.Format.Type);

    /// <summary><c>--log-level</c>; null leaves it to the file.</summary>
    public static Option<LogLevel?> LogLevel() => Choice("--log-level", "LEVEL", "trace, debug, information, warning, error or critical; overrules the file.", SiteSchema.Log.Level.Type);

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json(string description) => new("--json") { Description = description };

    /// <summary>An option whose value is written as one of the configuration's types.</summary>
    public static Option<T?> Choice<T>(string name, string helpName, string description, ScalarType<T> type)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => Read(result, name, type),
        };

    private static T? Read<T>(ArgumentResult result, string name, ScalarType<T> type)
        where T : struct
    {
        string text = result.Tokens[0].Value;
        if (type.Parse(text, out T value)) return value;
        string hint = type.Choices is { } choices ? Nearest.Hint(text, choices) : "";
        result.AddError($"{name}: expected {type.Expected}, found '{text}'{hint}");
        return null;
    }
}
