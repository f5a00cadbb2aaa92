using System.Text.Json;
using System.Text.Json.Serialization;

namespace HyperIngest.Host.Http;

/// <summary>How the program writes JSON: snake_case names, words for enums.</summary>
internal static class StatusJson
{
    /// <summary>One object on one line.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };
}
