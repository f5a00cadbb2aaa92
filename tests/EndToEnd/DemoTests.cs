using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>The demo as a stranger types it, small; only its rates are the machine's affair.</summary>
[Collection(NodeCollection.Name)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DemoTests : IDisposable
{
    // Warm-up, load, drain, verification and, with a ceiling, the same rows a second time: minutes on a machine that is busy with other things.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("hyperingest-tmp-");

    public DemoTests()
    {
        // A private PostgreSQL does not run as root, and its folder is in here.
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);
    }

    // The runtime's own files in the temporary folder would outlive a killed child.
    private Dictionary<string, string> Environment => new() { ["TMPDIR"] = _temporary.FullName, ["DOTNET_EnableDiagnostics"] = "0" };

    public void Dispose() => _temporary.Delete(recursive: true);

    [Theory]
    [InlineData("modbus > journal", 20_000)]
    [InlineData("modbus > journal > postgres", 20_000, "--sink", "postgres")]
    [InlineData("modbus > journal > postgres", 0, "--sink", "postgres", "--max", "--ceiling")]
    [InlineData("modbus > journal > kafka (json, test broker)", 20_000, "--sink", "kafka")]
    [InlineData("modbus > journal > kafka (protobuf, test broker)", 20_000, "--sink", "kafka", "--format", "protobuf")]
    [InlineData("modbus > journal > kafka (columnar, test broker)", 0, "--sink", "kafka", "--format", "columnar", "--max", "--ceiling")]
    [InlineData("modbus > journal > kafka (columnar, test broker) > kafka > journal > postgres", 20_000, "--route", "kafka-postgres")]
    [InlineData("opcua (subscribe, None) > journal", 20_000, "--source", "opcua")]
    [InlineData("opcua (subscribe, Basic256Sha256 SignAndEncrypt) > journal", 20_000, "--source", "opcua", "--policy", "Basic256Sha256", "--ceiling")]
    [InlineData("opcua (poll, None) > journal", 20_000, "--source", "opcua", "--read", "poll")]
    public async Task Demo_ends_with_a_report_that_proves_nothing_was_lost(string route, int offered, params string[] arguments)
    {
        using ProgramProcess demo = ProgramProcess.StartGroup(Environment, ["demo", "--json", "--seconds", "3", "--devices", "50", "--tags", "100", "--interval", "250ms", .. arguments]);
        var (code, output, error) = await demo.EndAsync(Longest);
        Assert.True(code is 0 or 1, error);
        using JsonDocument report = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]);
        JsonElement root = report.RootElement;

        // Which librdkafka it is, is the machine's affair.
        Assert.Equal(route, Regex.Replace(root.GetProperty("route").GetString()!, "librdkafka [0-9.]+'s test broker, in this process", "test broker"));
        Assert.Equal(offered, root.GetProperty("offered_per_s").GetDouble());
        foreach (string broken in (string[])["lost", "duplicated", "reordered", "altered"]) Assert.True(root.GetProperty(broken).GetInt64() == 0, root.ToString());
        foreach (string positive in (string[])["seconds", "readings", "readings_per_s", "cpu_cores", "rss_mb"]) Assert.True(root.GetProperty(positive).GetDouble() > 0, $"{positive}: {root}");
        JsonElement latency = root.GetProperty("latency_ms");
        double[] percentiles = [.. ((string[])["p50", "p99", "p999", "max"]).Select(p => latency.GetProperty(p).GetDouble())];
        Assert.True(percentiles[0] > 0, root.ToString());
        Assert.Equal(percentiles.Order(), percentiles);
        Assert.True(root.GetProperty("allocated_bytes_per_reading").GetDouble() >= 0);
        foreach (string generation in (string[])["gen0", "gen1", "gen2"]) Assert.True(root.GetProperty("gc").GetProperty(generation).GetInt32() >= 0);
        Assert.Equal(JsonValueKind.Object, root.GetProperty("machine").ValueKind);
        Assert.Equal(arguments.Contains("--ceiling"), root.TryGetProperty("ceiling_ratio", out JsonElement ratio) && ratio.GetDouble() > 0);
        Assert.True(root.GetProperty("simulator").GetProperty("readings_per_s").GetDouble() > 0);

        JsonElement[] promises = [.. root.GetProperty("promises").EnumerateArray()];
        Assert.Equal(code == 0, promises.All(p => p.GetProperty("kept").GetBoolean()));
        JsonElement verified = Assert.Single(promises, p => p.GetProperty("name").GetString() == "verified readings");
        Assert.True(verified.GetProperty("kept").GetBoolean(), root.ToString());
        Assert.True(verified.GetProperty("actual").GetDouble() >= root.GetProperty("readings").GetDouble(), root.ToString());
        AssertNothingLeft();
    }

    [Fact]
    public async Task Demo_in_ones_own_PostgreSQL_can_be_run_again()
    {
        await using PrivatePostgres server = await PrivatePostgres.StartAsync();
        for (int run = 0; run < 2; run++)
        {
            using ProgramProcess demo = ProgramProcess.StartGroup(
                new Dictionary<string, string>(Environment) { ["OWN_PG"] = server.ConnectionString },
                "demo", "--json", "--seconds", "1", "--devices", "10", "--tags", "20", "--sink", "postgres", "--postgres", "${OWN_PG}");
            var (_, output, error) = await demo.EndAsync(Longest);
            Assert.True(output.Contains('{', StringComparison.Ordinal), error);
            using JsonDocument report = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]);
            foreach (string broken in (string[])["lost", "duplicated", "reordered", "altered"])
            {
                Assert.True(report.RootElement.GetProperty(broken).GetInt64() == 0, report.RootElement.ToString());
            }
            Assert.DoesNotContain(server.Password, output + error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Demo_in_ones_own_Kafka_makes_a_topic_of_its_own_each_time()
    {
        await using StandInBroker broker = StandInBroker.Start();
        for (int run = 0; run < 2; run++)
        {
            using ProgramProcess demo = ProgramProcess.StartGroup(
                Environment, "demo", "--json", "--seconds", "1", "--devices", "10", "--tags", "20", "--sink", "kafka", "--kafka", broker.BootstrapServers);
            var (_, output, error) = await demo.EndAsync(Longest);
            Assert.True(output.Contains('{', StringComparison.Ordinal), error);
            using JsonDocument report = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]);
            foreach (string broken in (string[])["lost", "duplicated", "reordered", "altered"])
            {
                Assert.True(report.RootElement.GetProperty(broken).GetInt64() == 0, report.RootElement.ToString());
            }
            Assert.True(report.RootElement.GetProperty("kafka").GetProperty("records").GetInt64() > 0, report.RootElement.ToString());
        }
        AssertNothingLeft();
    }

    [Fact]
    public async Task Demo_says_that_brokers_cannot_be_reached()
    {
        using ProgramProcess demo = ProgramProcess.StartGroup(Environment, "demo", "--devices", "5", "--tags", "5", "--sink", "kafka", "--kafka", "127.0.0.1:1");
        var (code, _, error) = await demo.EndAsync(Longest);
        Assert.Equal(3, code);
        Assert.Contains("127.0.0.1:1", error, StringComparison.Ordinal);
        Assert.Contains("--kafka", error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Demo_says_at_once_that_a_server_cannot_be_reached()
    {
        using ProgramProcess demo = ProgramProcess.StartGroup(Environment, "demo", "--devices", "5", "--tags", "5", "--postgres", "Host=127.0.0.1;Port=1;Username=u;Password=hush");
        var (code, _, error) = await demo.EndAsync(Longest);
        Assert.Equal(3, code);
        Assert.Contains("PostgreSQL cannot be used", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("simulator: ")]
    [InlineData("postgres: ")]
    [InlineData("warm-up: ")]
    [InlineData("measure: ")]
    [InlineData("drain")]
    public async Task Ctrl_C_ends_a_demo_with_all_it_has_started(string phase)
    {
        using ProgramProcess demo = ProgramProcess.StartGroup(Environment, "demo", "--devices", "20", "--tags", "20", "--sink", "postgres", "--seconds", phase == "drain" ? "1" : "30");
        await demo.WaitForErrorAsync(phase);
        demo.SignalGroup(2);
        var (code, output, error) = await demo.EndAsync(Longest);
        Assert.True(code == 130, $"{code}: {error}");
        Assert.Equal("", output);
        Assert.Contains("demo: stopped before its end; there is no report", error, StringComparison.Ordinal);
        AssertNothingLeft(demo.Pid);
    }

    [Fact]
    public async Task Sigterm_to_the_demo_alone_ends_its_children_too()
    {
        using ProgramProcess demo = ProgramProcess.StartGroup(Environment, "demo", "--devices", "20", "--tags", "20", "--sink", "postgres");
        await demo.WaitForErrorAsync("measure: ");
        demo.Signal(15);
        var (code, _, error) = await demo.EndAsync(Longest);
        Assert.True(code == 130, $"{code}: {error}");
        AssertNothingLeft(demo.Pid);
    }

    // No folder of a demo or a server, and nobody of the session that began with the demo.
    private void AssertNothingLeft(int? session = null)
    {
        Assert.Empty(_temporary.EnumerateFileSystemInfos().Select(i => i.Name));
        if (session is not null) Assert.Empty(ProcessesOf(session.Value));
    }

    // /proc/N/stat: pid (comm) state ppid pgrp session ...; comm may hold anything but ends with the last parenthesis. See proc_pid_stat(5).
    private static IEnumerable<string> ProcessesOf(int session)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                // Gone meanwhile.
                continue;
            }
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] != "Z" && int.Parse(fields[3], CultureInfo.InvariantCulture) == session) yield return stat[..(stat.LastIndexOf(')') + 1)];
        }
    }
}
