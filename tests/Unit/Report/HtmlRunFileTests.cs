using System.Globalization;
using System.Text.Json.Nodes;
using HyperIngest.LoadGen.Report;
using HyperIngest.LoadGen.Report.Html;
using HyperIngest.Tests.Unit.LoadGen;

namespace HyperIngest.Tests.Unit.Report;

public sealed class HtmlRunFileTests
{
    [Fact]
    public void A_run_comes_back_as_it_was()
    {
        using TemporaryFile file = new();
        LoadRun run = HtmlSampleRun.Make(seconds: 60);
        run = run with { Report = run.Report with { AllocatedBytesPerReading = double.NaN } };
        LoadRunJson.Write(run, file.Path);
        LoadRun back = LoadRunJson.Read(file.Path);
        Assert.Equal(LoadRunPage.Render(run), LoadRunPage.Render(back));
        Assert.Equal(run.Samples, back.Samples);
        Assert.Equal(run.Faults, back.Faults);
        Assert.Equal(run.Pauses, back.Pauses);
    }

    [Fact]
    public void The_file_has_names_in_snake_case_and_kinds_in_kebab_case()
    {
        using TemporaryFile file = new();
        LoadRunJson.Write(HtmlSampleRun.Make(seconds: 60), file.Path);
        JsonNode run = JsonNode.Parse(File.ReadAllText(file.Path))!;
        Assert.Equal(1, (int)run["version"]!);
        Assert.Equal("silence", (string?)run["faults"]![0]!["fault"]!["kind"]);
        Assert.NotNull(run["samples"]![0]!["scheduled_per_s"]);
    }

    [Theory]
    [InlineData("", "expected the run.json that hyperingest load wrote")]
    [InlineData("[]", "expected the run.json that hyperingest load wrote")]
    [InlineData("null", "found JSON without a version")]
    [InlineData("{}", "found JSON without a version")]
    [InlineData("{\"version\":2}", "expected a run of version 1, found version 2")]
    [InlineData("{\"version\":1}", "missing required properties")]
    public void A_file_that_is_no_run_is_refused_by_its_name_and_what_was_expected(string content, string said)
    {
        using TemporaryFile file = new();
        File.WriteAllText(file.Path, content);
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => LoadRunJson.Read(file.Path));
        Assert.StartsWith(file.Path + ": ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_contradicts_itself_is_refused()
    {
        LoadRun run = HtmlSampleRun.Make(seconds: 60);
        Refused(run with { Samples = [run.Samples[1], run.Samples[0]] }, "samples[1].at: expected more than 2");
        Refused(run with { Latency = [new(0.5, 2), new(0.4, 3)] }, "latency[1].share: expected 0.5 to 1, found 0.4");
        Refused(run with { Latency = [new(0.5, 2), new(1, 1)] }, "latency[1].ms: expected 2 or more, found 1");
        Refused(run with { Report = run.Report with { Seconds = 0 } }, "report.seconds: expected more than 0");
    }

    [Theory]
    [InlineData("faults.0.fault.devices")]
    [InlineData("faults.0.fault.chance")]
    [InlineData("faults.0.fault.every")]
    [InlineData("report.promises")]
    [InlineData("report.latency_ms.p99")]
    [InlineData("samples.3.rss_mb")]
    public void A_run_that_lacks_something_is_refused(string missing)
    {
        using TemporaryFile file = new();
        LoadRunJson.Write(HtmlSampleRun.Make(seconds: 60), file.Path);
        JsonNode run = JsonNode.Parse(File.ReadAllText(file.Path))!, at = run;
        string[] names = missing.Split('.');
        foreach (string name in names[..^1]) at = at is JsonArray ? at[int.Parse(name, CultureInfo.InvariantCulture)]! : at[name]!;
        Assert.True(at.AsObject().Remove(names[^1]));
        File.WriteAllText(file.Path, run.ToJsonString());
        Assert.Contains(names[^1], Assert.Throws<InvalidDataException>(() => LoadRunJson.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    private static void Refused(LoadRun run, string said)
    {
        using TemporaryFile file = new();
        LoadRunJson.Write(run, file.Path);
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => LoadRunJson.Read(file.Path)).Message, StringComparison.Ordinal);
    }
}
