using System.Buffers.Binary;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>Readings to rows of a binary COPY, beside a copy of the bytes written.</summary>
internal sealed class CopyEncodeStage : CeilingStage
{
    private const int BatchReadings = 16_384;
    private const int Series = 60_000;

    // A lane's CopyData message.
    private const int BufferBytes = 128 << 10;
    private const int RowBytes = PostgresRowWriter.NarrowRowBytes;

    private readonly SeriesCatalog _catalog = new();
    private readonly SeriesSlot[] _slots = new SeriesSlot[Series];
    private readonly PostgresRowWriter _writer;
    private readonly DeliveryChunk _chunk = new();
    private readonly byte[] _encoded = GC.AllocateArray<byte>(BufferBytes, pinned: true);
    private readonly byte[] _buffer = GC.AllocateArray<byte>(BufferBytes, pinned: true);

    /// <summary>The stage.</summary>
    public CopyEncodeStage()
    {
        _writer = new PostgresRowWriter(_catalog.Texts);
        for (int i = 0; i < Series; i++)
        {
            _catalog.Register(new SeriesDefinition($"press-{i / 600:D4}", $"tag.{i % 600:D3}", ValueKind.Float64));
            _slots[i] = new SeriesSlot(BinaryPrimitives.ReverseEndianness(i + 1), ValueKind.Float64);
        }
        _writer.Begin(_slots, withText: false);
        BatchPool pool = new(BatchReadings, 4);
        long now = DateTime.UtcNow.Ticks;
        for (int n = 0; n < 4; n++)
        {
            ReadingBatch batch = pool.Rent();
            for (int i = 0; i < BatchReadings; i++) batch.Slots[i] = new Reading(((n * BatchReadings) + i) % Series, 0, 0, now + (i / 600 * 1000L), BitConverter.DoubleToInt64Bits(i * 0.1));
            batch.Count = BatchReadings;
            _chunk.Append(batch);
        }
        _writer.Encode(_chunk.PartAt(0), _encoded);
        Contenders =
        [
            new StepContender("row writer", Encode),
            new StepContender("memcpy of the rows", Copy),
            new StepContender("scan of the chunk and row writer", ScanAndEncode),
        ];
    }

    /// <inheritdoc/>
    public override string Name => "copy-encode";

    /// <inheritdoc/>
    public override string Unit => "rows";

    /// <inheritdoc/>
    public override StageClock Clock => StageClock.Core;

    /// <inheritdoc/>
    public override string Includes =>
        $"rows of time, value, series and status, {RowBytes} bytes each, of {4 * BatchReadings:N0} float64 readings of {Series:N0} series, encoded into buffers of 128 KiB; the scan that a lane makes first, for poison and "
        + "partitions, is shown with it and without. The limit copies as many bytes into the same buffer. No connection, no server.";

    /// <inheritdoc/>
    public override IReadOnlyList<IContender> Contenders { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StageTarget> Targets { get; } = [new LeastRate(60), new AllocatedAtMost(0)];

    private long Encode()
    {
        for (int part = 0; part < _chunk.PartCount; part++)
        {
            ReadOnlySpan<Reading> left = _chunk.PartAt(part);
            while (!left.IsEmpty) left = left[_writer.Encode(left, _buffer).Rows..];
        }
        return _chunk.Count;
    }

    private long ScanAndEncode()
    {
        ChunkScan scan = ChunkScan.Over(_chunk, _slots, _catalog);
        return scan is { PoisonIndex: < 0, NeedsText: false, NeedsSeries: false } ? Encode() : throw new InvalidOperationException("Sound readings were refused.");
    }

    private long Copy()
    {
        int rows = 0;
        for (; rows + (BufferBytes / RowBytes) <= _chunk.Count; rows += BufferBytes / RowBytes) _encoded.AsSpan(0, BufferBytes / RowBytes * RowBytes).CopyTo(_buffer);
        return rows;
    }
}
