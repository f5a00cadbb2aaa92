using System.CommandLine;
using System.Globalization;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Running;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary><c>hyperingest chaos</c>.</summary>
internal static class ChaosCommand
{
    private const double DefaultMinutes = 5;
    private const double LeastMinutes = 0.1;

    // The verifier keeps times of 5.9 hours.
    private const double MostMinutes = 300;

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Option<double> minutes = new("--minutes") { Description = $"How long faults are begun. Default: {DefaultMinutes}.", HelpName = "N", DefaultValueFactory = _ => DefaultMinutes };
        minutes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0) return;
            if (!double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value >= LeastMinutes && value <= MostMinutes))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--minutes: expected a number from {LeastMinutes} to {MostMinutes}, found '{result.Tokens[0].Value}'"));
            }
        });
        Option<int?> seed = CommonOptions.Choice("--seed", "S", "Draws the schedule; the same seed draws the same. Default: another each time, printed.", Scalars.Integer(0, int.MaxValue));
        Option<string[]> sink = new("--sink") { Description = $"A sink to deliver to, and to harm: {string.Join(", ", ChaosSinks.Names)}. More behind commas, or again. Default: {ChaosSinks.Names[0]}.", HelpName = "SINK" };
        Option<bool> json = CommonOptions.Json("Print nothing but the report, as one JSON object.");
        Verb verb = new("chaos", "Harm a node under load in every way there is, by a schedule, and prove that nothing was lost.",
            new("hyperingest chaos", "Five minutes of kills, restarts, lost connections and misbehaving devices; exit code 1 when a reading was lost, duplicated, reordered or altered."),
            new("hyperingest chaos --minutes 60 --seed 4711", "An hour, by the schedule of that seed. Ctrl-C ends it early and verifies what was done so far."),
            new("hyperingest chaos --sink postgres,kafka", "Into a PostgreSQL and a Kafka (a stand-in broker in this program, exactly once), both of them harmed as well."),
            new("hyperingest chaos --minutes 1 --json", "For a program: the report alone, as JSON on standard output."))
        {
            minutes, seed, sink, json,
        };
        verb.SetAction(async (parsed, _) =>
        {
            ChaosOptions options = new()
            {
                Length = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Seed = parsed.GetValue(seed) ?? Random.Shared.Next(),
                Sinks = SinksOf(parsed.GetValue(sink) ?? []),
                Json = parsed.GetValue(json),
            };
            return await RunAsync(options, parsed.InvocationConfiguration);
        });
        return verb;
    }

    private static string[] SinksOf(string[] given)
    {
        if (given.Length == 0) return [ChaosSinks.Names[0]];
        string[] named = [.. given.SelectMany(g => g.Split(',', StringSplitOptions.TrimEntries))];
        string? unknown = Array.Find(named, g => !ChaosSinks.Names.Contains(g));
        if (unknown is not null) throw new UsageException($"chaos: --sink: expected {string.Join(" or ", ChaosSinks.Names)}, found '{unknown}'{Nearest.Hint(unknown, ChaosSinks.Names)}");
        return [.. named.Distinct(StringComparer.Ordinal)];
    }

    private static async Task<int> RunAsync(ChaosOptions options, InvocationConfiguration io)
    {
        using ShutdownSignals signals = new(Environment.Exit);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hyperingest-chaos-");
        bool keep = false;
        try
        {
            // Progress goes to standard error: standard output is the report's.
            ChaosProgress progress = new(io.Error, !Console.IsErrorRedirected, options.Json);
            ChaosReport report = await new ChaosRun(options, folder.FullName, progress).RunAsync(signals.Requested);
            keep = !report.Clean;
            await io.Output.WriteLineAsync(options.Json ? report.ToJson() : report.ToText());
            return report.Clean ? ExitCode.Ok : ExitCode.Broken;
        }
        catch (OperationCanceledException) when (signals.Requested.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync("chaos: stopped before the node ran; there is nothing to verify");
            return ExitCode.Interrupted;
        }
        catch
        {
            keep = true;
            throw;
        }
        finally
        {
            if (keep) await io.Error.WriteLineAsync($"chaos: the journal, the node's log and the files to verify them by are kept in {folder.FullName}");
            else folder.Delete(recursive: true);
        }
    }
}
