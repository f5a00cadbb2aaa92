using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HyperIngest.LoadGen.Devices.Faults;

namespace HyperIngest.LoadGen.Report;

/// <summary>A load run on disk: one JSON document, names in snake case, kinds of faults as profiles write them.</summary>
public static class LoadRunFile
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string Name = "run.json";

    /// <summary>Writes <paramref name="run"/>; an existing file is replaced.</summary>
    public static void Write(LoadRun run, string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(file, run, LoadRunContext.Indented.LoadRun);
    }

    /// <summary>The run as one line of JSON.</summary>
    public static string ToLine(LoadRun run) => JsonSerializer.Serialize(run, LoadRunContext.OneLine.LoadRun);
}

/// <summary>The JSON of a run.</summary>
[JsonSerializable(typeof(LoadRun))]
internal sealed partial class LoadRunContext : JsonSerializerContext
{
    /// <summary>For the file.</summary>
    public static LoadRunContext Indented { get; } = new(Settings(indented: true));

    /// <summary>For the last line of the output.</summary>
    public static LoadRunContext OneLine { get; } = new(Settings(indented: false));

    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Nothing here is ever put into a web page as it is, so that "<=" may stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        Converters = { new JsonStringEnumConverter<FaultKind>(JsonNamingPolicy.KebabCaseLower) },
    };
}
