using System.Text.Json;
using HyperIngest.Bench.Ceilings;

namespace HyperIngest.Tests.Unit.Bench;

/// <summary>The command line of <c>ceilings</c>, with stages run for as short a time as it allows: what is compared is there, whatever the rates are.</summary>
public sealed class CeilingsCommandTests
{
    [Fact]
    public async Task A_wrong_command_line_says_what_was_expected_and_exits_with_2()
    {
        (int code, _, string error) = await RunAsync("--only", "ring-mpcs");
        Assert.Equal(2, code);
        Assert.Contains("ring-mpcs", error);
        Assert.Contains("ring-mpsc", error);
        (code, _, error) = await RunAsync("--seconds", "0");
        Assert.Equal(2, code);
        Assert.Contains("--seconds: expected 0.1 to 600, found 0", error);
    }

    [Fact]
    public async Task Help_names_every_stage()
    {
        (int code, string output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        foreach (string stage in StageCatalog.Names) Assert.Contains(stage, output);
    }

    [Theory]
    [InlineData("modbus-decode", "memcpy of the registers")]
    [InlineData("ring-spsc", "System.Threading.Channels")]
    [InlineData("ring-mpsc", "memcpy between two threads")]
    [InlineData("shape-journal", "memcpy into the batch and write")]
    [InlineData("journal-append", "dd")]
    [InlineData("copy-encode", "memcpy of the rows")]
    [InlineData("polls", "bare sockets")]
    public async Task A_stage_shows_the_product_and_its_limit_and_its_exit_code_is_its_targets(string name, string limit)
    {
        (int code, string output, string error) = await RunAsync("--only", name, "--seconds", "0.1", "--json");
        Assert.True(code is 0 or 1, error);
        using JsonDocument report = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        JsonElement stage = Assert.Single(report.RootElement.GetProperty("stages").EnumerateArray());
        Assert.Equal(name, stage.GetProperty("name").GetString());
        JsonElement[] figures = [.. stage.GetProperty("figures").EnumerateArray()];
        Assert.Contains(figures[1..], f => f.GetProperty("name").GetString() == limit);
        Assert.All(figures, f => Assert.True(f.GetProperty("median_per_s").GetDouble() > 0, f.GetRawText()));
        Assert.All(figures, f => Assert.True(f.GetProperty("rounds").GetInt32() >= 5, f.GetRawText()));
        bool kept = stage.GetProperty("targets").EnumerateArray().All(t => t.GetProperty("kept").GetBoolean());
        Assert.Equal(kept ? 0 : 1, code);
        Assert.Equal(kept, report.RootElement.GetProperty("all_kept").GetBoolean());
    }

    [Theory]
    [InlineData("modbus-decode")]
    [InlineData("ring-spsc")]
    [InlineData("ring-mpsc")]
    [InlineData("copy-encode")]
    public async Task The_product_side_of_a_stage_allocates_nothing(string name)
    {
        (_, string output, string error) = await RunAsync("--only", name, "--seconds", "0.1", "--json");
        using JsonDocument report = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        JsonElement product = report.RootElement.GetProperty("stages")[0].GetProperty("figures")[0];
        Assert.True(product.GetProperty("allocated_bytes").GetInt64() == 0, product.GetRawText() + error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CeilingsCommand.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
