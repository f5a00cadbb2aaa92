using System.Text;

namespace HyperIngest.Host.Configuration;

/// <summary>
/// Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> in a value; <c>$${</c> stands for a literal <c>${</c>. A variable that is set but empty
/// takes the default, as in a shell.
/// </summary>
internal static class EnvironmentReferences
{
    /// <summary>
    /// The text with all references replaced; <paramref name="used"/> says whether there was one, in which case the result is not to be
    /// shown to anybody. False when something is wrong, and <paramref name="problem"/> says what.
    /// </summary>
    public static bool TryExpand(string text, Func<string, string?> environment, out string expanded, out bool used, out string? problem)
    {
        expanded = text;
        used = false;
        problem = null;
        int at = text.IndexOf("${", StringComparison.Ordinal);
        if (at < 0) return true;

        StringBuilder result = new();
        int done = 0;
        for (; at >= 0; at = text.IndexOf("${", done, StringComparison.Ordinal))
        {
            if (at > done && text[at - 1] == '$')
            {
                result.Append(text, done, at - 1 - done).Append("${");
                done = at + 2;
                continue;
            }
            int end = text.IndexOf('}', at);
            if (end < 0)
            {
                problem = "'${' without '}': expected ${NAME} or ${NAME:-default}; write $${ for a literal ${";
                return false;
            }
            string inside = text[(at + 2)..end];
            int colon = inside.IndexOf(":-", StringComparison.Ordinal);
            string name = colon < 0 ? inside : inside[..colon];
            if (!IsName(name))
            {
                problem = $"'${{{inside}}}' is not an environment reference: expected ${{NAME}} or ${{NAME:-default}} with a name of letters, digits and '_'";
                return false;
            }
            string? value = environment(name);
            if (string.IsNullOrEmpty(value)) value = colon < 0 ? value : inside[(colon + 2)..];
            if (value is null)
            {
                problem = $"environment variable {name} is not set; set it, or give a default: ${{{name}:-...}}";
                return false;
            }
            result.Append(text, done, at - done).Append(value);
            used = true;
            done = end + 1;
        }
        expanded = result.Append(text, done, text.Length - done).ToString();
        return true;
    }

    /// <summary>Whether the text is one reference without a default and nothing else: then showing it gives nothing away.</summary>
    public static bool IsOne(string text) => text.StartsWith("${", StringComparison.Ordinal) && text.EndsWith('}') && IsName(text[2..^1]);

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
