using System.Text;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Pieces of payloads as reasons quote them: short, and without what would spoil a log line.</summary>
internal static class Excerpt
{
    private const int MaxCharacters = 48;

    /// <summary>The text's beginning, in quotation marks.</summary>
    public static string Of(ReadOnlySpan<byte> utf8)
    {
        bool isWhole = utf8.Length <= MaxCharacters;
        string text = Encoding.UTF8.GetString(isWhole ? utf8 : utf8[..MaxCharacters]);
        StringBuilder quoted = new("'");
        foreach (char c in text) quoted.Append(char.IsControl(c) ? '?' : c);
        return quoted.Append(isWhole ? "'" : "...'").ToString();
    }
}
