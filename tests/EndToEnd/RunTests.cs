using System.Globalization;
using System.Net;
using System.Text.Json;
using HyperIngest.Host;
using HyperIngest.Host.Configuration;
using HyperIngest.LoadGen.Devices;
using HostCommandLine = HyperIngest.Tests.Unit.Host.CommandLineTests;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>The whole program: a simulated plant, a node in a process of its own, and the journal it leaves.</summary>
public sealed class RunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-run-");
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_node_that_is_told_to_stop_leaves_everything_the_devices_answered_in_the_journal()
    {
        string plantFile = Path.Combine(_folder.FullName, "plant.yaml");
        await File.WriteAllTextAsync(plantFile, "plant: p\ndevices: [ { name: \"d-{n}\", count: 20, units_per_port: 10, tags: [ { name: \"t.{n}\", count: 40, address: 0, type: int32 } ] } ]\n");
        PlantConfiguration plant = ConfigurationFile.LoadPlant(plantFile).Value!;
        await using Simulator simulator = plant.CreateSimulator();
        simulator.Start();
        string site = await WriteSiteAsync(simulator.BasePort);

        using ProgramProcess node = ProgramProcess.Start("run", site, "--log-format", "json", "--progress", "100ms");
        Uri http = await AddressAsync(node);
        await Eventually.IsTrue(async () => (await _client.GetAsync(new Uri(http, "/health/ready"))).StatusCode == HttpStatusCode.OK, "the node gets there");
        await Eventually.IsTrue(async () => JsonDocument.Parse(await _client.GetStringAsync(new Uri(http, "/status"))).RootElement.GetProperty("readings").GetInt64() > 5_000, "the node gets there");
        Assert.Contains("hyperingest_series 800\n", await _client.GetStringAsync(new Uri(http, "/metrics")), StringComparison.Ordinal);
        node.Signal(15);
        var (code, output, error) = await node.EndAsync();
        Assert.Equal(0, code);
        Assert.Contains(" in ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output + error);
        Assert.All(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line).Dispose());

        await simulator.StopAsync();
        string served = Path.Combine(_folder.FullName, "served.bin");
        simulator.Served().Save(served, plant.Plant);
        var verified = await HostCommandLine.RunAsync("verify", plantFile, "--served", served, "--journal", site);
        Assert.Equal((ExitCode.Ok, ""), (verified.Code, verified.Error));
        var queried = await HostCommandLine.RunAsync("query", site, "--device", "d-07", "--tag", "t.01", "--csv");
        Assert.True(queried.Output.Count(c => c == '\n') > 2, queried.Output);
    }

    [Fact]
    public async Task A_journal_that_another_node_has_is_3_and_named()
    {
        string site = await WriteSiteAsync(1);
        using ProgramProcess first = ProgramProcess.Start("run", site);
        await AddressAsync(first);
        await first.WaitForErrorAsync(" started with ");
        var (code, _, error) = await ProgramProcess.RunAsync("run", site);
        Assert.Equal(3, code);
        Assert.Contains(Path.Combine(_folder.FullName, "journal"), error, StringComparison.Ordinal);
        first.Signal(2);
        Assert.Equal(0, (await first.EndAsync()).Code);
    }

    private async Task<string> WriteSiteAsync(int port)
    {
        string site = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(site, string.Create(CultureInfo.InvariantCulture, $$"""
            node: n
            shards: 2
            journal: { path: {{_folder.FullName}}/journal, segment: 4MiB }
            batch: { bytes: 1MiB }
            http: { listen: 127.0.0.1:0 }
            templates: { t: { tags: [ {{string.Join(", ", Enumerable.Range(1, 40).Select(i => $"{{ name: t.{i:D2}, address: {(i - 1) * 2}, type: int32 }}"))}} ] } }
            devices:
              - { name: "d-{01..20}", protocol: modbus, host: 127.0.0.1, port: "{ {{port}} + (n-1)/10 }", unit: "{(n-1)%10+1}", template: t, interval: 20ms }
            """));
        return site;
    }

    // The log line that says where HTTP is.
    private static async Task<Uri> AddressAsync(ProgramProcess node)
    {
        string line = await node.WaitForErrorAsync("Health, status and metrics at ");
        return new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Split('"', ' ')[0]);
    }
}
