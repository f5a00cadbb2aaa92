using System.Diagnostics;
using System.Globalization;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host;
using HyperIngest.LoadGen.Devices;
using Microsoft.Extensions.Logging.Abstractions;
using HostCommandLine = HyperIngest.Tests.Unit.Host.CommandLineTests;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>query, verify and replay against a journal that was written by the journal itself.</summary>
public sealed class StoredJournalTests : IDisposable
{
    private static readonly DateTime Start = new(2026, 1, 31, 8, 0, 0, DateTimeKind.Utc);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-stored-");

    private string JournalPath => Path.Combine(_folder.FullName, "journal");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Query_reads_by_device_tag_and_time()
    {
        Write(shards: 2, seconds: 100);
        var (code, output, error) = await HostCommandLine.RunAsync("query", JournalPath, "--device", "d-2", "--from", "2026-01-31T08:00:10Z", "--to", "2026-01-31T08:00:13Z", "--csv");
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Equal(
            """
            time,source_time,device,tag,value,unit,status
            2026-01-31T08:00:10.0000000Z,,d-2,t,10,,Good
            2026-01-31T08:00:11.0000000Z,,d-2,t,11,,Good
            2026-01-31T08:00:12.0000000Z,,d-2,t,12,,Good

            """, output);
    }

    [Fact]
    public async Task Query_newest_first_takes_the_site_file_too()
    {
        Write(shards: 1, seconds: 50);
        string site = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(site, $"journal: {{ path: {JournalPath} }}\ndevices: [ {{ name: a, protocol: modbus, host: h, tags: [ {{ name: t, address: 1 }} ] }} ]\n");
        var (code, output, _) = await HostCommandLine.RunAsync("query", site, "-d", "d-1", "--order", "desc", "--limit", "2", "--csv");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(["49", "48"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[4]));
    }

    [Theory]
    [InlineData("query", "/nowhere")]
    [InlineData("query", ".", "--from", "yesterday")]
    [InlineData("query", ".", "--csv", "--jsonl")]
    [InlineData("query", ".", "--from", "now", "--to", "-5m")]
    [InlineData("verify", "plant.yaml", "--served", "x")]
    [InlineData("verify", "plant.yaml", "--served", "x", "--journal", "j", "--postgres", "Host=h")]
    public async Task Wrong_usage_is_2(params string[] arguments) => Assert.Equal(ExitCode.Usage, (await HostCommandLine.RunAsync(arguments)).Code);

