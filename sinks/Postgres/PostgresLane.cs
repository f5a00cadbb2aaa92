using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using Npgsql;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// One shard's connection: a delivery is one transaction of a COPY (or one for each partition the chunk's times lie in) and the cursor's move.
/// </summary>
/// <remarks>
/// Three times a delivery waits for the server: the COPY's begin (BEGIN rides along), its end, and the cursor with the COMMIT.
/// </remarks>
internal sealed class PostgresLane : ISinkLane
{
    // One CopyData message a buffer. Npgsql sends a buffer larger than its own (8 KiB) as it stands, without a copy. Measured over a unix socket, the client's CPU is 82 ns a
    // row with 16 KiB, 74 with 64 KiB, 55 with 128 KiB and with 256 KiB; the server's does not change. 128 KiB is the least that has all of the gain.
    private const int BufferBytes = 128 << 10;

    // A chunk at midnight lies in two. One of more than this comes from clocks that are off.
    private const int MaxLeavesAtOnce = 8;

    private readonly PostgresSink _sink;
    private readonly NpgsqlConnection _connection;
    private readonly PostgresCursor _cursor;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly PostgresRowWriter _rowWriter;

    // The delivery at hand.
    private readonly List<PostgresCopyTarget> _targets = [];
    private int _target;
    private PostgresRowEncoder? _encoder;
    private bool _withText;

    // The COPY at hand: where in the chunk, rows of the chunk passed, bytes in the buffer, why the reading at _encoded cannot be a row.
    private int _part;
    private int _index;
    private int _encoded;
    private int _filled;
    private string? _poison;

    private PostgresMappedTable? _mapped;
    private PostgresCopyTarget? _mappedTarget;

    public PostgresLane(PostgresSink sink, NpgsqlConnection connection, PostgresCursor cursor)
    {
        _sink = sink;
        _connection = connection;
        _cursor = cursor;
        _rowWriter = new PostgresRowWriter(sink.Catalog.Texts);
    }

    /// <inheritdoc/>
    public JournalPosition? StoredCursor => _cursor.Stored;

