using System.Globalization;
using Npgsql;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>Every connection into PostgreSQL is ended from the server's side, in the middle of whatever it does.</summary>
internal sealed class CutPostgresConnections(PostgresChaosSink sink) : IChaosFault
{
    // Not its own, and not those of a restore or a worker.
    private const string Cut = "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";

    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("cut-postgres-connections", TimeSpan.Zero, TimeSpan.Zero);

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        NodeSnapshot? before = await stage.Node.LookAsync();
        double reopened = Failures(before);
        long cut;
        await sink.Turn.WaitAsync(CancellationToken.None);
        try
        {
            await using NpgsqlConnection connection = new(sink.Server.ConnectionString + ";Pooling=false");
            await connection.OpenAsync(CancellationToken.None);
            await using NpgsqlCommand command = new(Cut, connection);
            cut = (long)(await command.ExecuteScalarAsync(CancellationToken.None))!;
        }
        finally
        {
            sink.Turn.Release();
        }
        if (cut == 0) return "none was open";
        // A node that has been restarted meanwhile has new connections, and counts from 0.
        await stage.UntilAsync(seen => seen.Life != before?.Life || Failures(seen) > reopened, $"the lanes into {sink.Name} count a failure");
        TimeSpan behind = await stage.UntilAsync(seen => seen.HasCaughtUp(sink.Name), $"the lanes into {sink.Name} have caught up");
        return string.Create(CultureInfo.InvariantCulture, $"{cut} cut; caught up after {behind.TotalSeconds:F1} s");
    }

    private double Failures(NodeSnapshot? seen)
    {
        string label = $"sink=\"{sink.Name}\"";
        return seen is null ? 0 : seen.Metric("hyperingest_delivery_reopens_total", label) + seen.Metric("hyperingest_delivery_retries_total", label);
    }
}
