using Spectre.Console;

namespace HyperIngest.Host.Commands;

/// <summary>What standard output is connected to.</summary>
internal static class Terminal
{
    /// <summary>Whether <paramref name="output"/> is a terminal that can redraw: not a pipe or file, and not TERM=dumb.</summary>
    public static bool IsOutput(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>No colours where NO_COLOR is set (no-color.org).</summary>
    public static ColorSystemSupport Colors =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors;
}
