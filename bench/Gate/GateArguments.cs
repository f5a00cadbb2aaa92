namespace HyperIngest.Bench.Gate;

/// <summary>What was typed behind <c>gate</c>.</summary>
/// <param name="UpdateReason">Why a new baseline is written; null to compare.</param>
/// <param name="MarkdownPath">Where the table goes as Markdown; null for nowhere.</param>
/// <param name="Only">The workload, or the stage's first word, to measure alone; null for all.</param>
/// <param name="BaselinePath">Another baseline than the committed one; null for that.</param>
/// <param name="WantsHelp">Help was asked for.</param>
public sealed record GateArguments(string? UpdateReason, string? MarkdownPath, string? Only, string? BaselinePath, bool WantsHelp)
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Help =
        """
        Holds the stages' micro-benchmarks against bench/Gate/baseline.json: time as a ratio to a reference measured beside it, allocation to the byte.

        Usage: dotnet run -c Release --project bench -- gate [options]

          --only NAME        one workload (json.encode) or all whose name begins with it (ring); the others are neither measured nor missed
          --markdown FILE    writes the table as Markdown too, for a pull request
          --update "REASON"  measures and writes a new baseline, with the reason, the date and the machine in it
          --baseline FILE    another baseline file
          --help             this

        Exit code: 0 every row passed, 1 a row failed, 2 wrong usage or no readable baseline.
        docs/benchmarks.md says how to read the table.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">They are wrong; the message says which and what was expected.</exception>
    public static GateArguments Parse(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> values = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string option = arguments[i];
            if (option is "--help" or "-h" or "-?") return new GateArguments(null, null, null, null, WantsHelp: true);
            if (option is not ("--update" or "--markdown" or "--only" or "--baseline")) throw new FormatException($"'{option}' is no option of gate; --help lists them.");
            if (i + 1 == arguments.Count || arguments[i + 1].StartsWith("--", StringComparison.Ordinal) || string.IsNullOrWhiteSpace(arguments[i + 1]))
            {
                throw new FormatException(option == "--update" ? "--update expects the reason for the new baseline: --update \"why it may be slower\"." : $"{option} expects a value.");
            }
            if (!values.TryAdd(option, arguments[++i])) throw new FormatException($"{option} was given twice.");
        }
        return new GateArguments(
            values.GetValueOrDefault("--update"), values.GetValueOrDefault("--markdown"), values.GetValueOrDefault("--only"), values.GetValueOrDefault("--baseline"), WantsHelp: false);
    }
}
