namespace HyperIngest.Bench.Gate;

/// <summary>The command line <c>gate</c>.</summary>
public static class GateCommand
{
    /// <summary>The first argument that leads here.</summary>
    public const string Verb = "gate";

    private const int Ok = 0;
    private const int Regression = 1;
    private const int Misuse = 2;

    /// <summary>Runs it over <paramref name="workloads"/>.</summary>
    /// <returns>0 every row passed, 1 a row failed, 2 misuse.</returns>
    public static int Run(IReadOnlyList<string> arguments, IReadOnlyList<GatedWorkload> workloads, GateOptions options, TextWriter output, TextWriter error)
    {
        try
        {
            GateArguments wanted = GateArguments.Parse(arguments);
            if (wanted.WantsHelp)
            {
                output.WriteLine(GateArguments.Help);
                return Ok;
            }
            IReadOnlyList<GatedWorkload> chosen = wanted.Only is null ? workloads : [.. workloads.Where(w => IsChosen(w.Name, wanted.Only))];
            if (chosen.Count == 0) throw new FormatException($"--only {wanted.Only}: no such workload; there are {string.Join(", ", workloads.Select(w => w.Name))}.");
            string path = wanted.BaselinePath ?? CommittedBaseline();
            GateRun run = new(chosen, options) { OnMeasuring = name => error.WriteLine($"gate: measuring {name}") };
            return wanted.UpdateReason is null ? Compare(run, wanted, path, output) : Update(run, wanted, path, workloads, output);
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"gate: {wrong.Message}");
            return Misuse;
        }
    }

    private static int Compare(GateRun run, GateArguments wanted, string path, TextWriter output)
    {
        Baseline baseline = Baseline.Read(path);
        if (wanted.Only is not null) baseline = baseline with { Rows = new(baseline.Rows.Where(r => IsChosen(r.Key, wanted.Only)).ToDictionary()) };
        GateResult result = run.Compare(baseline);
        output.Write(GateTable.Text(result));
        if (wanted.MarkdownPath is not null) File.WriteAllText(wanted.MarkdownPath, GateTable.Markdown(result));
        return result.Passed ? Ok : Regression;
    }

    private static int Update(GateRun run, GateArguments wanted, string path, IReadOnlyList<GatedWorkload> workloads, TextWriter output)
    {
        Baseline? previous = File.Exists(path) ? Baseline.Read(path) : null;
        // Rows whose workload is gone go too.
        previous = previous is null ? null : previous with { Rows = new(previous.Rows.Where(r => workloads.Any(w => w.Name == r.Key)).ToDictionary()) };
        Baseline updated = run.Measure(previous, wanted.UpdateReason!);
        updated.Write(path);
        output.WriteLine($"gate: wrote {path}: {updated.Rows.Count} rows");
        return Ok;
    }

    // "ring" is ring.spsc and ring.mpsc; "ring.spsc" is not ring.spsc-threads.
    private static bool IsChosen(string name, string only) => name == only || name.StartsWith(only + ".", StringComparison.Ordinal);

    private static string CommittedBaseline()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HyperIngest.sln"))) return Path.Combine(folder.FullName, "bench", "Gate", "baseline.json");
        }
        throw new FileNotFoundException($"No HyperIngest.sln above {AppContext.BaseDirectory}: say which baseline with --baseline FILE.");
    }
}
