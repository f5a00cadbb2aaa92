using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// What must be known of a chunk before its COPY begins: the times it spans (which partition), whether a value needs the text column, whether all its
/// series have an id in the database, and whether a reading is poison by itself.
/// </summary>
internal struct ChunkScan
{
    /// <summary>The earliest time, in ticks.</summary>
    public long MinTicks;

    /// <summary>The latest time, in ticks.</summary>
    public long MaxTicks;

    /// <summary>A value is text, or an integer a double does not hold.</summary>
    public bool NeedsText;

    /// <summary>A series is in the catalog and not yet in the database.</summary>
    public bool NeedsSeries;

    /// <summary>Index of the first reading that cannot be a row; -1 when there is none.</summary>
    public int PoisonIndex;

    /// <summary>Why not.</summary>
    public string? PoisonReason;

    /// <summary>Looks at every reading of the chunk, up to the first poison one.</summary>
    public static ChunkScan Over(DeliveryChunk chunk, SeriesSlot[] slots, SeriesCatalog catalog)
    {
        ChunkScan scan = new() { MinTicks = long.MaxValue, MaxTicks = long.MinValue, PoisonIndex = -1 };
        int first = 0;
        for (int part = 0; part < chunk.PartCount && scan.PoisonIndex < 0; part++)
        {
            ReadOnlySpan<Reading> readings = chunk.PartAt(part);
            scan.Add(readings, slots, catalog, first);
            first += readings.Length;
        }
        return scan;
    }

    private void Add(ReadOnlySpan<Reading> readings, SeriesSlot[] slots, SeriesCatalog catalog, int first)
    {
        // Unsigned, so that one comparison with the greatest also finds negative ticks.
        ulong min = (ulong)MinTicks;
        ulong max = MaxTicks < 0 ? 0 : (ulong)MaxTicks;
        for (int i = 0; i < readings.Length; i++)
        {
            ref readonly Reading reading = ref readings[i];
            ulong time = (ulong)reading.Time;
            if (time < min) min = time;
            if (time > max) max = time;
            uint id = (uint)reading.SeriesId;
            if (id >= (uint)slots.Length || slots[id] is not { Kind: ValueKind.Float64, DatabaseIdBigEndian: not 0 } || time > PostgresTime.MaxTicks)
            {
                Look(reading, slots, catalog);
                if (PoisonReason is null) continue;
                PoisonIndex = first + i;
                return;
            }
        }
        MinTicks = (long)min;
        MaxTicks = (long)max;
    }

    // Everything but a float64 of a known series at a sound time.
    private void Look(in Reading reading, SeriesSlot[] slots, SeriesCatalog catalog)
    {
        if (!PostgresTime.IsTime(reading.Time))
        {
            PoisonReason = $"its time, {reading.Time} ticks, is not between 0001-01-01 and 9999-12-31";
            return;
        }
        if ((uint)reading.SeriesId >= (uint)catalog.Count)
        {
            PoisonReason = $"series {reading.SeriesId} is not in the catalog, which has 0 to {catalog.Count - 1}";
            return;
        }
        ValueKind kind = catalog.KindOf(reading.SeriesId);
        if (reading.SeriesId >= slots.Length || slots[reading.SeriesId].DatabaseIdBigEndian == 0) NeedsSeries = true;
        if (kind == ValueKind.Text)
        {
            NeedsText = true;
            PoisonReason = PostgresText.PoisonOf(reading.ValueBits, catalog.Texts);
        }
        else if (kind == ValueKind.Int64)
        {
            NeedsText |= !ExactValue.IsExact(reading.ValueBits);
        }
        else if (kind == ValueKind.UInt64)
        {
            NeedsText |= !ExactValue.IsExact((ulong)reading.ValueBits);
        }
    }
}