    /// <inheritdoc/>
    public async ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        (DeliveryOutcome outcome, bool schemaChanged) = await TryDeliverAsync(chunk, cancellationToken).ConfigureAwait(false);
        if (!schemaChanged) return outcome;
        // Dropped and made again, or a partition that a retention job took: look once, then try once more.
        try
        {
            await _sink.PrepareAgainAsync(outcome.Reason!, cancellationToken).ConfigureAwait(false);
        }
        catch (SinkException e)
        {
            return e.Outcome;
        }
        return (await TryDeliverAsync(chunk, cancellationToken).ConfigureAwait(false)).Outcome;
    }

    /// <inheritdoc/>
    public async ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlTransaction transaction = await _connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await _cursor.MoveAndCommitAsync(cursor, cancellationToken).ConfigureAwait(false);
            return DeliveryOutcome.Accepted;
        }
        catch (PostgresException e) when (IsAlive)
        {
            return PostgresCursor.IsFence(e) ? Fenced() : PostgresErrors.Classify(e);
        }
        catch (Exception e) when (IsDeath(e))
        {
            throw Dead(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _cursor.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    // An error the server reported on a connection that lives has rolled everything back. On a connection that died, nobody knows whether the commit happened: the lane
    // must open anew and read the cursor.
    private bool IsAlive => _connection.State == System.Data.ConnectionState.Open;

    private static bool IsDeath(Exception e) => e is NpgsqlException or IOException or TimeoutException or ObjectDisposedException;

    private static SinkException Dead(Exception e)
    {
        DeliveryOutcome outcome = PostgresErrors.Classify(e);
        return new SinkException(outcome.Verdict == DeliveryVerdict.Rejected ? DeliveryOutcome.Retry(outcome.Reason!) : outcome, e);
    }

    private DeliveryOutcome Fenced() => DeliveryOutcome.Stop(
        $"sink {_sink.Name}: the cursor in {_sink.CursorTable} was moved by another process (this one left it at {_cursor.Stored}). Two processes run with the same node "
        + "name and a copy of the same journal: stop one, and restart this one");

    private async ValueTask<(DeliveryOutcome Outcome, bool SchemaChanged)> TryDeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        try
        {
            DeliveryOutcome ready = await GetReadyAsync(chunk, cancellationToken).ConfigureAwait(false);
            if (ready.Verdict != DeliveryVerdict.Accepted) return (ready, false);
        }
        catch (Exception e) when (IsDeath(e))
        {
            // On connections of the sink's own, before anything was sent on this one: an outcome, whatever became of them.
            DeliveryOutcome outcome = PostgresErrors.Classify(e);
            if (outcome.Verdict == DeliveryVerdict.Rejected) outcome = DeliveryOutcome.Stop(outcome.Reason!);
            return (outcome, MeansSchemaChanged(e));
        }
        try
        {
            // Disposing rolls back what was not committed, where the connection lives.
            await using NpgsqlTransaction transaction = await _connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            for (_target = 0; _target < _targets.Count; _target++)
            {
                DeliveryOutcome copied = await CopyAsync(chunk, cancellationToken).ConfigureAwait(false);
                if (copied.Verdict != DeliveryVerdict.Accepted) return (copied, false);
            }
            await _cursor.MoveAndCommitAsync(chunk.End, cancellationToken).ConfigureAwait(false);
            return (DeliveryOutcome.Accepted, false);
        }
        catch (PostgresException e) when (IsAlive)
        {
            if (PostgresCursor.IsFence(e)) return (Fenced(), false);
            DeliveryOutcome outcome = PostgresErrors.Classify(e);
            if (outcome.PoisonHint > 0) outcome = outcome with { PoisonHint = IndexInChunk(chunk, outcome.PoisonHint - 1) + 1 };
            return (outcome, MeansSchemaChanged(e));
        }
        catch (Exception e) when (IsDeath(e))
        {
            throw Dead(e);
        }
    }

    private static bool MeansSchemaChanged(Exception e) => e is PostgresException
    {
        SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.DatatypeMismatch or PostgresErrorCodes.InvalidSchemaName,
    };

    // Fits the series and partitions to the chunk, and sets the targets and the encoder.
    private async ValueTask<DeliveryOutcome> GetReadyAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        _targets.Clear();
        if (_sink.Mapped is { } mapped)
        {
            if (!ReferenceEquals(mapped, _mapped))
            {
                _mapped = mapped;
                _encoder = new PostgresMappedRowWriter(mapped.Columns, _sink.Catalog);
                _mappedTarget = new PostgresCopyTarget(mapped.Copy);
            }
            _targets.Add(_mappedTarget!);
            return DeliveryOutcome.Accepted;
        }
        PostgresSeries series = _sink.Series!;
        ChunkScan scan = ChunkScan.Over(chunk, series.Slots, _sink.Catalog);
        if (scan.PoisonReason is not null) return DeliveryOutcome.Rejected(scan.PoisonReason, scan.PoisonIndex);
        if (scan.NeedsSeries) await series.SyncAsync(cancellationToken).ConfigureAwait(false);
        _rowWriter.Begin(series.Slots, scan.NeedsText);
        _encoder = _rowWriter;
        _withText = scan.NeedsText;
        await FindTargetsAsync(chunk, scan, cancellationToken).ConfigureAwait(false);
        return DeliveryOutcome.Accepted;
    }

    private async ValueTask FindTargetsAsync(DeliveryChunk chunk, ChunkScan scan, CancellationToken cancellationToken)
    {
        if (_sink.Partitions is not { } partitions)
        {
            _targets.Add(_sink.WholeTable);
            return;
        }
        _targets.Add(partitions.Find(scan.MinTicks) ?? await partitions.FindOrMakeAsync(scan.MinTicks, cancellationToken).ConfigureAwait(false));
        while (NextOutside(chunk) is { } ticks)
        {
            PostgresCopyTarget next = await partitions.FindOrMakeAsync(ticks, cancellationToken).ConfigureAwait(false);
            _targets.Add(next);
            if (next != partitions.Default && _targets.Count <= MaxLeavesAtOnce) continue;
            // Scattered times: the parent routes each row itself, also those that have leaves.
            _targets.Clear();
            _targets.Add(partitions.Default);
        }
    }

    // The first time that no target takes yet.
    private long? NextOutside(DeliveryChunk chunk)
    {
        for (int part = 0; part < chunk.PartCount; part++)
        {
            PostgresCopyTarget target = _targets[0];
            foreach (ref readonly Reading reading in chunk.PartAt(part))
            {
                if (target.Takes(reading.Time)) continue;
                if (TargetOf(reading.Time) is not { } other) return reading.Time;
                target = other;
            }
        }
        return null;
    }

    private PostgresCopyTarget? TargetOf(long ticks)
    {
        foreach (PostgresCopyTarget target in _targets)
        {
            if (target.Takes(ticks)) return target;
        }
        return null;
    }

    private async ValueTask<DeliveryOutcome> CopyAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        PostgresCopyTarget target = _targets[_target];
        NpgsqlRawCopyStream stream = await _connection.BeginRawBinaryCopyAsync(_withText ? target.CopyWithText : target.CopyNarrow, cancellationToken)
            .ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            _part = _index = _encoded = 0;
            _filled = PostgresRowEncoder.WriteHeader(_buffer);
            while (!Fill(chunk, _targets.Count == 1 ? null : target))
            {
                if (_poison is not null)
                {
                    await stream.CancelAsync().ConfigureAwait(false);
                    return DeliveryOutcome.Rejected(_poison, _encoded);
                }
                await stream.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false);
                _filled = 0;
            }
            _filled += PostgresRowEncoder.WriteTrailer(_buffer.AsSpan(_filled));
            await stream.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false);
        }
        return DeliveryOutcome.Accepted;
    }

    // Encodes into the buffer from where it left off; true when the chunk is done and the trailer fits, false when the buffer must be sent (or at poison).
    private bool Fill(DeliveryChunk chunk, PostgresCopyTarget? only)
    {
        _poison = null;
        for (; _part < chunk.PartCount; _part++, _index = 0)
        {
            ReadOnlySpan<Reading> readings = chunk.PartAt(_part);
            while (_index < readings.Length)
            {
                int run = readings.Length - _index;
                if (only is not null)
                {
                    run = RunOf(readings[_index..], only);
                    if (run < 0)
                    {
                        _index -= run;
                        _encoded -= run;
                        continue;
                    }
                }
                EncodedRows rows = _encoder!.Encode(readings.Slice(_index, run), _buffer.AsSpan(_filled, BufferBytes - PostgresRowEncoder.TrailerBytes - _filled));
                _filled += rows.Bytes;
                _index += rows.Rows;
                _encoded += rows.Rows;
                _poison = rows.Poison;
                if (rows.Rows < run) return false;
            }
        }
        return true;
    }

    // How many readings from the first on the target takes; or, negative, how many it does not.
    private static int RunOf(ReadOnlySpan<Reading> readings, PostgresCopyTarget target)
    {
        bool takes = target.Takes(readings[0].Time);
        int run = 1;
        while (run < readings.Length && target.Takes(readings[run].Time) == takes) run++;
        return takes ? run : -run;
    }

    // The server counts the rows of one COPY; with several targets those are not the chunk's.
    private int IndexInChunk(DeliveryChunk chunk, int row)
    {
        if (_targets.Count == 1 || _target >= _targets.Count) return row;
        int index = 0;
        for (int part = 0; part < chunk.PartCount; part++)
        {
            foreach (ref readonly Reading reading in chunk.PartAt(part))
            {
                if (_targets[_target].Takes(reading.Time) && row-- == 0) return index;
                index++;
            }
        }
        return -1;
    }
}
