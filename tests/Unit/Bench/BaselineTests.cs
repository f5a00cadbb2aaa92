using HyperIngest.Bench.Gate;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.Unit.Bench;

public sealed class BaselineTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_committed_baseline_has_exactly_the_gates_workloads()
    {
        Baseline baseline = Baseline.Read(RepositoryRoot.File("bench", "Gate", "baseline.json"));
        Assert.Equal(GatedWorkloads.All.Select(w => w.Name).Order(StringComparer.Ordinal), baseline.Rows.Keys.Order(StringComparer.Ordinal));
        Assert.NotEmpty(baseline.Reason);
        Assert.NotEmpty(baseline.Machine);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        Baseline baseline = new("because", "2026-11-21", "a machine", new() { ["ring.spsc"] = new BaselineRow(0.25, new() { ["GenuineIntel 6.143"] = 1.5 }) });
        baseline.Write(_file);
        Baseline read = Baseline.Read(_file);
        Assert.Equal((baseline.Reason, baseline.Date, baseline.Machine), (read.Reason, read.Date, read.Machine));
        Assert.Equal((0.25, 1.5), (read.Rows["ring.spsc"].BytesAnOperation, read.Rows["ring.spsc"].Ratios["GenuineIntel 6.143"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"reason":"r","date":"d","machine":"m","rows":{"a":{"bytesAnOperation":0,"ratios":{}}}}""")]
    [InlineData("""{"reason":"r","date":"d","machine":"m","rows":{"a":{"bytesAnOperation":0,"ratios":{"x":0}}}}""")]
    [InlineData("""{"reason":"r","date":"d","machine":"m","rows":{"a":{"bytesAnOperation":-1,"ratios":{"x":1}}}}""")]
    public void A_file_that_is_no_baseline_is_named_and_refused(string text)
    {
        File.WriteAllText(_file, text);
        Assert.Contains(_file, Assert.Throws<InvalidDataException>(() => Baseline.Read(_file)).Message, StringComparison.Ordinal);
    }
}
