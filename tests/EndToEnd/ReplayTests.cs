using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host;
using HyperIngest.LoadGen;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using HostCommandLine = HyperIngest.Tests.Unit.Host.CommandLineTests;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>replay against a PostgreSQL of the test's own.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private const int Readings = 600;
    private static readonly DateTime Start = DateTime.UtcNow.Date;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-replay-");
    private PrivatePostgres _server = null!;

    private string JournalPath => Path.Combine(_folder.FullName, "journal");

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_replay_delivers_from_its_time_on_again_and_nothing_before()
    {
        WriteJournal();
        string site = Path.Combine(_folder.FullName, "site.yaml");
        await File.WriteAllTextAsync(site, $$"""
            node: n
            shards: 1
            journal: { path: {{JournalPath}}, segment: 4MiB }
            http: { listen: off }
            devices: [ { name: nobody, protocol: modbus, host: 127.0.0.1, port: 1, tags: [ { name: t, address: 0 } ] } ]
            sinks: [ { name: historian, type: postgres, connection: "{{_server.ConnectionString}}" } ]
            """);
        await RunUntilAsync(site, Readings);

        // Halfway, to the second; the first half stays as it is.
        string half = Start.AddSeconds(Readings / 2).ToString("O");
        var pretended = await HostCommandLine.RunAsync("replay", site, "--sink", "historian", "--to", half, "--dry-run");
        Assert.Equal((ExitCode.Ok, ""), (pretended.Code, pretended.Error));
        Assert.Contains("historian, shard 0: would be delivered from ", pretended.Output, StringComparison.Ordinal);

        var moved = await HostCommandLine.RunAsync("replay", site, "--sink", "historian", "--to", half);
        Assert.True(moved.Code == ExitCode.Ok, moved.Error);
        Assert.Contains("historian, shard 0: from ", moved.Output, StringComparison.Ordinal);
        Assert.Contains("there twice", moved.Output, StringComparison.Ordinal);

        // Records hold 60 readings, and whole records are delivered: 600 readings and the second half again.
        await RunUntilAsync(site, Readings + (Readings / 2));
        Assert.Equal(Readings / 2, await CountAsync("select count(*) from (select time from readings where status >= 0 group by series_id, time having count(*) = 2) twice"));
        Assert.Equal(0, await CountAsync($"select count(*) from (select time from readings where time < '{half}' group by series_id, time having count(*) > 1) early"));
    }

    // The device that nobody answers for says so with a bad reading, which is no row of the replay.
    private async Task RunUntilAsync(string site, long rows)
    {
        using ProgramProcess node = ProgramProcess.Start("run", site, "--progress", "0");
        await node.WaitForErrorAsync(" started with ");
        await Eventually.IsTrue(
            async () => await CountAsync("select case when to_regclass('readings') is null then 0 else 1 end") == 1
                && await CountAsync("select count(*) from readings where status >= 0") >= rows,
            $"{rows} rows");
        node.Signal(15);
        var (code, _, error) = await node.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal(rows, await CountAsync("select count(*) from readings where status >= 0"));
    }

    private async Task<long> CountAsync(string sql)
    {
        await using NpgsqlConnection connection = new(_server.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private void WriteJournal()
    {
        using ReadingJournal journal = ReadingJournal.Open(new JournalOptions { Path = JournalPath, SegmentBytes = 4 << 20 }, 1, 16384, new MetricRegistry(), NullLogger.Instance);
        int series = journal.Catalog.Register(new SeriesDefinition("d", "t"));
        BatchPool pool = new(60, 1);
        for (int record = 0; record < Readings / 60; record++)
        {
            ReadingBatch batch = pool.Rent();
            for (int i = 0; i < 60; i++)
            {
                int second = (record * 60) + i;
                batch.Slots[i] = new Reading(series, 0, 0, Start.AddSeconds(second).Ticks, BitConverter.DoubleToInt64Bits(second));
            }
            batch.Count = 60;
            Assert.True(journal.Shard(0).Append(batch).Appended);
            batch.Release();
        }
    }
}
