using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace HyperIngest.Host.Commands;

/// <summary>The program's command line: parses, says what is wrong with it, and runs the verb.</summary>
internal sealed class ProgramCommandLine
{
    private readonly RootCommand _root = new("HyperIngest reads industrial devices and lands every reading, complete and in order, in a journal and in PostgreSQL.");

    /// <summary>A command line of the given verbs.</summary>
    public ProgramCommandLine(params IReadOnlyList<Verb> verbs)
    {
        foreach (Verb verb in verbs) _root.Subcommands.Add(verb);
        HelpOption help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        VersionOption version = _root.Options.OfType<VersionOption>().Single();
        version.Action = new VersionText();
    }

    /// <summary>Runs what <paramref name="arguments"/> ask for; the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        InvocationConfiguration configuration = new()
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // Verbs that have something to drain listen to signals themselves; the others end as a Unix tool does.
            ProcessTerminationTimeout = null,
        };
        if (arguments.Count == 0)
        {
            configuration.Output = error;
            _root.Parse(["--help"]).Invoke(configuration);
            return ExitCode.Usage;
        }
        ParseResult parsed = _root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
        {
            foreach (string problem in Problems(parsed)) await error.WriteLineAsync($"hyperingest: {problem}");
            string verb = parsed.CommandResult.Command is Verb named ? " " + named.Name : "";
            await error.WriteLineAsync($"Try: hyperingest{verb} --help");
            return ExitCode.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (UsageException wrong)
        {
            await error.WriteLineAsync($"hyperingest: {wrong.Message}");
            return ExitCode.Usage;
        }
        catch (IOException closed) when (ClosedPipe.Is(closed))
        {
            // The reader has what it wanted: hyperingest query ... | head
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or TimeoutException or System.Data.Common.DbException)
        {
            await error.WriteLineAsync($"hyperingest: {failure.Message}");
            return ExitCode.Failed;
        }
    }

    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        foreach (string token in parsed.UnmatchedTokens)
        {
            if (token.StartsWith('-'))
            {
                yield return $"unknown option '{token}'{Nearest.Hint(token, command.Options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name)))}";
            }
            else if (command is RootCommand)
            {
                string hint = Nearest.Hint(token, command.Subcommands.Select(c => c.Name));
                yield return $"unknown command '{token}'{(hint.Length > 0 ? hint : $"; there are {string.Join(", ", command.Subcommands.Select(c => c.Name))}")}";
            }
            else yield return $"'{token}' is one argument too many";
        }
        // The parser has a message of its own for each unmatched token, and for the verb that a misspelled one leaves missing.
        bool misspelled = parsed.UnmatchedTokens.Count > 0;
        foreach (ParseError problem in parsed.Errors)
        {
            bool isAboutToken = parsed.UnmatchedTokens.Any(t => problem.Message.Contains($"'{t}'", StringComparison.Ordinal));
            if (!isAboutToken && !(misspelled && command is RootCommand)) yield return problem.Message;
        }
    }

    private sealed class VersionText : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ProgramVersion.Text);
            return ExitCode.Ok;
        }
    }
}