    [Fact]
    public async Task Query_of_a_folder_that_is_no_journal_is_3_and_names_it()
    {
        var (code, _, error) = await HostCommandLine.RunAsync("query", _folder.FullName);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(_folder.FullName, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_ends_quietly_when_its_reader_does()
    {
        Write(shards: 1, seconds: 20_000);
        string program = Path.Combine(AppContext.BaseDirectory, "hyperingest.dll");
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"dotnet '{program}' query '{JournalPath}' --jsonl | head -1; echo ${{PIPESTATUS[0]}}");
        using Process shell = Process.Start(start)!;
        Task<string> error = shell.StandardError.ReadToEndAsync();
        string[] lines = (await shell.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("", await error);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("{\"time\":", lines[0], StringComparison.Ordinal);
        Assert.Equal("0", lines[1]);
    }

    [Fact]
    public async Task Query_into_a_shared_redirection_leaves_room_for_what_follows()
    {
        Write(shards: 1, seconds: 50);
        string program = Path.Combine(AppContext.BaseDirectory, "hyperingest.dll");
        string file = Path.Combine(_folder.FullName, "both.csv");
        ProcessStartInfo start = new("bash");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{{ echo begin; dotnet '{program}' query '{JournalPath}' -d d-1 --limit 2 --csv; echo end; }} > '{file}'");
        using Process shell = Process.Start(start)!;
        await shell.WaitForExitAsync();
        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(5, lines.Length);
        Assert.Equal(("begin", "end"), (lines[0], lines[^1]));
        Assert.Contains(",d-1,t,1,", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_is_0_when_all_is_there_and_1_when_something_is_missing()
    {
        string plantFile = Path.Combine(_folder.FullName, "plant.yaml");
        await File.WriteAllTextAsync(plantFile, "plant: p\ndevices: [ { name: a, tags: [ { name: t, address: 0, type: int32 } ] } ]\n");
        Plant plant = Host.Configuration.ConfigurationFile.LoadPlant(plantFile).Value!.Plant;
        ulong key = SeriesKey.Of("a", "t");
        using (ReadingJournal journal = Open(shards: 1))
        {
            int series = journal.Catalog.Register(new SeriesDefinition("a", "t", ValueKind.Int64));
            ReadingBatch batch = new BatchPool(64, 1).Rent();
            for (int n = 0; n < 50; n++)
            {
                batch.Slots[n] = new Reading(series, 0, 0, Start.AddSeconds(n).Ticks, (int)VerifiableSequence.ValueAt(key, (ulong)n, 32));
            }
            batch.Count = 50;
            Assert.True(journal.Shard(0).Append(batch).Appended);
        }
        string served = Path.Combine(_folder.FullName, "served.bin");
        new ServedCounts([[50]]).Save(served, plant);
        var clean = await HostCommandLine.RunAsync("verify", plantFile, "--served", served, "--journal", JournalPath, "--json");
        Assert.Equal((ExitCode.Ok, ""), (clean.Code, clean.Error));
        Assert.Contains("\"clean\":true,\"served\":50,\"received\":50,\"lost\":0", clean.Output, StringComparison.Ordinal);

        new ServedCounts([[53]]).Save(served, plant);
        var lost = await HostCommandLine.RunAsync("verify", plantFile, "--served", served, "--journal", JournalPath);
        Assert.Equal(ExitCode.Broken, lost.Code);
        Assert.Contains("lost        3\n", lost.Output, StringComparison.Ordinal);
        Assert.Contains("NOT clean", lost.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_of_an_unknown_sink_names_the_nearest()
    {
        string site = await WriteSiteAsync();
        var (code, _, error) = await HostCommandLine.RunAsync("replay", site, "--sink", "histroian", "--to", "-5m");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("has no sink 'histroian'; did you mean 'historian'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_is_refused_while_a_node_has_the_journal()
    {
        string site = await WriteSiteAsync();
        using ReadingJournal running = Open(shards: 1);
        var (code, _, error) = await HostCommandLine.RunAsync("replay", site, "--sink", "historian", "--to", "-5m");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("a node is running on this journal", error, StringComparison.Ordinal);
    }

    private async Task<string> WriteSiteAsync()
    {
        string site = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(site, $"""
            journal: {"{"} path: {JournalPath} {"}"}
            devices: [ {"{"} name: a, protocol: modbus, host: h, tags: [ {"{"} name: t, address: 1 {"}"} ] {"}"} ]
            sinks: [ {"{"} name: historian, type: postgres, connection: "Host=127.0.0.1;Port=1" {"}"} ]
            """);
        return site;
    }

    // Devices d-1 to d-4, a reading each a second whose value is the second, spread over the shards; a record for each 16 seconds.
    private void Write(int shards, int seconds)
    {
        using ReadingJournal journal = Open(shards);
        int[] series = [.. Enumerable.Range(1, 4).Select(d => journal.Catalog.Register(new SeriesDefinition(string.Create(CultureInfo.InvariantCulture, $"d-{d}"), "t")))];
        BatchPool pool = new(64, shards);
        for (int shard = 0; shard < shards; shard++)
        {
            ReadingBatch batch = pool.Rent();
            for (int second = 0; second < seconds; second++)
            {
                foreach (int id in series.Where(s => s % shards == shard))
                {
                    batch.Slots[batch.Count++] = new Reading(id, 0, 0, Start.AddSeconds(second).Ticks, BitConverter.DoubleToInt64Bits(second));
                }
                if (batch.Count < 60 && second < seconds - 1) continue;
                Assert.True(journal.Shard(shard).Append(batch).Appended);
                batch.Release();
                batch = pool.Rent();
            }
            batch.Release();
        }
    }

    private ReadingJournal Open(int shards) =>
        ReadingJournal.Open(new JournalOptions { Path = JournalPath, SegmentBytes = 1 << 20 }, shards, 64, new MetricRegistry(), NullLogger.Instance);
}
