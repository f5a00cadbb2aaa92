namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>What a server calls things, fit for a terminal: a control character could rewrite what is on it.</summary>
internal static class PrintableText
{
    /// <summary>The text on one line, control characters as spaces.</summary>
    public static string Of(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
