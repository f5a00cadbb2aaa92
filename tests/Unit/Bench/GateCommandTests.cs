using HyperIngest.Bench.Gate;

namespace HyperIngest.Tests.Unit.Bench;

public sealed class GateCommandTests : IDisposable
{
    private static readonly GateOptions Options = new() { Pairs = 16, Attempts = 1, LongestWarmUp = TimeSpan.FromMilliseconds(300) };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-gate-test-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Help_is_0_and_says_what_the_codes_are()
    {
        Assert.Equal(0, Run("--help"));
        Assert.Contains("1 a row failed", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'--fast' is no option", "--fast")]
    [InlineData("expects the reason", "--update")]
    [InlineData("expects the reason", "--update", "  ")]
    [InlineData("expects the reason", "--update", "--only", "a.b")]
    [InlineData("given twice", "--only", "a.b", "--only", "a.c")]
    [InlineData("no such workload; there are a.b, a.c", "--only", "b")]
    [InlineData("nowhere.json", "--baseline", "nowhere.json")]
    public void Misuse_is_2_and_says_what_was_expected(string expected, params string[] arguments)
    {
        Assert.Equal(2, Run(arguments));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void A_baseline_is_written_with_its_reason_and_then_held_against()
    {
        string baseline = Path.Combine(_folder.FullName, "baseline.json");
        string markdown = Path.Combine(_folder.FullName, "gate.md");
        Assert.Equal(0, Run("--baseline", baseline, "--update", "first figures"));
        Assert.Equal("first figures", Baseline.Read(baseline).Reason);

        // A bound that nothing passes but a lower ratio, and one that everything does.
        Widen(baseline, 0.01);
        Assert.Equal(1, Run("--baseline", baseline, "--markdown", markdown));
        Assert.Contains("gate: 0 passed, 2 failed", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("gate: failed", File.ReadAllText(markdown), StringComparison.Ordinal);
        Widen(baseline, 10_000);
        Assert.Equal(0, Run("--baseline", baseline, "--markdown", markdown, "--only", "a"));
        Assert.Contains("gate: 2 passed, 0 failed", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("| a.b |", File.ReadAllText(markdown), StringComparison.Ordinal);
    }

    private static void Widen(string path, double factor)
    {
        Baseline baseline = Baseline.Read(path);
        foreach (BaselineRow row in baseline.Rows.Values)
        {
            foreach (string processor in row.Ratios.Keys.ToArray()) row.Ratios[processor] *= factor;
        }
        baseline.Write(path);
    }

    private int Run(params string[] arguments) => GateCommand.Run(arguments, [Plain("a.b"), Plain("a.c")], Options, _output, _error);

    private static GatedWorkload Plain(string name) => new(name, "test", () => new ArithmeticLoad(), () => new ArithmeticLoad());
}
