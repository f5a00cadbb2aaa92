using System.Globalization;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>How a value is written, what range it may have and how it is shown in the reference.</summary>
/// <param name="Name">For the reference: <c>duration</c>, <c>integer</c>.</param>
/// <param name="Range">For the reference: what is allowed; empty for anything.</param>
/// <param name="Expected">For error messages: <c>a whole number from 0 to 124</c>.</param>
/// <param name="Parse">Reads a value; false when it is not one or out of range.</param>
/// <param name="Format">Writes a value as a user would.</param>
/// <param name="Choices">All values there are, for the nearest one; null when they cannot be listed.</param>
internal sealed record ScalarType<T>(
    string Name, string Range, string Expected, ScalarParser<T> Parse, Func<T, string> Format, IReadOnlyList<string>? Choices = null);

/// <summary>Reads a value; false when it is not one or out of range.</summary>
internal delegate bool ScalarParser<T>(string text, out T value);

/// <summary>The kinds of values a configuration has.</summary>
internal static class Scalars
{
    /// <summary>Any text that is not empty, at most <paramref name="maxLength"/> characters.</summary>
    public static ScalarType<string> Text(int maxLength = 1024) => new(
        "text", "", $"a text of 1 to {maxLength} characters",
        (string text, out string value) => (value = text).Length > 0 && text.Length <= maxLength,
        value => value);

    /// <summary>Text that may be empty.</summary>
    public static ScalarType<string> OptionalText(int maxLength = 1024) => new(
        "text", "", $"a text of at most {maxLength} characters",
        (string text, out string value) => (value = text).Length <= maxLength,
        value => value.Length == 0 ? "\"\"" : value);

    /// <summary>A whole number, decimal or hexadecimal with <c>0x</c>.</summary>
    public static ScalarType<int> Integer(int least, int most) => new(
        "integer", $"{least} to {most}", $"a whole number from {least} to {most}",
        (string text, out int value) => TryInteger(text, out value) && value >= least && value <= most,
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A power of two.</summary>
    public static ScalarType<int> PowerOfTwo(int least, int most) => new(
        "integer", $"a power of two, {least} to {most}", $"a power of two from {least} to {most}",
        (string text, out int value) => TryInteger(text, out value) && value >= least && value <= most && int.IsPow2(value),
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A finite number.</summary>
    public static ScalarType<double> Number { get; } = new(
        "number", "", "a number",
        (string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value),
        value => value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>A share of something: above 0, at most 1.</summary>
    public static ScalarType<double> Fraction { get; } = Number with
    {
        Range = "above 0 to 1",
        Expected = "a number above 0 to 1",
        Parse = (string text, out double value) => Number.Parse(text, out value) && value is > 0 and <= 1,
    };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ScalarType<bool> Boolean { get; } = Choice(("true", true), ("false", false)) with { Name = "boolean" };

    /// <summary>A duration from <paramref name="least"/> to <paramref name="most"/>; <paramref name="zero"/> says what 0 means where it is allowed besides.</summary>
    public static ScalarType<TimeSpan> Duration(TimeSpan least, TimeSpan most, string? zero = null)
    {
        string range = $"{Core.Duration.Format(least)} to {Core.Duration.Format(most)}" + (zero is null ? "" : $", or 0 ({zero})");
        return new ScalarType<TimeSpan>(
            "duration", range, $"a duration such as 100ms, 1s or 24h, {range}",
            (string text, out TimeSpan value) => Core.Duration.TryParse(text, out value) && ((value >= least && value <= most) || (zero is not null && value == TimeSpan.Zero)),
            Core.Duration.Format);
    }

    /// <summary>A duration of at most <paramref name="most"/> that may lie behind: <c>-5s</c>.</summary>
    public static ScalarType<TimeSpan> SignedDuration(TimeSpan most)
    {
        string range = $"{Core.Duration.Format(-most)} to {Core.Duration.Format(most)}";
        return new ScalarType<TimeSpan>(
            "duration", range, $"a duration such as 5s or -5s, {range}",
            (string text, out TimeSpan value) => Core.Duration.TryParseSigned(text, out value) && value.Duration() <= most,
            Core.Duration.Format);
    }

    /// <summary>A size in bytes.</summary>
    public static ScalarType<long> Size(long least, long most)
    {
        string range = $"{ByteSize.Format(least)} to {ByteSize.Format(most)}";
        return new ScalarType<long>(
            "size", range, $"a size such as 64MiB or 8GiB, {range}",
            (string text, out long value) => ByteSize.TryParse(text, out value) && value >= least && value <= most,
            ByteSize.Format);
    }

    /// <summary>One of a few words; case does not count.</summary>
    public static ScalarType<T> Choice<T>(params (string Word, T Value)[] choices)
    {
        string words = string.Join(", ", choices.Select(c => c.Word));
        return new ScalarType<T>(
            "choice", words, $"one of {words}",
            (string text, out T value) =>
            {
                foreach ((string word, T meaning) in choices)
                {
                    if (!word.Equals(text, StringComparison.OrdinalIgnoreCase)) continue;
                    value = meaning;
                    return true;
                }
                value = default!;
                return false;
            },
            value => Array.Find(choices, c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word,
            [.. choices.Select(c => c.Word)]);
    }

    /// <summary>Reads decimal and <c>0x</c> hexadecimal.</summary>
    internal static bool TryInteger(string text, out int value) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
