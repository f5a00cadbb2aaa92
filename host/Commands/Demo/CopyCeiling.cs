using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>
/// What PostgreSQL itself can take: the very rows of the run, exported once, loaded by <c>psql \copy ... (format binary)</c> into a logged table of the same columns and
/// the same index by one client, with nothing else at work.
/// </summary>
internal sealed class CopyCeiling(string connectionString, string folder, string? binaries)
{
    // Enough for a steady rate of several seconds, and few enough that export and load stay below half a minute.
    private const int MostRows = 10_000_000;

    private const string Table = DemoDatabase.Schema + ".ceiling";

    /// <summary>The rate psql reaches, and over how many rows.</summary>
    /// <exception cref="InvalidOperationException">psql is not installed or failed; the message has what it said.</exception>
    public async Task<(double RowsPerSecond, long Rows)> MeasureAsync(CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, "ceiling.rows");
        await RunSqlAsync(
            $"""
            DROP TABLE IF EXISTS {Table};
            CREATE TABLE {Table} (LIKE {DemoDatabase.Schema}.readings INCLUDING DEFAULTS);
            CREATE INDEX ON {Table} USING brin (time);
            """,
            cancellationToken);
        try
        {
            await PsqlAsync(
                $"\\copy (SELECT time, value, series_id, status FROM {DemoDatabase.Schema}.readings LIMIT {MostRows}) TO '{file}' (FORMAT binary)", cancellationToken);
            long started = Stopwatch.GetTimestamp();
            string said = await PsqlAsync($"\\copy {Table} (time, value, series_id, status) FROM '{file}' (FORMAT binary)", cancellationToken);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            long rows = long.Parse(said.Replace("COPY", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            return (rows / seconds, rows);
        }
        finally
        {
            File.Delete(file);
            await RunSqlAsync($"DROP TABLE IF EXISTS {Table}", CancellationToken.None);
        }
    }

    private async Task RunSqlAsync(string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<string> PsqlAsync(string command, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder target = new(connectionString);
        ProcessStartInfo start = new(binaries is null ? "psql" : Path.Combine(binaries, "psql"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in (string[])["--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--command", command]) start.ArgumentList.Add(argument);
        start.Environment["PGHOST"] = target.Host;
        start.Environment["PGPORT"] = target.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = target.Username;
        start.Environment["PGDATABASE"] = target.Database;
        if (target.Password is { Length: > 0 } password) start.Environment["PGPASSWORD"] = password;

        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            process = null;
        }
        if (process is null) throw new InvalidOperationException("--ceiling needs psql on the PATH (Debian: apt-get install postgresql-client).");
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException($"psql failed on \"{command}\": {(await error).Trim()}");
        }
    }
}
