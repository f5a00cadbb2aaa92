using System.Globalization;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>A topic's settings under the names a broker gives them.</summary>
internal static class TopicConfigs
{
    private const string MaxMessageBytes = "max.message.bytes";
    private const string RetentionBytes = "retention.bytes";

    public static IReadOnlyList<(string Name, string Value, bool IsDefault)> Of(TopicSettings settings) =>
    [
        (MaxMessageBytes, settings.MaxMessageBytes.ToString(CultureInfo.InvariantCulture), settings.MaxMessageBytes == new TopicSettings().MaxMessageBytes),
        (RetentionBytes, (settings.RetentionBytes ?? -1).ToString(CultureInfo.InvariantCulture), settings.RetentionBytes is null),
    ];

    /// <summary>The settings with one of them changed; null when its name or value is not one that is known here.</summary>
    public static TopicSettings? With(TopicSettings settings, string name, string? value)
    {
        if (!long.TryParse(value, CultureInfo.InvariantCulture, out long number)) return null;
        return name switch
        {
            MaxMessageBytes when number is >= 0 and <= int.MaxValue => settings with { MaxMessageBytes = (int)number },
            RetentionBytes when number >= -1 => settings with { RetentionBytes = number < 0 ? null : number },
            _ => null,
        };
    }
}
