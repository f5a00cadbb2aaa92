using System.Diagnostics;
using HyperIngest.Bench.Gate;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>The gate as CI starts it: a process of its own, judged by its exit code.</summary>
[Collection(NodeCollection.Name)]
public sealed class BenchGateTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-gate-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_committed_baseline_holds_for_a_workload_and_a_lower_one_does_not()
    {
        var (code, output) = await RunAsync("--only", "postgres.encode");
        // As CI does: how a process was compiled and laid out is noise too.
        if (code != 0) (code, output) = await RunAsync("--only", "postgres.encode");
        Assert.True(code == 0, output);
        Assert.Contains("gate: 1 passed, 0 failed", output, StringComparison.Ordinal);

        string lower = Path.Combine(_folder.FullName, "baseline.json");
        new Baseline("r", "d", "m", new() { ["postgres.encode"] = new BaselineRow(0, new() { ["any"] = 0.01 }) }).Write(lower);
        (code, output) = await RunAsync("--only", "postgres.encode", "--baseline", lower);
        Assert.Equal(1, code);
        Assert.Contains("slower", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misuse_is_2() => Assert.Equal(2, (await RunAsync("--update")).Code);

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "HyperIngest.Bench.dll"), "gate", .. arguments]) { RedirectStandardOutput = true };
        using Process gate = Process.Start(start)!;
        using CancellationTokenSource limit = new(Limit);
        try
        {
            string output = await gate.StandardOutput.ReadToEndAsync(limit.Token);
            await gate.WaitForExitAsync(limit.Token);
            return (gate.ExitCode, output);
        }
        finally
        {
            if (!gate.HasExited) gate.Kill();
        }
    }
}
