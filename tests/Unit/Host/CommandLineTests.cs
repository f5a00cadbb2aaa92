using HyperIngest.Host;
using HyperIngest.Host.Commands;

namespace HyperIngest.Tests.Unit.Host;

public class CommandLineTests
{
    public static TheoryData<string> Verbs => new(ProgramVerbs.All().Select(v => v.Name));

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_each_verb_has_examples_that_parse(string verb)
    {
        var (code, output, error) = await RunAsync(verb, "--help");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Empty(error);
        Assert.Contains($"hyperingest {verb}", output, StringComparison.Ordinal);
        Assert.Contains("Examples:\n", output, StringComparison.Ordinal);
        Assert.Contains("Exit codes:\n", output, StringComparison.Ordinal);
        Verb command = ProgramVerbs.All().Single(v => v.Name == verb);
        Assert.NotEmpty(command.Examples);
        System.CommandLine.RootCommand root = [];
        foreach (Verb other in ProgramVerbs.All()) root.Subcommands.Add(other);
        foreach (Example example in command.Examples)
        {
            string arguments = example.CommandLine[(example.CommandLine.IndexOf("hyperingest ", StringComparison.Ordinal) + "hyperingest ".Length)..].Split(" | ")[0].Split(" > ")[0];
            Assert.Empty(root.Parse(arguments.Replace('\'', '"')).Errors.Select(e => $"{example.CommandLine}: {e.Message}"));
        }
    }

    [Fact]
    public async Task Version_is_the_assembly_s() => Assert.Equal((ExitCode.Ok, ProgramVersion.Text + "\n", ""), await RunAsync("--version"));

    [Fact]
    public async Task Nothing_at_all_is_wrong_usage_and_shows_the_help()
    {
        var (code, output, error) = await RunAsync();
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Contains("Usage:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_names_the_nearest() =>
        Assert.Equal((ExitCode.Usage, "", "hyperingest: unknown command 'chekc'; did you mean 'check'?\nTry: hyperingest --help\n"), await RunAsync("chekc"));

    [Fact]
    public async Task An_unknown_command_with_nothing_near_lists_all() =>
        Assert.Contains("unknown command 'frobnicate'; there are demo, load, chaos, run, check", (await RunAsync("frobnicate")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task An_unknown_option_names_the_nearest() =>
        Assert.Equal((ExitCode.Usage, "", "hyperingest: unknown option '--jsno'; did you mean '--json'?\nTry: hyperingest check --help\n"), await RunAsync("check", "site.yaml", "--jsno"));

    [Fact]
    public async Task One_argument_too_many_is_named() => Assert.Contains("'b.yaml' is one argument too many", (await RunAsync("run", "a.yaml", "b.yaml")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_missing_argument_is_wrong_usage() => Assert.Equal(ExitCode.Usage, (await RunAsync("run")).Code);

    [Fact]
    public async Task A_wrong_option_value_says_what_was_expected() =>
        Assert.Equal(
            (ExitCode.Usage, "", "hyperingest: --log-format: expected one of text, json, found 'jsn'; did you mean 'json'?\nTry: hyperingest run --help\n"),
            await RunAsync("run", "a.yaml", "--log-format", "jsn"));

    [Fact]
    public async Task Check_of_a_missing_file_is_wrong_usage() =>
        Assert.Equal((ExitCode.Usage, "", "/nowhere/site.yaml:1:1: no such file\n/nowhere/site.yaml: 1 error\n"), await RunAsync("check", "/nowhere/site.yaml"));

    [Fact]
    public async Task Check_as_json_is_one_line_with_a_summary()
    {
        var (code, output, _) = await RunAsync("check", RepositoryRoot.File("samples", "site.yaml"), "--json");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(1, output.Count(c => c == '\n'));
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(121, json.RootElement.GetProperty("summary").GetProperty("devices").GetInt32());
    }

    internal static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await new ProgramCommandLine(ProgramVerbs.All()).RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
