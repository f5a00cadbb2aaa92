using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// One lane's row of the cursor table. Moving it is fenced: the row must still say what this lane wrote or read last, or else another process delivers
/// under the same node name.
/// </summary>
internal sealed class PostgresCursor : IDisposable
{
    private readonly NpgsqlBatch _move;
    private readonly NpgsqlParameter<long> _position = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<int> _index = new() { NpgsqlDbType = NpgsqlDbType.Integer };
    private readonly NpgsqlParameter<long> _expectedPosition = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<int> _expectedIndex = new() { NpgsqlDbType = NpgsqlDbType.Integer };

    private PostgresCursor(NpgsqlConnection connection, string table, string sink, LaneIdentity identity, JournalPosition stored)
    {
        Stored = stored;
        // A row that says something else gets NULL for its NOT NULL time: the statement fails, and the COMMIT sent along with it is skipped. With a WHERE instead, the
        // COMMIT would have to wait for the count of updated rows. A row that is gone (the table was dropped and made again) is made again.
        NpgsqlBatchCommand move = new(
            $"""
            insert into {table} as c (node, sink, journal_id, shard, position, "index", updated) values ($1, $2, $3, $4, $5, $6, now())
            on conflict (node, sink, journal_id, shard) do update set position = $5, "index" = $6,
                updated = case when c.position = $7 and c."index" = $8 then now() end
            """);
        AddIdentity(move.Parameters, sink, identity);
        move.Parameters.Add(_position);
        move.Parameters.Add(_index);
        move.Parameters.Add(_expectedPosition);
        move.Parameters.Add(_expectedIndex);
        _move = new NpgsqlBatch(connection) { BatchCommands = { move, new NpgsqlBatchCommand("commit") } };
    }

    /// <summary>What the row says, as far as this lane knows.</summary>
    public JournalPosition Stored { get; private set; }

    /// <summary>Reads the row, making it at 0 when it is not there.</summary>
    public static async Task<PostgresCursor> OpenAsync(
        NpgsqlConnection connection, string table, string sink, LaneIdentity identity, ILogger logger, CancellationToken cancellationToken)
    {
        // A cursor that a crash of the server could take back would make the journal's retention wrong.
        await using (NpgsqlCommand synchronous = new(
            "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'", connection))
        {
            await synchronous.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        // It also waits for a move that is under way: this node's last process may have been killed while the server was at its commit, and the row before that would be the
        // wrong one to go on from.
        await using (NpgsqlCommand insert = new(
            $"""
            insert into {table} (node, sink, journal_id, shard, position, "index", updated) values ($1, $2, $3, $4, 0, 0, now())
            on conflict do nothing
            """,
            connection))
        {
            AddIdentity(insert.Parameters, sink, identity);
            if (await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1)
            {
                await ReportOthersAsync(connection, table, sink, identity, logger, cancellationToken).ConfigureAwait(false);
            }
        }
        await using NpgsqlCommand select = new(
            $"""select position, "index" from {table} where node = $1 and sink = $2 and journal_id = $3 and shard = $4""", connection);
        AddIdentity(select.Parameters, sink, identity);
        JournalPosition stored;
        await using (NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            stored = new JournalPosition(reader.GetInt64(0), reader.GetInt32(1));
        }
        PostgresCursor cursor = new(connection, table, sink, identity, stored);
        await cursor._move.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return cursor;
    }

    /// <summary>Moves the row and commits the connection's transaction, in one exchange.</summary>
    /// <exception cref="PostgresException">Nothing is committed; <see cref="IsFence"/> says whether it was the fence.</exception>
    public async ValueTask MoveAndCommitAsync(JournalPosition to, CancellationToken cancellationToken)
    {
        _position.TypedValue = to.Offset;
        _index.TypedValue = to.Index;
        _expectedPosition.TypedValue = Stored.Offset;
        _expectedIndex.TypedValue = Stored.Index;
        await _move.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        Stored = to;
    }

    /// <summary>True for the error of a row that another process has moved.</summary>
    public static bool IsFence(PostgresException error) => error is
    {
        SqlState: PostgresErrorCodes.NotNullViolation, TableName: PostgresSchema.CursorTable, ColumnName: "updated",
    };

    public void Dispose() => _move.Dispose();

    private static void AddIdentity(NpgsqlParameterCollection parameters, string sink, LaneIdentity identity)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = identity.Node });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = sink });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = identity.JournalId });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = identity.Shard });
    }

    private static async Task ReportOthersAsync(
        NpgsqlConnection connection, string table, string sink, LaneIdentity identity, ILogger logger, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand others = new(
            $"select string_agg(journal_id::text, ', ') from {table} where node = $1 and sink = $2 and journal_id <> $3 and shard = $4", connection);
        AddIdentity(others.Parameters, sink, identity);
        if (await others.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string journals)
        {
            PostgresEvents.OtherJournal(logger, sink, identity.Shard, identity.Node, journals, identity.JournalId);
        }
    }
}
