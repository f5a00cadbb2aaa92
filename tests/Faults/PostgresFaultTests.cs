using System.Globalization;
using HyperIngest.LoadGen;
using HyperIngest.Tests.EndToEnd;
using Npgsql;

namespace HyperIngest.Tests.Faults;

/// <summary>What befalls a PostgreSQL under load: each fault is counted, none stops intake, and when it is over the table has every answer once.</summary>
[Collection(NodeCollection.Name)]
public sealed class PostgresFaultTests : IAsyncLifetime
{
    private const string Retries = "hyperingest_delivery_retries_total";
    private const string Reopens = "hyperingest_delivery_reopens_total";
    private const string Stops = "hyperingest_delivery_stops_total";

    // Answers that must be taken in while a fault lasts: intake does not wait for the sink.
    private const int Meanwhile = 10_000;

    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Server_killed_and_restarted_loses_nothing()
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.TcpConnectionString));
        using (FaultRun run = await rig.RunAsync())
        {
            for (int kill = 0; kill < 2; kill++)
            {
                await run.Node.UntilMoreAsync(Meanwhile);
                await run.Node.UntilCaughtUpAsync();
                double retries = await run.Node.MetricAsync(Retries), reopens = await run.Node.MetricAsync(Reopens);
                await KillServerAsync();
                await run.UntilCountedAsync(Retries, retries);
                await UntilLanesSayWhyAsync(run.Node);
                await run.Node.UntilMoreAsync(Meanwhile);
                await _server.RestartAsync();
                await run.Node.UntilCaughtUpAsync();
                await run.UntilCountedAsync(Reopens, reopens);
            }
            Assert.DoesNotContain(_server.Password, run.Node.Log, StringComparison.Ordinal);
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync();
    }

    // A lane sends some 75 KB a delivery and is answered in some 100 bytes: cuts lie in the start-up, in the rows, and between a commit and the answer to it.
    [Theory]
    [InlineData(CutSide.ToServer, 200_000)]
    [InlineData(CutSide.ToClient, 1_000)]
    public async Task Connections_cut_in_mid_COPY_or_before_the_commit_is_answered_lose_and_double_nothing(CutSide side, int mostBytes)
    {
        Random random = new(20260131);
        await using CuttingProxy proxy = new(_server.Port);
        NpgsqlConnectionStringBuilder through = new(_server.TcpConnectionString) { Port = proxy.Port };
        await using FaultRig rig = await FaultRig.StartAsync(Into(through.ConnectionString));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            for (int cut = 0; cut < 15; cut++)
            {
                double retries = await run.Node.MetricAsync(Retries);
                Task done = proxy.CutAfterAsync(side, random.Next(mostBytes));
                await run.Node.UntilAsync(() => Task.FromResult(done.IsCompleted), "a connection is cut");
                await run.UntilCountedAsync(Retries, retries);
            }
            await run.UntilCountedAsync(Reopens, 0);
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync();
    }

    [Fact]
    public async Task Backends_terminated_in_mid_COPY_lose_and_double_nothing()
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.ConnectionString));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            double reopens = await run.Node.MetricAsync(Reopens);
            long terminated = 0;
            await using NpgsqlConnection operators = await ConnectAsync();
            await run.Node.UntilAsync(
                async () => (terminated += await OneAsync<long>(operators,
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'hyperingest' and state = 'active' and query like 'copy%readings%'")) >= 5,
                "five lanes are in a COPY when their backend is terminated");
            await run.UntilCountedAsync(Reopens, reopens);
            Assert.Contains("57P01", run.Node.Log, StringComparison.Ordinal);
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync();
    }

    [Fact]
    public async Task Statement_timeout_is_tried_again_until_it_passes()
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.ConnectionString) with { Sink = ", timeout: 1s" });
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            double retries = await run.Node.MetricAsync(Retries);
            await using (NpgsqlConnection operators = await ConnectAsync())
            {
                await RunAsync(operators, "begin; lock table readings in access exclusive mode");
                await run.UntilCountedAsync(Retries, retries + 1);
                await run.UntilSaidAsync("57014");
                await run.Node.UntilMoreAsync(Meanwhile);
                await RunAsync(operators, "rollback");
            }
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync();
    }

    [Fact]
    public async Task Full_disk_of_the_server_is_waited_out()
    {
        using SmallDisk disk = new("256m");
        SystemProgram.Run("chown", "postgres", disk.Path);
        await using (NpgsqlConnection operators = await ConnectAsync())
        {
            await RunAsync(operators, $"create tablespace small location '{disk.Path}'");
            await RunAsync(operators, "alter database postgres set default_tablespace = small");
        }
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.TcpConnectionString));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            double retries = await run.Node.MetricAsync(Retries);
            disk.Fill();
            string said = await run.UntilSaidAsync("53100");
            Assert.Contains("No space left on device", said, StringComparison.Ordinal);
            await run.UntilCountedAsync(Retries, retries + 1);
            await run.Node.UntilMoreAsync(Meanwhile);
            disk.Free();
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync();
        // The server has files there, and goes before the disk does.
        await _server.KillAsync();
    }

    // A lane copies rows and then moves its cursor; the other session has the cursor and then wants the rows.
    [Fact]
    public async Task Deadlock_costs_a_delivery_another_try()
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.ConnectionString));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            double retries = await run.Node.MetricAsync(Retries);
            await using NpgsqlConnection operators = await ConnectAsync();
            await using NpgsqlConnection looking = await ConnectAsync();
            // PostgreSQL ends whoever finds the deadlock, after its own deadlock_timeout: the lanes keep the default of 1 s, and the other session never looks.
            await RunAsync(operators, "set deadlock_timeout = '10min'");
            while (!run.Node.Log.Contains("40P01", StringComparison.Ordinal))
            {
                await RunAsync(operators, "begin; lock table hyperingest_cursor in share row exclusive mode");
                await run.Node.UntilAsync(
                    async () => await OneAsync<long>(looking, "select count(*) from pg_locks where relation = 'hyperingest_cursor'::regclass and not granted") > 0, "a lane waits for its cursor");
                // Not to be had until every lane with rows under way has given up.
                await RunAsync(operators, "lock table readings in access exclusive mode");
                await RunAsync(operators, "rollback");
            }
            await run.UntilCountedAsync(Retries, retries);
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await rig.AssertEverywhereAsync();
    }

    [Theory]
    [InlineData("readings")]
    [InlineData("series")]
    [InlineData("hyperingest_cursor")]
    [InlineData("readings, series, hyperingest_cursor")]
    public async Task A_dropped_table_of_the_sinks_own_comes_back_by_itself(string tables)
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.ConnectionString));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            double looks = await run.Node.MetricAsync("hyperingest_postgres_schema_changes_total");
            await using NpgsqlConnection operators = await ConnectAsync();
            // The rows go with the table and are the operator's: kept aside, so that they can be counted with the others.
            await RunAsync(operators, """
                begin; lock table readings, hyperingest_cursor in access exclusive mode;
                create table kept as select r.time, r.value, r.status, r.value_text, s.device, s.tag from readings r join series s on s.id = r.series_id
                """);
            await RunAsync(operators, $"drop table {tables}; commit");
            await run.UntilCountedAsync("hyperingest_postgres_schema_changes_total", looks);
            await run.UntilSaidAsync("is not as it was");
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
            if (tables.Contains("readings", StringComparison.Ordinal))
            {
                await RunAsync(operators, "insert into readings select k.time, k.value, s.id, k.status, k.value_text from kept k join series s using (device, tag)");
            }
        }
        await rig.AssertEverywhereAsync();
    }

    [Fact]
    public async Task A_users_table_dropped_stops_its_lanes_which_say_what_to_do_and_go_on_when_it_is_made_again()
    {
        const string table = "create table scada (at timestamptz not null, device text not null, tag text not null, value float8, status int4 not null)";
        await using NpgsqlConnection operators = await ConnectAsync();
        await RunAsync(operators, table);
        await using FaultRig rig = await FaultRig.StartAsync(Into(_server.ConnectionString) with
        {
            Sink = ", table: scada, columns: { at: time, device: device, tag: tag, value: value, status: status }",
        });
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            double stops = await run.Node.MetricAsync(Stops);
            await RunAsync(operators, "begin; lock table scada in access exclusive mode; create table kept as select * from scada; drop table scada; commit");
            await run.UntilCountedAsync(Stops, stops);
            string said = await run.UntilSaidAsync("stopped at");
            Assert.Contains("table scada is not there", said, StringComparison.Ordinal);
            Assert.Contains("Create it", said, StringComparison.Ordinal);
            await run.Node.UntilMoreAsync(Meanwhile);
            await RunAsync(operators, table);
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        // As the verifier reads them: by series.
        await RunAsync(operators, """
            create table series as select row_number() over ()::int4 as id, device, tag from (select distinct device, tag from scada) s;
            create table readings as select r.at as time, r.value, s.id as series_id, r.status, null::text as value_text
                from (select * from scada union all select * from kept) r join series s using (device, tag)
            """);
        string served = await rig.Plant.ServedAsync();
        NodeRig.AssertClean(await rig.Plant.VerifyJournalAsync(served));
        var (report, _) = await rig.Plant.GapsOfSinkAsync(served);
        Assert.True(report.IsClean && report.Received == report.Served, report.ToString());
    }

    // Without the password.
    private async Task UntilLanesSayWhyAsync(NodeUnderTest node)
    {
        await node.UntilAsync(
            async () => (await node.StatusAsync()).GetProperty("lanes").EnumerateArray().All(l =>
                l.GetProperty("state").GetString() is "retrying" or "open" && !l.GetProperty("healthy").GetBoolean() && l.GetProperty("last_error").GetString() is { Length: > 10 }),
            "each lane waits and says why");
        Assert.DoesNotContain(_server.Password, await node.StatusTextAsync(), StringComparison.Ordinal);
    }

    private static NodeRigOptions Into(string connection) => new() { Sink = "", Connection = connection };

    // Readiness first: a node that drains takes nothing in and says so.
    private static async Task EndAsync(FaultRun run)
    {
        await run.AssertNeverStoppedAsync();
        await run.Node.DrainAsync();
    }

    // As the machine's memory killer does it, but for all processes of the server: a backend that outlives the postmaster for a moment would keep the next one from starting.
    private async Task KillServerAsync()
    {
        int postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(_server.SocketFolder, "data", "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        List<System.Diagnostics.Process> processes = [];
        foreach (int pid in ProcessTree.Of(postmaster))
        {
            try
            {
                processes.Add(System.Diagnostics.Process.GetProcessById(pid));
            }
            catch (ArgumentException)
            {
                // A backend that has ended meanwhile.
            }
        }
        foreach (System.Diagnostics.Process process in processes) process.Kill();
        foreach (System.Diagnostics.Process process in processes.Skip(1)) await process.WaitForExitAsync();
        await _server.KillAsync();
        foreach (System.Diagnostics.Process process in processes) process.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        NpgsqlConnection connection = new(_server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    // A lock may have to wait for a statement's timeout.
    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> OneAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
