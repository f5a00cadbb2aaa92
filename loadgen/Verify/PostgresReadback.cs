using HyperIngest.Core.Framing;
using Npgsql;

namespace HyperIngest.LoadGen.Verify;

/// <summary>
/// Reads the sink's own tables back through binary COPY, several connections side by side, each with a range of series: the server spends more on sending a row
/// than the verifier on taking it in. Rows come in no order that says anything, so that times decide what came first. One call reads all there is.
/// </summary>
public sealed class PostgresReadback : IReadback
{
    // Large enough that a read is a few thousand rows.
    private const int BufferBytes = 256 * 1024;

    private readonly string _connectionString;
    private readonly string _readings;
    private readonly string _series;
    private readonly int _lanes;
    private bool _read;

    /// <summary>A reader of the sink's own tables.</summary>
    /// <param name="connectionString">Npgsql connection string; it may hold a password and is never logged.</param>
    /// <param name="schema">Schema of the tables.</param>
    /// <param name="readings">The readings table.</param>
    /// <param name="series">The series table.</param>
    /// <param name="lanes">Connections, 1 to 16.</param>
    public PostgresReadback(string connectionString, string schema = "public", string readings = "readings", string series = "series", int lanes = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lanes, 16);
        _connectionString = connectionString;
        _readings = $"{Quote(schema)}.{Quote(readings)}";
        _series = $"{Quote(schema)}.{Quote(series)}";
        _lanes = lanes;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A second call: a table has no position to read on from.</exception>
    /// <exception cref="InvalidDataException">The server's rows are not the sink's.</exception>
    public async Task<long> ReadAsync(Verifier verifier, CancellationToken cancellationToken)
    {
        if (_read) throw new InvalidOperationException("A table is read back once; make a new readback and a new verifier to read it again.");
        _read = true;
        int[] seriesById = await LoadSeriesAsync(verifier, cancellationToken).ConfigureAwait(false);
        Task<long>[] reading = new Task<long>[_lanes];
        for (int lane = 0; lane < _lanes; lane++)
        {
            // The outermost ranges are open, so that rows of ids the series table lacks are found too.
            string from = lane == 0 ? "" : $"series_id >= {(long)seriesById.Length * lane / _lanes}";
            string to = lane == _lanes - 1 ? "" : $"series_id < {(long)seriesById.Length * (lane + 1) / _lanes}";
            string where = string.Join(" and ", new[] { from, to }.Where(c => c.Length > 0));
            string sql = $"copy (select {CopyRowReader.Columns} from {_readings}{(where.Length > 0 ? " where " + where : "")}) to stdout (format binary)";
            VerifierLane target = verifier.OpenLane(inArrivalOrder: false);
            reading[lane] = Task.Run(() => ReadRowsAsync(sql, seriesById, target, cancellationToken), cancellationToken);
        }
        long[] rows = await Task.WhenAll(reading).ConfigureAwait(false);
        return rows.Sum();
    }

    /// <summary>Takes whole rows off <paramref name="bytes"/> into the lane, and returns how many; what is left is part of a row.</summary>
    internal static int TakeRows(CopyRowReader reader, ref ReadOnlySpan<byte> bytes, int[] seriesById, VerifierLane lane)
    {
        int rows = 0;
        while (true)
        {
            FrameStatus status = reader.Next(ref bytes, out CopyRow row);
            if (status == FrameStatus.NeedMore) return rows;
            if (status == FrameStatus.Malformed) throw new InvalidDataException($"The server's COPY stream is not what was asked for, {rows} rows into a block.");
            int series = (uint)row.SeriesId < (uint)seriesById.Length ? seriesById[row.SeriesId] : -1;
            lane.Observe(series, row.Kind, row.ValueBits, row.Status, row.TimeTicks);
            rows++;
        }
    }

    // The plant's series by the database's id; -1 for ids the plant does not have.
    private async Task<int[]> LoadSeriesAsync(Verifier verifier, CancellationToken cancellationToken)
    {
        List<(int Id, int Series)> found = [];
        await using NpgsqlConnection connection = new(_connectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlCommand command = new($"select id, device, tag from {_series}", connection);
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            found.Add((rows.GetInt32(0), verifier.Find(rows.GetString(1), rows.GetString(2))));
        }
        int[] byId = new int[found.Count == 0 ? 0 : found.Max(f => f.Id) + 1];
        Array.Fill(byId, -1);
        foreach ((int id, int series) in found) byId[id] = series;
        return byId;
    }

    private async Task<long> ReadRowsAsync(string sql, int[] seriesById, VerifierLane lane, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(_connectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlRawCopyStream stream = await connection.BeginRawBinaryCopyAsync(sql, cancellationToken).ConfigureAwait(false);
        CopyRowReader reader = new();
        byte[] buffer = new byte[BufferBytes];
        int filled = 0;
        long rows = 0;
        while (!reader.AtEnd)
        {
            int bytes = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (bytes == 0) throw new InvalidDataException($"The server's COPY stream ended after {rows} rows without its trailer.");
            filled += bytes;
            ReadOnlySpan<byte> left = buffer.AsSpan(0, filled);
            rows += TakeRows(reader, ref left, seriesById, lane);
            left.CopyTo(buffer);
            filled = left.Length;
        }
        return rows;
    }

    private static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
