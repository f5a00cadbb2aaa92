using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace HyperIngest.Host.Commands;

/// <summary>The usual help, then examples for a verb, or the exit codes for the program.</summary>
internal sealed class ExamplesHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        IReadOnlyList<Example> examples = parseResult.CommandResult.Command is Verb verb ? verb.Examples : ProgramExamples;
        output.WriteLine("Examples:");
        foreach (Example example in examples)
        {
            output.WriteLine($"  {example.CommandLine}");
            output.WriteLine($"      {example.Meaning}");
        }
        output.WriteLine();
        output.WriteLine("Exit codes:");
        output.WriteLine("  0    it did what was asked");
        output.WriteLine("  1    it ran, and a promise or a verification was broken");
        output.WriteLine("  2    the command line or the configuration is wrong; nothing was started");
        output.WriteLine("  3    something failed while it ran");
        output.WriteLine("  130  it was interrupted: run and sim by a second Ctrl-C, a measurement by the first");
        output.WriteLine();
        return ExitCode.Ok;
    }

    private static readonly Example[] ProgramExamples =
    [
        new("hyperingest demo", "A simulated plant, the whole way into the journal, and a report that proves nothing was lost."),
        new("hyperingest check samples/site.yaml", "What a site file makes, or everything that is wrong with it."),
        new("hyperingest run samples/site.yaml", "Run a node; HELP for one verb: hyperingest run --help"),
    ];
}
