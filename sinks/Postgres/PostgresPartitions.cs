using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// The partitions of the readings table: which there are, making them ahead and on demand. Rows are copied straight into the leaf their times belong to,
/// which saves the routing of each row.
/// </summary>
/// <remarks>
/// Times far from now (a device whose clock is wrong) get no partition of their own, or one device could make thousands: they go to the default
/// partition.
/// </remarks>
internal sealed class PostgresPartitions : IDisposable
{
    // With daily partitions, back to nearly three years ago: enough for a backfill, and few enough for the planner.
    private const int MaxIntervalsBack = 1000;

    private const string PartitionLock = "select pg_advisory_xact_lock(5222328703599997813)";

    private readonly NpgsqlDataSource _source;
    private readonly string _schema;
    private readonly string _table;
    private readonly string _parent;
    private readonly long _interval;
    private readonly int _ahead;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _making = new(1, 1);

    // Leaves with bounds in order of time. Replaced whole by whoever holds _making (release); lanes read it (acquire).
    private PostgresCopyTarget[] _leaves = [];

    public PostgresPartitions(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _source = source;
        _schema = options.Schema;
        _table = options.Table.Readings;
        _parent = PostgresIdentifier.Quote(options.Schema, options.Table.Readings);
        _interval = options.Table.PartitionInterval.Ticks;
        _ahead = options.Table.PartitionsAhead;
        _time = time;
        Default = new PostgresCopyTarget(_parent, 0, PostgresTime.MaxTicks + 1);
    }

    /// <summary>The parent table: routes each row itself; for times without a partition of their own, which end in the default partition.</summary>
    public PostgresCopyTarget Default { get; }

