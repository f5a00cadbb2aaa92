using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// PostgreSQL, TimescaleDB, or an existing table in either. Exactly once: a lane's cursor is stored by the transaction that stores its readings.
/// </summary>
public sealed class PostgresSink : ISink
{
    // The statement's own limit must end it on the server first; Npgsql's is for a server that no longer answers.
    private static readonly TimeSpan AnswerAllowance = TimeSpan.FromSeconds(5);

    // A COPY into the readings does not touch the series table: dropped alone, nobody but its readers would miss it. One small query each time.
    private static readonly TimeSpan SeriesPace = TimeSpan.FromSeconds(10);

    private readonly PostgresOptions _options;
    private readonly SeriesCatalog _catalog;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private readonly PostgresSchema _schema;
    private readonly PostgresPartitions? _partitions;
    private readonly PostgresSeries? _series;
    private readonly Counter? _schemaChanges;
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();

    // Written under _preparing, read there only.
    private Task _making = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;

    // Written under _preparing (release); lanes that found the schema changed clear _prepared.
    private volatile bool _prepared;
    private volatile PostgresMappedTable? _mapped;
    private ReadingsLayout _layout;

    /// <summary>A sink that has not connected yet; <paramref name="metrics"/> takes what it counts besides what its lanes do.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be read, or an option is out of range; the message does not repeat the string.</exception>
    public PostgresSink(PostgresOptions options, SeriesCatalog catalog, ILogger logger, TimeProvider? time = null, MetricRegistry? metrics = null)
    {
        PostgresOptionsCheck.Check(options);
        _options = options;
        _catalog = catalog;
        _logger = logger;
        _time = time ?? TimeProvider.System;
        _source = new NpgsqlDataSourceBuilder(SessionSettings(options)).Build();
        _schema = new PostgresSchema(options);
        _schemaChanges = metrics?.Counter(
            "hyperingest_postgres_schema_changes_total", "Times a lane met a table or column that was not as it had been, and the schema was looked at again.",
            new MetricLabel("sink", options.Name));
        WholeTable = new PostgresCopyTarget(_schema.Readings, 0, PostgresTime.MaxTicks + 1);
        if (options.Mapping is not null) return;
        _partitions = new PostgresPartitions(_source, options, _time, logger);
        _series = new PostgresSeries(_source, _schema, catalog);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public int MaxReadingsPerDelivery => _options.MaxRowsPerCommit;

    /// <inheritdoc/>
    public TimeSpan Linger => _options.CommitInterval;

    internal SeriesCatalog Catalog => _catalog;

    internal string CursorTable => _schema.Cursor;

    internal PostgresCopyTarget WholeTable { get; }

    internal PostgresPartitions? Partitions => _layout == ReadingsLayout.Partitioned ? _partitions : null;

    internal PostgresSeries? Series => _series;

    internal PostgresMappedTable? Mapped => _mapped;

    /// <inheritdoc/>
    /// <exception cref="SinkException">The database cannot be reached (Retry), or is not fit and somebody must act (Stop).</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_prepared) return;
        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_prepared) return;
            await using (NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false))
            {
                _layout = await _schema.EnsureAsync(connection, _options.Mapping is null, cancellationToken).ConfigureAwait(false);
                if (_options.Mapping is { } mapping) _mapped = await PostgresMappedTable.ReadAsync(connection, mapping, cancellationToken).ConfigureAwait(false);
                PostgresEvents.Prepared(
                    _logger, Name, connection.PostgreSqlVersion.ToString(), _mapped?.QuotedName ?? _schema.Readings, _mapped is null ? _layout.ToString() : "Mapped");
            }
            if (Partitions is { } partitions)
            {
                await partitions.PrepareAsync(cancellationToken).ConfigureAwait(false);
                if (_making.IsCompleted) _making = Task.Run(() => MakeAheadAsync(partitions), CancellationToken.None);
            }
            if (_series is not null)
            {
                await _series.SyncAsync(cancellationToken).ConfigureAwait(false);
                if (_watching.IsCompleted) _watching = Task.Run(WatchSeriesAsync, CancellationToken.None);
            }
            _prepared = true;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
        {
            throw new SinkException(AsPreparation(PostgresErrors.Classify(e)), e);
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SinkException">The database cannot be reached (Retry), or refuses (Stop).</exception>
    public async Task<ISinkLane> OpenLaneAsync(LaneIdentity identity, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            PostgresCursor cursor = await PostgresCursor.OpenAsync(connection, _schema.Cursor, Name, identity, _logger, cancellationToken).ConfigureAwait(false);
            return new PostgresLane(this, connection, cursor);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            // The cursor table may have been dropped: the next try makes it again.
            _prepared = false;
            throw new SinkException(AsPreparation(PostgresErrors.Classify(e)), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _making.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _source.DisposeAsync().ConfigureAwait(false);
        _partitions?.Dispose();
        _series?.Dispose();
        _preparing.Dispose();
        _disposing.Dispose();
    }

    /// <summary>A lane met a table or column that is not as it was: looks at the schema again and makes what is missing of the sink's own.</summary>
    internal async Task PrepareAgainAsync(string reason, CancellationToken cancellationToken)
    {
        _schemaChanges?.Add();
        PostgresEvents.SchemaChanged(_logger, Name, reason);
        _prepared = false;
        _series?.Forget();
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
    }

    // What a row could be blamed for elsewhere is the schema's fault here.
    private static DeliveryOutcome AsPreparation(DeliveryOutcome outcome) =>
        outcome.Verdict == DeliveryVerdict.Rejected ? DeliveryOutcome.Stop(outcome.Reason!) : outcome;

    private async Task MakeAheadAsync(PostgresPartitions partitions)
    {
        // Four looks an interval, an hourly one at most: partitions are always ahead, and a failed look has three more before it matters.
        TimeSpan wait = TimeSpan.FromTicks(Math.Min(_options.Table.PartitionInterval.Ticks / 4, TimeSpan.TicksPerHour));
        using PeriodicTimer timer = new(wait, _time);
        do
        {
            try
            {
                await partitions.PrepareAsync(_disposing.Token).ConfigureAwait(false);
                if (_options.Table.TimeIndex == PostgresTimeIndex.WhenPast) await partitions.IndexPastAsync(_disposing.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                PostgresEvents.PartitionsLate(_logger, Name, wait, PostgresErrors.Classify(e).Reason ?? e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(_disposing.Token).ConfigureAwait(false));
    }

    private async Task WatchSeriesAsync()
    {
        using PeriodicTimer timer = new(SeriesPace, _time);
        while (await timer.WaitForNextTickAsync(_disposing.Token).ConfigureAwait(false))
        {
            // Otherwise a lane is at it.
            if (!_prepared) continue;
            try
            {
                bool there;
                await using (NpgsqlConnection connection = await _source.OpenConnectionAsync(_disposing.Token).ConfigureAwait(false))
                {
                    there = await _schema.HasSeriesAsync(connection, _disposing.Token).ConfigureAwait(false);
                }
                if (!there) await PrepareAgainAsync($"table {_schema.Series} is not there", _disposing.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or SinkException)
            {
                PostgresEvents.SeriesNotSeen(_logger, Name, SeriesPace, e is SinkException refused ? refused.Message : PostgresErrors.Classify(e).Reason ?? e.GetType().Name);
            }
        }
    }

    private static string SessionSettings(PostgresOptions options)
    {
        NpgsqlConnectionStringBuilder builder = new(options.ConnectionString);
        string settings = FormattableString.Invariant(
            $"-c statement_timeout={(long)options.StatementTimeout.TotalMilliseconds} -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres");
        builder.Options = string.IsNullOrEmpty(builder.Options) ? settings : $"{builder.Options} {settings}";
        builder.CommandTimeout = (int)Math.Ceiling((options.StatementTimeout + AnswerAllowance).TotalSeconds);
        builder.ApplicationName ??= "hyperingest";
        builder.Enlist = false;
        return builder.ConnectionString;
    }
}
