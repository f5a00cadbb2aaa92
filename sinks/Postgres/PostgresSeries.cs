using System.Buffers.Binary;
using HyperIngest.Core.Readings;
using Npgsql;
using NpgsqlTypes;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// Gives the catalog's series their ids in the database. The database assigns the ids, by (tenant, device, tag), so that several nodes can fill one; new
/// series are taken over in bulk, some 600,000 in a few seconds.
/// </summary>
internal sealed class PostgresSeries : IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgresSchema _schema;
    private readonly SeriesCatalog _catalog;
    private readonly SemaphoreSlim _syncing = new(1, 1);

    // One slot a local id. Replaced whole by whoever holds _syncing (release); lanes read it (acquire).
    private SeriesSlot[] _slots = [];

    // Those of before the table was dropped: the readings that are there carry their ids. Written by Forget (release), read under _syncing (acquire).
    private SeriesSlot[] _former = [];

    public PostgresSeries(NpgsqlDataSource source, PostgresSchema schema, SeriesCatalog catalog)
    {
        _source = source;
        _schema = schema;
        _catalog = catalog;
    }

    /// <summary>The slots by local id; may be shorter than the catalog.</summary>
    public SeriesSlot[] Slots => Volatile.Read(ref _slots);

    /// <summary>The table may have been dropped: all series are to be taken over again, under the ids they had where those are free.</summary>
    public void Forget()
    {
        SeriesSlot[] slots = Interlocked.Exchange(ref _slots, []);
        if (slots.Length > 0) Volatile.Write(ref _former, slots);
    }

    /// <summary>Takes over all series the catalog has now; the slots then cover them.</summary>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        await _syncing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            SeriesSlot[] known = Slots;
            int count = _catalog.Count;
            if (known.Length >= count) return;
            SeriesSlot[] slots = new SeriesSlot[count];
            known.CopyTo(slots, 0);
            await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await CopyNewAsync(connection, known.Length, count, cancellationToken).ConfigureAwait(false);
            await InsertAsync(connection, cancellationToken).ConfigureAwait(false);
            await ReadIdsAsync(connection, slots, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _slots, slots);
        }
        finally
        {
            _syncing.Release();
        }
    }

    public void Dispose() => _syncing.Dispose();

    private async Task CopyNewAsync(NpgsqlConnection connection, int from, int to, CancellationToken cancellationToken)
    {
        await RunAsync(
            connection,
            """
            create temporary table new_series (
                local int4 not null, former int4, tenant text not null, device text not null, tag text not null,
                unit text not null, topic text not null, kind int2 not null, classification int2 not null) on commit drop
            """,
            cancellationToken).ConfigureAwait(false);
        await using NpgsqlBinaryImporter import = await connection.BeginBinaryImportAsync(
            "copy new_series from stdin (format binary)", cancellationToken).ConfigureAwait(false);
        SeriesSlot[] former = Volatile.Read(ref _former);
        for (int id = from; id < to; id++)
        {
            SeriesDefinition series = _catalog[id];
            await import.StartRowAsync(cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(id, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
            if (id < former.Length && FlipEndian(former[id].DatabaseIdBigEndian) is > 0 and var had) await import.WriteAsync(had, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
            else await import.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(Storable(series.Tenant), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(Storable(series.Device), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(Storable(series.Tag), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(Storable(series.Unit), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(Storable(series.Topic), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync((short)series.Kind, NpgsqlDbType.Smallint, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync((short)series.Classification, NpgsqlDbType.Smallint, cancellationToken).ConfigureAwait(false);
        }
        await import.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    // In the order of the names, so that two nodes with the same series wait for each other instead of deadlocking. WHERE NOT EXISTS before ON CONFLICT: a conflict
    // would use up an id of the sequence for every series at every start.
    private async Task InsertAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "analyze new_series", cancellationToken).ConfigureAwait(false);
        if (Volatile.Read(ref _former).Length > 0) await InsertFormerAsync(connection, cancellationToken).ConfigureAwait(false);
        await RunAsync(
            connection,
            $"""
            insert into {_schema.Series} (tenant, device, tag, unit, topic, kind, classification)
            select distinct on (tenant, device, tag) tenant, device, tag, unit, topic, kind, classification from new_series n
            where not exists (select from {_schema.Series} s where s.tenant = n.tenant and s.device = n.device and s.tag = n.tag)
            order by tenant, device, tag
            on conflict (tenant, device, tag) do nothing
            """,
            cancellationToken).ConfigureAwait(false);
        // The configuration rules what may change; the kind may not, the catalog sees to that.
        await RunAsync(
            connection,
            $"""
            update {_schema.Series} s set unit = n.unit, topic = n.topic, kind = n.kind, classification = n.classification
            from new_series n
            where s.tenant = n.tenant and s.device = n.device and s.tag = n.tag
              and (s.unit, s.topic, s.kind, s.classification) is distinct from (n.unit, n.topic, n.kind, n.classification)
            """,
            cancellationToken).ConfigureAwait(false);
    }

    // A table made again is empty, and with other ids the readings that are there would be of other series.
    private async Task InsertFormerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        int made = await RunAsync(
            connection,
            $"""
            insert into {_schema.Series} (id, tenant, device, tag, unit, topic, kind, classification)
            select former, tenant, device, tag, unit, topic, kind, classification from new_series n
            where former is not null and not exists (select from {_schema.Series} s where s.tenant = n.tenant and s.device = n.device and s.tag = n.tag)
            order by tenant, device, tag
            on conflict do nothing
            """,
            cancellationToken).ConfigureAwait(false);
        if (made == 0) return;
        await RunAsync(
            connection,
            $"select setval(pg_get_serial_sequence({PostgresIdentifier.Literal(_schema.Series)}, 'id'), greatest(nextval(pg_get_serial_sequence({PostgresIdentifier.Literal(_schema.Series)}, 'id')), max(id))) from {_schema.Series}",
            cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadIdsAsync(NpgsqlConnection connection, SeriesSlot[] slots, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(
            $"select n.local, s.id from new_series n join {_schema.Series} s on s.tenant = n.tenant and s.device = n.device and s.tag = n.tag", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            int local = reader.GetInt32(0);
            int id = reader.GetInt32(1);
            slots[local] = new SeriesSlot(FlipEndian(id), _catalog.KindOf(local));
        }
    }

    // From the machine's order to the wire's, and back.
    private static int FlipEndian(int id) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(id) : id;

    // A name with a NUL character cannot be text: U+FFFD stands for it, as it does for other bytes that are no characters.
    private static string Storable(string name) => name.Replace('\0', '\uFFFD');

    private static async Task<int> RunAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(statement, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
