using System.CommandLine;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Ceilings;

/// <summary><c>ceilings</c>: every stage beside its physical limit, in one run.</summary>
internal static class CeilingsCommand
{
    /// <summary>The first argument that leads here.</summary>
    public const string Verb = "ceilings";

    // The exit codes of the program itself.
    private const int Kept = 0, Broken = 1, Usage = 2, Failed = 3;

    /// <summary>Runs what the arguments behind the verb ask for; the exit code: 0 all targets kept, 1 one missed, 2 wrong usage, 3 failed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [string role] && await ChildProcess.TryRunAsync(role).ConfigureAwait(false)) return Kept;
        return await RunAsync(arguments, Console.Out, Console.Error).ConfigureAwait(false);
    }

    /// <summary>The same with the report on <paramref name="output"/> and all else on <paramref name="error"/>.</summary>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        Option<string[]> only = new("--only")
        {
            Description = $"Only this stage; may be repeated: {string.Join(", ", StageCatalog.Names)}.",
            HelpName = "STAGE",
        };
        only.AcceptOnlyFromAmong([.. StageCatalog.Names]);
        Option<double> seconds = new("--seconds")
        {
            Description = "Seconds measured a stage, over all that is compared in it, after a warm-up.",
            HelpName = "N",
            DefaultValueFactory = _ => new CeilingsOptions().Seconds,
        };
        seconds.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<double>() is >= CeilingsOptions.LeastSeconds and <= CeilingsOptions.MostSeconds) return;
            result.AddError($"--seconds: expected {CeilingsOptions.LeastSeconds} to {CeilingsOptions.MostSeconds}, found {result.Tokens[0].Value}");
        });
        Option<bool> all = new("--all") { Description = "Also the sinks: runs the demos into PostgreSQL and Kafka, a minute each." };
        Option<string?> folder = new("--folder") { Description = "Where the journal stages write. Default: the system's temporary folder.", HelpName = "FOLDER" };
        Option<bool> json = new("--json") { Description = "End with the report as one JSON object on a line of its own." };
        RootCommand command = new(
            $"{Verb}: each stage of a reading's way beside its physical limit, both in turn in the same run. A rate is held against its target by its best round, because whatever else the machine does "
            + "only takes away from a round; a ratio by the median of the rounds, in each of which both sides ran. Exit code 1 when a target is missed.")
        {
            only, seconds, all, folder, json,
        };
        command.SetAction((parsed, _) => MeasureAsync(
            new CeilingsOptions
            {
                Only = parsed.GetValue(only) ?? [],
                Seconds = parsed.GetValue(seconds),
                All = parsed.GetValue(all),
                Folder = parsed.GetValue(folder),
                Json = parsed.GetValue(json),
            },
            output,
            error));
        ParseResult result = command.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            foreach (var wrong in result.Errors) await error.WriteLineAsync($"{Verb}: {wrong.Message}").ConfigureAwait(false);
            await error.WriteLineAsync($"Try: dotnet run -c Release --project bench -- {Verb} --help").ConfigureAwait(false);
            return Usage;
        }
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or InvalidOperationException or TimeoutException or FormatException or System.ComponentModel.Win32Exception)
        {
            await error.WriteLineAsync($"{Verb}: {failed.Message}").ConfigureAwait(false);
            return Failed;
        }
    }

    private static async Task<int> MeasureAsync(CeilingsOptions options, TextWriter output, TextWriter error)
    {
        MachineInfo machine = MachineInfo.Read();
        await output.WriteLineAsync($"{machine.Cpu}, {machine.Cores} cores, {machine.MemoryMb:N0} MiB, {machine.Os}, {machine.Dotnet}\n").ConfigureAwait(false);
        List<StageFigures> stages = [];
        foreach (Func<Task<CeilingStage>> open in StageCatalog.AskedFor(options))
        {
            StageReport report = await MeasureAsync(open, options.Seconds).ConfigureAwait(false);
            await output.WriteLineAsync(CeilingsText.Render(report)).ConfigureAwait(false);
            stages.Add(StageFigures.Of(report));
        }
        List<SinkCeiling> sinks = [];
        foreach (string sink in StageCatalog.SinksAskedFor(options))
        {
            await error.WriteLineAsync(SinkCeiling.CommandOf(sink, options.Seconds)).ConfigureAwait(false);
            SinkCeiling measured = await SinkCeiling.MeasureAsync(sink, options.Seconds, error).ConfigureAwait(false);
            await output.WriteLineAsync(CeilingsText.Render(measured)).ConfigureAwait(false);
            sinks.Add(measured);
        }
        if (options.Only.Count == 0 && !options.All)
        {
            foreach (string sink in StageCatalog.Sinks) await output.WriteLineAsync($"{sink}: {SinkCeiling.CommandOf(sink, options.Seconds)}   (or --all)").ConfigureAwait(false);
        }
        CeilingsReport whole = new(machine, stages, sinks);
        if (options.Json) await output.WriteLineAsync(whole.ToJson()).ConfigureAwait(false);
        return whole.AllKept ? Kept : Broken;
    }

    private static async Task<StageReport> MeasureAsync(Func<Task<CeilingStage>> open, double seconds)
    {
        CeilingStage stage = await open().ConfigureAwait(false);
        await using (stage.ConfigureAwait(false))
        {
            return Interleaving.Measure(stage, seconds);
        }
    }
}
