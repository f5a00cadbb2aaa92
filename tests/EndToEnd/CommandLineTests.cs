using System.Text.Json;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.EndToEnd;

public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Help_is_0_and_wrong_usage_is_2()
    {
        Assert.Equal(0, (await ProgramProcess.RunAsync("--help")).Code);
        Assert.Equal(2, (await ProgramProcess.RunAsync("rnu")).Code);
    }

    [Fact]
    public async Task A_wrong_configuration_is_2_and_starts_nothing()
    {
        string file = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(file, $"journal: {{ path: {_folder.FullName}/journal }}\nshards: many\n");
        var (code, output, error) = await ProgramProcess.RunAsync("run", file);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains($"{file}:2:9: shards: expected a whole number", error, StringComparison.Ordinal);
        Assert.Contains("devices: expected a list with at least one item", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "journal")));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("check", "samples/site.yaml")]
    [InlineData("check", "samples/plant.yaml")]
    [InlineData("check", "--reference")]
    public async Task Piped_output_has_no_escape_codes(params string[] arguments)
    {
        var (code, output, error) = await ProgramProcess.RunAsync([.. arguments.Select(a => a.StartsWith("samples", StringComparison.Ordinal) ? RepositoryRoot.File(a) : a)]);
        Assert.Equal(0, code);
        Assert.DoesNotContain('\u001b', output + error);
    }

    [Fact]
    public async Task Sim_answers_until_sigterm_then_writes_what_it_served_and_is_0()
    {
        string plant = Path.Combine(_folder.FullName, "plant.yaml");
        string served = Path.Combine(_folder.FullName, "served.bin");
        await File.WriteAllTextAsync(plant, "plant: p\ndevices: [ { name: a, tags: [ { name: t, address: 0 } ] } ]\n");
        using ProgramProcess sim = ProgramProcess.Start("sim", plant, "--served", served);
        await sim.WaitForAsync("p: 1 devices with 1 tags at 127.0.0.1, port ");
        sim.Signal(15);
        var (code, output, error) = await sim.EndAsync();
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("answered 0 requests", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.True(new FileInfo(served).Length > 0);
    }

    [Fact]
    public async Task Sim_under_control_says_where_it_is_in_json()
    {
        string plant = Path.Combine(_folder.FullName, "plant.yaml");
        await File.WriteAllTextAsync(plant, "plant: p\ndevices: [ { name: a, tags: [ { name: t, address: 0 } ] } ]\n");
        using ProgramProcess sim = ProgramProcess.Start("sim", plant, "--control");
        await sim.WaitForAsync("\n");
        sim.Signal(2);
        var (code, output, _) = await sim.EndAsync();
        Assert.Equal(0, code);
        using JsonDocument ready = JsonDocument.Parse(output.Split('\n')[0]);
        Assert.True(ready.RootElement.GetProperty("ready").GetBoolean());
    }
}
