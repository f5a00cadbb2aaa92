using System.Runtime.InteropServices;

namespace HyperIngest.Core.Journal;

/// <summary>
/// Where the readings of a thinned record stood when they were appended, as runs behind its marks. A cursor names that place, so that it means the same reading however often the
/// record was thinned or joined with others.
/// <code>
/// run: slot 4, count 4; four runs a 32-byte slot, the rest of the last one zero
/// </code>
/// A record whose readings stand where they were appended has none.
/// </summary>
internal static class RecordOrigins
{
    /// <summary>Most runs of a record: the header has one byte for the slots they take.</summary>
    public const int MaxRuns = byte.MaxValue * RunsPerSlot;

    private const int RunsPerSlot = 4;

    // The record behind one that was cut in pieces has its header where the last readings of the piece before it stood.
    private const int HeaderSlots = JournalRecord.HeaderBytes / JournalRecord.Alignment;

    /// <summary>Slots that the runs take in a record.</summary>
    public static int SlotsOf(ReadOnlySpan<OriginRun> runs) =>
        runs.IsEmpty || (runs.Length == 1 && runs[0].Slot == 0) ? 0 : SlotsOf(runs.Length);

    /// <summary>The same of so many runs that do not all stand in place.</summary>
    public static int SlotsOf(int runs) => (runs + RunsPerSlot - 1) / RunsPerSlot;

    /// <summary>Puts the runs into the slots at the end of a record.</summary>
    public static void Write(ReadOnlySpan<OriginRun> runs, Span<byte> slots)
    {
        slots.Clear();
        MemoryMarshal.AsBytes(runs).CopyTo(slots);
    }

    /// <summary>
    /// The runs of a whole record, one for a record that was never thinned, into <paramref name="runs"/> (room for <see cref="MaxRuns"/>). False when they do not say where each of
    /// its readings stood: the record is damaged.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, in JournalRecord record, Span<OriginRun> runs, out int count)
    {
        count = 0;
        if (record.Origins == 0)
        {
            if (record.Count > 0) runs[count++] = new OriginRun(0, record.Count);
            return true;
        }
        int readings = 0;
        long free = 0;
        foreach (OriginRun run in MemoryMarshal.Cast<byte, OriginRun>(bytes[JournalRecord.BytesOf(record.Count + record.Marks)..record.Bytes]))
        {
            if (run.Count == 0) break;
            if (run.Slot < free || run.Count < 0 || run.Count > record.Count - readings || (long)run.Slot + run.Count > record.Span + HeaderSlots) return false;
            free = (long)run.Slot + run.Count;
            readings += run.Count;
            runs[count++] = run;
        }
        return readings == record.Count;
    }
}
