using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HyperIngest.LoadGen.Devices.Faults;

namespace HyperIngest.LoadGen.Report;

/// <summary>A load run as the one line that <c>--json</c> prints last: what <see cref="LoadRunJson"/> writes, without its series.</summary>
public static class LoadRunLine
{
    /// <summary>The line.</summary>
    public static string Of(LoadRun run) => JsonSerializer.Serialize(run with { Samples = [], Latency = [], Pauses = [] }, LoadRunLineContext.OneLine.LoadRun);
}

/// <summary>The line's JSON.</summary>
[JsonSerializable(typeof(LoadRun))]
internal sealed partial class LoadRunLineContext : JsonSerializerContext
{
    /// <summary>Names and words as in the file.</summary>
    public static LoadRunLineContext OneLine { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter<FaultKind>(JsonNamingPolicy.KebabCaseLower) },
    });
}
