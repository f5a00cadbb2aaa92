using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Ceilings;

/// <summary>
/// A sink beside its limit: the program's own <c>demo --max --ceiling</c>, in which the whole way is at work for the product's figure, and <c>psql \copy</c> or a bare Produce loop has the machine to itself
/// for the limit's.
/// </summary>
internal sealed record SinkCeiling(string Sink, double ReadingsPerS, double Ratio, string Of, IReadOnlyList<PromiseReport> Targets)
{
    /// <summary>The command that measures it.</summary>
    public static string CommandOf(string sink, double seconds) => string.Join(' ', ["./hyperingest", .. Arguments(sink, seconds)]);

    /// <summary>Runs the command; what it says goes to <paramref name="progress"/> as it comes.</summary>
    /// <exception cref="InvalidOperationException">The program failed, or ended without a report.</exception>
    public static async Task<SinkCeiling> MeasureAsync(string sink, double seconds, TextWriter progress)
    {
        // Beside this program: the build puts the host's files there.
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "hyperingest.dll"), .. Arguments(sink, seconds)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The demo did not start.");
        process.ErrorDataReceived += (_, said) =>
        {
            if (said.Data is not null) progress.WriteLine("  " + said.Data);
        };
        process.BeginErrorReadLine();
        string output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return Read(sink, output, process.ExitCode);
    }

    /// <summary>The figure from what the demo printed; its last line is the report.</summary>
    /// <exception cref="InvalidOperationException">There is no report, or no ceiling in it.</exception>
    internal static SinkCeiling Read(string sink, string output, int exitCode)
    {
        string last = output.TrimEnd().Split('\n')[^1];
        LoadReport report;
        try
        {
            report = LoadReport.FromJson(last);
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{CommandOf(sink, 1)}: expected a report as its last line, found exit code {exitCode} and '{last}'.");
        }
        if (report.CeilingRatio is not { } ratio || report.CeilingOf is not { } of) throw new InvalidOperationException($"{CommandOf(sink, 1)}: its report has no ceiling.");
        return new SinkCeiling(sink, report.ReadingsPerS, ratio, of, [.. report.Promises.Select(p => p with { Name = $"{sink}: {p.Name}" })]);
    }

    private static string[] Arguments(string sink, double seconds) =>
        ["demo", "--sink", sink, "--max", "--ceiling", "--json", "--seconds", Math.Max(1, (int)seconds).ToString(CultureInfo.InvariantCulture)];
}
