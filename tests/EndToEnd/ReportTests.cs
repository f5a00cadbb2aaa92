using HyperIngest.Host;
using HyperIngest.Host.Commands;
using HyperIngest.LoadGen.Report;
using HyperIngest.LoadGen.Report.Html;
using HyperIngest.Tests.Unit.Report;

namespace HyperIngest.Tests.EndToEnd;

public sealed class ReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-report-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_run_s_folder_gets_its_page_again()
    {
        LoadRun run = HtmlSampleRun.Make(seconds: 60);
        string folder = Run("a", run), page = Path.Combine(folder, "report.html");
        var (code, output, error) = await ProgramProcess.RunAsync("report", folder);
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith(page + ": ", output, StringComparison.Ordinal);
        Assert.Equal(LoadRunPage.Render(run), await File.ReadAllTextAsync(page));
    }

    [Fact]
    public async Task Two_runs_get_one_page_where_it_was_asked_for()
    {
        LoadRun a = HtmlSampleRun.Make(seconds: 60), b = HtmlSampleRun.Make(2, seconds: 90);
        string page = Path.Combine(_folder.FullName, "both.html");
        var (code, _, error) = await RunAsync("report", Run("a", a), Path.Combine(Run("b", b), LoadRunJson.FileName), "--out", page);
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Equal(LoadRunPage.Render(a, b), await File.ReadAllTextAsync(page));
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_wrong_usage()
    {
        string missing = Path.Combine(_folder.FullName, "nowhere");
        Assert.Equal((ExitCode.Usage, "", $"hyperingest: {missing}: no such file; expected the run.json of a load run, or the folder that has it\n"), await RunAsync("report", missing));
    }

    [Fact]
    public async Task A_file_that_is_no_run_is_wrong_usage_and_nothing_is_written()
    {
        string file = Path.Combine(_folder.FullName, LoadRunJson.FileName);
        await File.WriteAllTextAsync(file, "{ \"version\": 7 }");
        var (code, output, error) = await RunAsync("report", _folder.FullName);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.StartsWith($"hyperingest: {file}: expected a run of version 1, found version 7", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, LoadRunPage.FileName)));
    }

    [Fact]
    public async Task A_page_never_takes_the_place_of_a_run_or_a_folder()
    {
        string folder = Run("a", HtmlSampleRun.Make(seconds: 60)), run = Path.Combine(folder, LoadRunJson.FileName);
        Assert.Contains("is the run itself", (await RunAsync("report", folder, "--out", run)).Error, StringComparison.Ordinal);
        Assert.Contains("expected a file, found the folder", (await RunAsync("report", folder, "--out", folder)).Error, StringComparison.Ordinal);
        Assert.Equal(60, LoadRunJson.Read(run).Samples.Count);
    }

    private string Run(string name, LoadRun run)
    {
        string folder = _folder.CreateSubdirectory(name).FullName;
        LoadRunJson.Write(run, Path.Combine(folder, LoadRunJson.FileName));
        return folder;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = await new ProgramCommandLine(ProgramVerbs.All()).RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
