using System.Text.Json;
using System.Xml.Linq;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>Load profiles as a stranger runs them, small; only their rates are the machine's affair.</summary>
[Collection(NodeCollection.Name)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LoadTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly string[] FourCounts = ["lost", "duplicated", "reordered", "altered"];

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("hyperingest-tmp-");
    private readonly DirectoryInfo _kept = Directory.CreateTempSubdirectory("hyperingest-runs-");

    // The runtime's own files in the temporary folder would outlive a killed child.
    private Dictionary<string, string> Environment => new() { ["TMPDIR"] = _temporary.FullName, ["DOTNET_EnableDiagnostics"] = "0" };

    private string Out => Path.Combine(_kept.FullName, "run");

    public void Dispose()
    {
        _temporary.Delete(recursive: true);
        _kept.Delete(recursive: true);
    }

    [Fact]
    public async Task The_smoke_profile_ends_with_four_zeros_and_a_run_on_file()
    {
        var (code, output, error) = await LoadAsync(RepositoryRoot.File("samples", "profiles", "ci-smoke.yaml"), "--json");
        Assert.True(code is 0 or 1, error);
        using JsonDocument line = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]);
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "run.json")));
        foreach (JsonElement run in (JsonElement[])[line.RootElement, file.RootElement])
        {
            JsonElement report = run.GetProperty("report");
            foreach (string count in FourCounts) Assert.True(report.GetProperty(count).GetInt64() == 0, report.ToString());
            JsonElement[] promises = [.. report.GetProperty("promises").EnumerateArray()];
            Assert.Equal(code == 0, promises.All(p => p.GetProperty("kept").GetBoolean()));
            Assert.True(promises.Single(p => p.GetProperty("name").GetString() == "verified readings").GetProperty("kept").GetBoolean(), report.ToString());
            JsonElement offered = run.GetProperty("offered");
            // 22,000 over the ramp, 25,000 over the spike, 22,500 over the steps, but for the polls at the edges: the schedule's, and not the machine's.
            Assert.InRange(offered.GetProperty("scheduled").GetInt64(), 69_500 - 5000, 69_500 + 5000);
            Assert.Equal(offered.GetProperty("scheduled").GetInt64(), offered.GetProperty("offered").GetInt64() + offered.GetProperty("not_offered").GetInt64());
            // A connection that is lost says so once for a poll that waits, which may get its answers later.
            Assert.InRange(report.GetProperty("readings").GetInt64(), 1, offered.GetProperty("offered").GetInt64() + 5000);
            Assert.True(run.GetProperty("generator").GetProperty("readings_per_s").GetDouble() > 0);
            Assert.Equal(3, run.GetProperty("stages").GetArrayLength());
            JsonElement fault = Assert.Single(run.GetProperty("faults").EnumerateArray());
            Assert.Equal((7, 9), (fault.GetProperty("from").GetDouble(), fault.GetProperty("to").GetDouble()));
            Assert.True(fault.GetProperty("hits").GetInt64() > 0);
        }
        JsonElement[] samples = [.. file.RootElement.GetProperty("samples").EnumerateArray()];
        Assert.Equal(10, samples.Length);
        Assert.Contains(samples, s => s.TryGetProperty("latency_ms", out _));
        JsonElement[] latency = [.. file.RootElement.GetProperty("latency").EnumerateArray()];
        Assert.Equal(1, latency[^1].GetProperty("share").GetDouble());
        Assert.Equal(file.RootElement.GetProperty("report").GetProperty("latency_ms").GetProperty("max").GetDouble(), latency[^1].GetProperty("ms").GetDouble(), 0.002);
        Assert.Equal(latency.Select(p => p.GetProperty("ms").GetDouble()).Order(), latency.Select(p => p.GetProperty("ms").GetDouble()));
        Assert.Contains("ci-smoke", await File.ReadAllTextAsync(Path.Combine(Out, "report.html")), StringComparison.Ordinal);
        Assert.Empty(_temporary.EnumerateFileSystemInfos().Select(i => i.Name));
    }

    [Fact]
    public async Task Devices_that_hang_break_the_share_that_may_be_missing_and_CI_sees_it()
    {
        string junit = Path.Combine(_kept.FullName, "junit.xml");
        var (code, output, error) = await LoadAsync(
            Profile("{ kind: steady, rate: 2k, for: 2s }", "faults: [ { kind: silence, devices: \"press-0*\" } ]\nthresholds: { max_ms: 60000 }"), "--junit", junit);
        Assert.True(code == 1, error + output);
        XElement[] failed = [.. XDocument.Load(junit).Descendants("testcase").Where(c => c.Element("failure") is not null)];
        Assert.Contains("not offered, share", failed.Select(f => f.Attribute("name")!.Value));
        foreach (string count in FourCounts) Assert.DoesNotContain(count, failed.Select(f => f.Attribute("name")!.Value));
        Assert.Contains("BROKEN", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_measured_time_and_what_there_is_is_proved_and_kept()
    {
        using ProgramProcess load = ProgramProcess.StartGroup(Environment, "load", Profile("{ kind: soak, rate: 2k, for: 1h }"), "--out", Out, "--json");
        await load.WaitForErrorAsync("/s due");
        load.SignalGroup(2);
        var (code, output, error) = await load.EndAsync(Longest);
        Assert.True(code == 130, $"{code}: {error}");
        Assert.Contains("load: stopped before its end", error, StringComparison.Ordinal);
        using JsonDocument run = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "run.json")));
        JsonElement report = run.RootElement.GetProperty("report");
        foreach (string count in FourCounts) Assert.True(report.GetProperty(count).GetInt64() == 0, output + error);
        Assert.True(report.GetProperty("readings").GetInt64() > 0);
        Assert.False(report.GetProperty("promises").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "seconds run").GetProperty("kept").GetBoolean());
        Assert.True(report.GetProperty("promises").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "verified readings").GetProperty("kept").GetBoolean());
        Assert.Empty(_temporary.EnumerateFileSystemInfos().Select(i => i.Name));
    }

    [Fact]
    public async Task Without_a_product_the_plant_says_what_it_was_asked_for()
    {
        var (code, output, error) = await LoadAsync(Profile("{ kind: steady, rate: 1k, for: 1s }", "sink: none\nfaults: [ { kind: silence, at: 500ms } ]"));
        Assert.True(code == 0, error);
        Assert.Contains("asked for 0 requests/s", output, StringComparison.Ordinal);
        using JsonDocument run = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "run.json")));
        Assert.Equal(1, run.RootElement.GetProperty("samples").GetArrayLength());
        Assert.Equal(1, run.RootElement.GetProperty("faults").GetArrayLength());
    }

    [Theory]
    [InlineData("payload: sparkplug\n")]
    [InlineData("payload: json\nqos: 1\n")]
    public async Task What_publishers_had_due_is_offered_delivered_and_proved(string payload)
    {
        using JsonDocument run = await ProvedRampAsync("source: mqtt\n" + payload);
        JsonElement report = run.RootElement.GetProperty("report"), offered = run.RootElement.GetProperty("offered");
        long scheduled = offered.GetProperty("scheduled").GetInt64();
        Assert.Equal((scheduled, 0, 0, scheduled), (offered.GetProperty("offered").GetInt64(), offered.GetProperty("not_offered").GetInt64(), offered.GetProperty("failed").GetInt64(), report.GetProperty("readings").GetInt64()));
        Assert.StartsWith("mqtt (", report.GetProperty("route").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_servers_were_to_be_read_for_is_offered_delivered_and_proved()
    {
        // What is read late on a busy machine is late, and not missing.
        using JsonDocument run = await ProvedRampAsync("source: opcua\nthresholds: { max_not_offered: 1 }\n");
        JsonElement report = run.RootElement.GetProperty("report"), offered = run.RootElement.GetProperty("offered");
        Assert.Equal((0, report.GetProperty("readings").GetInt64()), (offered.GetProperty("failed").GetInt64(), offered.GetProperty("offered").GetInt64()));
        Assert.StartsWith("opcua (poll) > ", report.GetProperty("route").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishers_without_a_product_publish_by_the_profile()
    {
        var (code, output, error) = await LoadAsync(Profile("{ kind: steady, rate: 1k, for: 1s }", "sink: none\nsource: mqtt\n"));
        Assert.True(code == 0, error + output);
        using JsonDocument run = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "run.json")));
        JsonElement offered = run.RootElement.GetProperty("offered");
        Assert.InRange(offered.GetProperty("scheduled").GetInt64(), 500, 1500);
        Assert.Equal(offered.GetProperty("scheduled").GetInt64(), offered.GetProperty("offered").GetInt64());
    }

    [Fact]
    public async Task A_profile_with_errors_starts_nothing()
    {
        var (code, output, error) = await LoadAsync(Profile("{ kind: steady, rate: 1k }"));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("stages[0].for: missing", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    // A ramp whose every reading is proved, and that leaves nothing behind but its run.
    private async Task<JsonDocument> ProvedRampAsync(string more)
    {
        var (code, output, error) = await LoadAsync(Profile("{ kind: ramp, from: 1k, to: 3k, for: 2s }", more));
        Assert.True(code is 0, error + output);
        JsonDocument run = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "run.json")));
        JsonElement report = run.RootElement.GetProperty("report");
        foreach (string count in FourCounts) Assert.True(report.GetProperty(count).GetInt64() == 0, report.ToString());
        Assert.True(report.GetProperty("promises").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "verified readings").GetProperty("kept").GetBoolean(), report.ToString());
        // 4,000 over the ramp, but for the polls or publishes of fifty readings at its edges.
        Assert.InRange(run.RootElement.GetProperty("offered").GetProperty("scheduled").GetInt64(), 3000, 5000);
        Assert.Empty(_temporary.EnumerateFileSystemInfos().Select(i => i.Name));
        return run;
    }

    private async Task<(int Code, string Output, string Error)> LoadAsync(string profile, params string[] arguments)
    {
        using ProgramProcess load = ProgramProcess.StartGroup(Environment, ["load", profile, "--out", Out, .. arguments]);
        return await load.EndAsync(Longest);
    }

    private string Profile(string stage, string more = "")
    {
        string path = Path.Combine(_kept.FullName, "profile.yaml");
        File.WriteAllText(path, $"name: test\ndevices: 20\ntags: 50\nwarm_up: 500ms\ngenerator_check: 0\nstages: [ {stage} ]\n{more}\n");
        return path;
    }
}