    /// <summary>The leaf that takes this time; null when there is none yet.</summary>
    public PostgresCopyTarget? Find(long ticks)
    {
        PostgresCopyTarget[] leaves = Volatile.Read(ref _leaves);
        int low = 0;
        int high = leaves.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (ticks < leaves[middle].FromTicks) high = middle - 1;
            else if (ticks >= leaves[middle].ToTicks) low = middle + 1;
            else return leaves[middle];
        }
        return null;
    }

    /// <summary>The leaf that takes this time, made when it is missing; <see cref="Default"/> when the time is too far from now to get one.</summary>
    public async Task<PostgresCopyTarget> FindOrMakeAsync(long ticks, CancellationToken cancellationToken)
    {
        if (Find(ticks) is { } known) return known;
        long now = _time.GetUtcNow().UtcTicks;
        if (ticks < now - (MaxIntervalsBack * _interval) || ticks >= now + ((_ahead + 1L) * _interval)) return Default;
        await MakeAsync(ticks, 1, cancellationToken).ConfigureAwait(false);
        return Find(ticks) ?? Default;
    }

    /// <summary>Reads the partitions there are and makes the default partition and the ones for now and ahead.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => MakeAsync(_time.GetUtcNow().UtcTicks, _ahead + 1, cancellationToken);

    /// <summary>Gives every partition whose interval is over its BRIN index on time, where it has none, one after the other and beside its writers.</summary>
    public async Task IndexPastAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        // A day of readings takes minutes to scan.
        await RunAsync(connection, "set statement_timeout = 0", cancellationToken).ConfigureAwait(false);
        long now = _time.GetUtcNow().UtcTicks;
        foreach (PostgresCopyTarget leaf in Volatile.Read(ref _leaves))
        {
            if (leaf.ToTicks > now || await HasTimeIndexAsync(connection, leaf.Table, cancellationToken).ConfigureAwait(false)) continue;
            await using NpgsqlCommand create = new($"create index concurrently on {leaf.Table} using brin (time)", connection) { CommandTimeout = 0 };
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Partition names tell their first instant: <c>readings_p20261121</c>, or <c>readings_p20261121_0600</c> when intervals are no whole days.</summary>
    internal string NameOf(long fromTicks)
    {
        string suffix = new DateTime(fromTicks, DateTimeKind.Utc).ToString(
            fromTicks % TimeSpan.TicksPerDay == 0 && _interval % TimeSpan.TicksPerDay == 0 ? "'_p'yyyyMMdd" : "'_p'yyyyMMdd'_'HHmm", CultureInfo.InvariantCulture);
        return _table[..Math.Min(_table.Length, PostgresIdentifier.MaxBytes - suffix.Length)] + suffix;
    }

    public void Dispose() => _making.Dispose();

    private async Task MakeAsync(long ticks, int count, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await ReloadAsync(connection, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
            {
                long at = ticks + (i * _interval);
                if (Find(at) is not null) continue;
                try
                {
                    await MakeOneAsync(connection, at, cancellationToken).ConfigureAwait(false);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CheckViolation)
                {
                    // The default partition holds rows of this interval already (a device ahead of time): rows go there through the parent.
                    PostgresEvents.IntervalInDefault(_logger, _parent, Instant(at), e.MessageText);
                }
            }
        }
        finally
        {
            _making.Release();
        }
    }

    private async Task MakeOneAsync(NpgsqlConnection connection, long ticks, CancellationToken cancellationToken)
    {
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false))
        {
            await RunAsync(connection, PartitionLock, cancellationToken).ConfigureAwait(false);
            await ReloadAsync(connection, cancellationToken).ConfigureAwait(false);
            if (Find(ticks) is null)
            {
                (long from, long to) = BoundsOf(ticks);
                string name = PostgresIdentifier.Quote(_schema, NameOf(from));
                // LIKE and ATTACH rather than PARTITION OF: ATTACH does not keep COPYs into other partitions waiting.
                await RunAsync(connection, $"create table {name} (like {_parent} including defaults including constraints)", cancellationToken).ConfigureAwait(false);
                await RunAsync(
                    connection, $"alter table {_parent} attach partition {name} for values from ('{Instant(from)}') to ('{Instant(to)}')", cancellationToken)
                    .ConfigureAwait(false);
            }
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        await ReloadAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    // The aligned interval of a time, cut where partitions of another interval (the option was changed) lie already.
    private (long From, long To) BoundsOf(long ticks)
    {
        long from = ticks - (ticks % _interval);
        long to = Math.Min(from + _interval, PostgresTime.MaxTicks);
        foreach (PostgresCopyTarget leaf in Volatile.Read(ref _leaves))
        {
            if (leaf.ToTicks <= ticks) from = Math.Max(from, leaf.ToTicks);
            else if (leaf.FromTicks > ticks) to = Math.Min(to, leaf.FromTicks);
        }
        return (from, to);
    }

    private async Task ReloadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        List<PostgresCopyTarget> leaves = [];
        bool hasDefault = false;
        await using (NpgsqlCommand command = new(
            """
            select n.nspname::text, c.relname::text, pg_get_expr(c.relpartbound, c.oid)
            from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
            where i.inhparent = to_regclass($1) and c.relispartition
            """,
            connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _parent });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (PartitionBound.TryParse(reader.GetString(2), out PartitionBound bound))
                {
                    leaves.Add(new PostgresCopyTarget(PostgresIdentifier.Quote(reader.GetString(0), reader.GetString(1)), bound.FromTicks, bound.ToTicks));
                }
                else
                {
                    hasDefault |= bound.IsDefault;
                }
            }
        }
        leaves.Sort(static (a, b) => a.FromTicks.CompareTo(b.FromTicks));
        Volatile.Write(ref _leaves, [.. leaves]);
        if (hasDefault) return;
        string name = PostgresIdentifier.Quote(_schema, _table[..Math.Min(_table.Length, PostgresIdentifier.MaxBytes - 8)] + "_default");
        await RunAsync(connection, $"create table if not exists {name} partition of {_parent} default", cancellationToken).ConfigureAwait(false);
    }

    // Any valid index that begins with time serves; one that a concurrent build left behind invalid does not, and the next build succeeds beside it.
    private static async Task<bool> HasTimeIndexAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(
            """
            select exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                           where i.indrelid = to_regclass($1) and i.indisvalid and a.attname = 'time')
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static string Instant(long ticks) => new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture);

    private static async Task RunAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
