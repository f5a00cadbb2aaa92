using System.CommandLine;
using System.Globalization;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Binding;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Logging;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Load;

/// <summary><c>hyperingest load PROFILE</c>.</summary>
internal static class LoadCommand
{
    private const string DefaultFolder = "hyperingest-runs";

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string> file = new("PROFILE") { Description = "The load profile." };
        Option<string?> folder = new("--out") { Description = $"Folder for run.json and the report. Default: one named for the profile and the time under ./{DefaultFolder}.", HelpName = "FOLDER" };
        Option<string?> junit = new("--junit") { Description = "Also write the thresholds as JUnit XML to this file.", HelpName = "FILE" };
        Option<double?> scale = Factor("--scale", "Multiply all rates, and min_rate, by this. Default: 1.");
        Option<double?> seconds = Factor("--seconds-scale", "Multiply the length of all stages, and the times of faults, by this. Default: 1.");
        Option<LoadSink?> sink = CommonOptions.Choice("--sink", "SINK", "journal, postgres, kafka or none; overrules the profile.", ProfileSchema.Sink.Type);
        Option<bool> json = CommonOptions.Json("End with the run, without its series, as one JSON object on a line of its own.");
        Verb verb = new("load", "Run a load profile: rates over time, faults and thresholds, measured open-loop from when each poll was due.",
            new("hyperingest load samples/profiles/steady-600k.yaml", "600,000 readings/s into the journal; the report says what was due, offered, delivered and how late."),
            new("hyperingest load samples/profiles/ramp.yaml --sink postgres --out runs/ramp", "The ramp into PostgreSQL; run.json and the report in a folder of your choice."),
            new("hyperingest load samples/profiles/mqtt-steady.yaml", "600,000 Sparkplug B metrics/s through a private mosquitto."),
            new("hyperingest load samples/profiles/opcua-steady.yaml", "600,000 values/s read from 100 OPC UA servers."),
            new("hyperingest load samples/profiles/soak.yaml --seconds-scale 0.01", "A soak's rehearsal: the same in a hundredth of its time."),
            new("hyperingest load samples/profiles/ci-smoke.yaml --junit load.xml --json", "In CI: exit code 1 and a failed test case for each threshold that is broken."),
            new("hyperingest load samples/profiles/faults.yaml --sink none", "The plant and its faults alone, for another collector to read."))
        {
            file, folder, junit, scale, seconds, sink, json,
        };
        verb.SetAction(async (parsed, _) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            string path = parsed.GetRequiredValue(file);
            ProfileConfiguration? configuration = await SiteLoading.LoadProfileAsync(path, io.Error);
            if (configuration is null) return ExitCode.Usage;
            double rates = parsed.GetValue(scale) ?? 1, times = parsed.GetValue(seconds) ?? 1;
            LoadProfile profile = configuration.Profile.Scaled(rates, times) with { Sink = parsed.GetValue(sink) ?? configuration.Profile.Sink };
            if (ProfileBinder.TooFast(profile.Curve.Peak, configuration.Plant) is { } wrong) throw new UsageException($"load: --scale {LoadPlan.Number(rates)}: {wrong}");
            LoadPlan plan = new()
            {
                Configuration = configuration with { Profile = profile },
                ProfileText = await File.ReadAllTextAsync(path, CancellationToken.None),
                PlantText = configuration.PlantPath is { } plant ? await File.ReadAllTextAsync(plant, CancellationToken.None) : null,
                Command = LoadPlan.Quoted(
                    [
                        "hyperingest", "load", path,
                        .. rates == 1 ? (string[])[] : ["--scale", LoadPlan.Number(rates)],
                        .. times == 1 ? (string[])[] : ["--seconds-scale", LoadPlan.Number(times)],
                        .. parsed.GetValue(sink) is { } other ? (string[])["--sink", ProfileSchema.Sink.Type.Format(other)] : [],
                    ]),
            };
            string target = parsed.GetValue(folder) ?? Path.Combine(DefaultFolder, RunFolder.NameOf(profile.Name, DateTime.Now));
            return await RunAsync(plan, target, parsed.GetValue(junit), parsed.GetValue(json), io);
        });
        return verb;
    }

    private static async Task<int> RunAsync(LoadPlan plan, string target, string? junit, bool json, InvocationConfiguration io)
    {
        using ShutdownSignals signals = new(Environment.Exit);
        // Before anything runs: a folder that cannot be written is no surprise for the end of a soak.
        Directory.CreateDirectory(target);
        using DemoFolder folder = DemoFolder.Open(null);
        LoadProgress progress = new(io.Error, !Console.IsErrorRedirected);
        using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Warning, LogFormat.Text), new WriterLogTarget(io.Error));
        LoadResult result;
        try
        {
            await using MqttBroker? broker = plan.Profile.Source == LoadSource.Mqtt ? await MqttBroker.OpenAsync(plan.Configuration.Broker, ownSession: true, signals.Requested) : null;
            if (broker is not null) plan = plan.Through(broker.Client);
            result = plan.Profile.Sink == LoadSink.None
                ? await new PlantAlone(plan, broker, folder.Path, progress).RunAsync(signals.Requested)
                : await new LoadRunner(plan, broker, folder.Path, progress, loggers).RunAsync(signals.Requested);
        }
        catch (OperationCanceledException) when (signals.Requested.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync("load: stopped before the measured time had begun; there is no report");
            return ExitCode.Interrupted;
        }
        string written = RunFolder.Write(result.Run, target);
        if (junit is not null) JUnitReport.Write(result.Run, junit);
        await io.Output.WriteLineAsync(LoadRunText.Render(result.Run));
        foreach (string example in result.Examples) await io.Output.WriteLineAsync(example);
        await io.Output.WriteLineAsync($"{LoadRunText.Label("written")}{written}");
        if (result.Interrupted) await io.Error.WriteLineAsync("load: stopped before its end; the report is of what was measured until then");
        if (json) await io.Output.WriteLineAsync(LoadRunJson.Line(result.Run));
        return result.Interrupted ? ExitCode.Interrupted : result.Run.Report.AllKept ? ExitCode.Ok : ExitCode.Broken;
    }

    private static Option<double?> Factor(string name, string description)
    {
        Option<double?> option = new(name) { Description = description, HelpName = "F" };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= 1000) return value;
            result.AddError($"{name}: expected a number above 0 and up to 1000, found '{text}'");
            return null;
        };
        return option;
    }
}
