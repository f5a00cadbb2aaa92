using HyperIngest.Core;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Report;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Targets;

/// <summary>PostgreSQL: the user's, or a private server in a temporary folder.</summary>
internal sealed class PostgresTarget(DemoOptions options, string folder, DemoProgress progress) : IDemoTarget
{
    private const double MostCommitMs = 1000;
    private const double LeastMaxRowRate = 1_000_000;
    private const double LeastRouteRate = 500_000;
    private const double LeastCeilingRatio = 0.8;

    private PrivatePostgres? _server;
    private string? _connection;

    /// <inheritdoc/>
    public string Route => "journal > postgres";

    // Two lanes keep both of PostgreSQL's backends at work.
    /// <inheritdoc/>
    public int Shards => 2;

    /// <inheritdoc/>
    public bool HasSink => true;

    /// <inheritdoc/>
    public async Task PrepareAsync(string plantPath, CancellationToken cancellationToken)
    {
        if (options.Postgres is null)
        {
            progress.Phase("postgres: a private server in a temporary folder (fsync and synchronous_commit on)");
            _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { OwnSession = options.OwnSession }, cancellationToken);
        }
        _connection = options.Postgres ?? _server!.ConnectionString;
        await DemoDatabase.PrepareAsync(_connection, cancellationToken);
    }

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, ILoggerFactory loggers) => pipeline.AddSink(
        new PostgresSink(new PostgresOptions { ConnectionString = _connection!, Schema = DemoDatabase.Schema }, pipeline.Catalog, loggers.CreateLogger("HyperIngest.Postgres")));

    /// <inheritdoc/>
    public Task<VerifySummary> VerifyAsync(string plantPath, string servedPath, CancellationToken cancellationToken) =>
        VerifyChild.OfPostgresAsync(plantPath, servedPath, _connection!, cancellationToken);

    /// <inheritdoc/>
    public async Task<Ceiling?> MeasureCeilingAsync(CancellationToken cancellationToken)
    {
        progress.Phase("ceiling: the same rows by psql \\copy, nothing else at work");
        (double rate, long rows) = await new CopyCeiling(_connection!, folder, _server?.Binaries).MeasureAsync(cancellationToken);
        return new Ceiling("psql \\copy", rate, rows);
    }

    /// <inheritdoc/>
    public IEnumerable<PromiseReport> Promises(DemoOptions asked, LoadReport report)
    {
        if (asked.Max)
        {
            yield return PromiseReport.AtLeast("rows/s committed", asked.Route == DemoRoute.KafkaPostgres ? LeastRouteRate : LeastMaxRowRate, report.ReadingsPerS);
        }
        else
        {
            yield return PromiseReport.AtMost("commit p99 ms", MostCommitMs, report.LatencyMs.P99);
            // Socket to journal is this product's own; what Npgsql allocates for a COPY and its waits is reported and not promised.
            if (asked.Route == DemoRoute.Direct) yield return PromiseReport.AtMost("resident MiB", DemoReport.MostRssMb(asked), report.RssMb);
        }
        if (report.CeilingRatio is { } ratio && asked.Max) yield return PromiseReport.AtLeast("of psql \\copy", LeastCeilingRatio, ratio);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
