using System.Globalization;
using System.Text.Json;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>The long form of the fault suite, for a short time.</summary>
[Collection(NodeCollection.Name)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ChaosTests : IDisposable
{
    // Faults for a third of a minute; on a machine that is busy with other things each takes many seconds to be mended.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly string[] Kinds =
        ["cut-broker-connections", "cut-postgres-connections", "kill-node", "kill-postgres", "misbehaving-devices", "refuse-requests", "stop-broker", "stop-node"];

    // Draws every kind within a third of a minute.
    private const int Seed = 25;
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("hyperingest-tmp-");

    public ChaosTests()
    {
        // A private PostgreSQL does not run as root, and its folder is in here.
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);
    }

    // The runtime's own files in the temporary folder would outlive a killed child.
    private Dictionary<string, string> Environment => new() { ["TMPDIR"] = _temporary.FullName, ["DOTNET_EnableDiagnostics"] = "0" };

    public void Dispose() => _temporary.Delete(recursive: true);

    [Fact]
    public async Task Chaos_ends_with_a_report_that_nothing_was_lost()
    {
        using ProgramProcess chaos = ProgramProcess.StartGroup(Environment, "chaos", "--minutes", "0.3", "--seed", $"{Seed}", "--sink", "postgres,kafka", "--json");
        var (code, output, error) = await chaos.EndAsync(Longest);
        Assert.True(code == 0, $"{code}: {error}{output}");
        Assert.Equal("", error);
        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement root = report.RootElement;
        Assert.True(root.GetProperty("clean").GetBoolean(), root.ToString());
        Assert.Equal(Seed, root.GetProperty("seed").GetInt32());
        Assert.Empty(root.GetProperty("problems").EnumerateArray());
        JsonElement[] faults = [.. root.GetProperty("faults").EnumerateArray()];
        Assert.Equal(Kinds, faults.Select(f => f.GetProperty("kind").GetString()!).Distinct().Order());
        Assert.All(faults, f => Assert.True(f.GetProperty("as_expected").GetBoolean(), f.ToString()));
        Assert.True(root.GetProperty("kills").GetInt32() > 0);

        JsonElement[] stores = [.. root.GetProperty("stores").EnumerateArray()];
        Assert.Contains("the stand-in broker", root.GetProperty("sinks")[1].GetString(), StringComparison.Ordinal);
        Assert.Equal(["journal", "postgres", "kafka"], stores.Select(s => s.GetProperty("store").GetString()));
        foreach (JsonElement store in stores)
        {
            foreach (string broken in (string[])["lost", "duplicated", "reordered", "altered", "unknown"]) Assert.True(store.GetProperty(broken).GetInt64() == 0, root.ToString());
            Assert.True(store.GetProperty("received").GetInt64() > 0, root.ToString());
            Assert.Equal(store.GetProperty("served").GetInt64(), store.GetProperty("received").GetInt64() + root.GetProperty("unjournalled").GetInt64());
        }
        AssertNothingLeft();
    }

    [Fact]
    public async Task Ctrl_C_ends_chaos_with_the_verification_of_what_was_done_so_far()
    {
        using ProgramProcess chaos = ProgramProcess.StartGroup(Environment, "chaos", "--minutes", "30", "--seed", "3", "--sink", "postgres", "--sink", "kafka");
        // The line of the first fault that was mended.
        await chaos.WaitForErrorAsync(" s: ");
        chaos.SignalGroup(2);
        var (code, output, error) = await chaos.EndAsync(Longest);
        Assert.True(code == 0, $"{code}: {error}{output}");
        Assert.Contains("kafka: the stand-in broker in this process", error, StringComparison.Ordinal);
        Assert.Contains("sink          kafka: the stand-in broker", output, StringComparison.Ordinal);
        Assert.Contains("told to stop with ", error, StringComparison.Ordinal);
        Assert.Contains("clean: all that reached the journal is in every sink", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output + error);
        AssertNothingLeft();
    }

    // No folder, and no process that was started with one.
    private void AssertNothingLeft()
    {
        Assert.Empty(_temporary.EnumerateFileSystemInfos().Select(i => i.Name));
        Assert.Empty(CommandLinesWith(_temporary.FullName));
    }

    private static IEnumerable<string> CommandLinesWith(string text)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)) continue;
            string commandLine;
            try
            {
                commandLine = File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (IOException)
            {
                // Gone meanwhile.
                continue;
            }
            if (commandLine.Contains(text, StringComparison.Ordinal)) yield return commandLine.Replace('\0', ' ');
        }
    }
}
