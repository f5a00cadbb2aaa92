namespace HyperIngest.Protocols.Modbus;

/// <summary>One read request of a plan: a stretch of a table and the tags it serves.</summary>
/// <param name="Table">The table.</param>
/// <param name="Address">First register or bit, 0 to 65535.</param>
/// <param name="Count">Registers, 1 to 125, or bits, 1 to 2000.</param>
/// <param name="Tags">The tags it covers, by address.</param>
public sealed record ModbusPlannedRead(ModbusTable Table, int Address, int Count, IReadOnlyList<ModbusTag> Tags);

/// <summary>
/// Merges a device's tags into as few read requests as its limits allow, once at start. Tags of one table that lie within
/// <see cref="ModbusRequestOptions.MaxGap"/> registers of each other are read in one request, up to its largest size; a tag is never split.
/// </summary>
public static class ModbusRequestPlanner
{
    /// <summary>The reads that cover all tags of the device, each tag once, by table and address.</summary>
    /// <exception cref="ArgumentException">A tag is larger than the device's largest request; <see cref="ModbusValidation"/> says so beforehand.</exception>
    public static IReadOnlyList<ModbusPlannedRead> Plan(IReadOnlyList<ModbusTag> tags, ModbusRequestOptions limits)
    {
        List<ModbusPlannedRead> plan = [];
        // A stable sort: tags at one address stay in configuration order; bits of one register go by bit, so that they decode as one run.
        ModbusTag[] sorted = [.. tags.OrderBy(t => t.Table).ThenBy(t => t.Address).ThenBy(t => t.Bit ?? -1)];
        List<ModbusTag> open = [];
        int start = 0, end = 0;
        foreach (ModbusTag tag in sorted)
        {
            int largest = LargestRead(tag, limits);
            int tagEnd = tag.Address + tag.Span();
            if (tag.Span() > largest)
            {
                throw new ArgumentException($"Tag {tag.Name} takes {tag.Span()} registers; the device's largest request is {largest}.", nameof(tags));
            }
            bool fits = open.Count > 0 && open[^1].Table == tag.Table
                && tag.Address - end <= LargestGap(tag, limits)
                && Math.Max(end, tagEnd) - start <= largest;
            if (!fits)
            {
                Close(plan, open, start, end);
                start = tag.Address;
                end = tagEnd;
            }
            open.Add(tag);
            end = Math.Max(end, tagEnd);
        }
        Close(plan, open, start, end);
        return plan;
    }

    /// <summary>
    /// Two reads for one that the device refused: the first and the second half of its tags, each over just the addresses its tags take. Repeated, it
    /// isolates a register that cannot be read in log2(tags) polls.
    /// </summary>
    /// <exception cref="ArgumentException">The read has a single tag.</exception>
    public static (ModbusPlannedRead First, ModbusPlannedRead Second) Split(ModbusPlannedRead read)
    {
        if (read.Tags.Count < 2) throw new ArgumentException("A read of one tag cannot be split.", nameof(read));
        int half = read.Tags.Count / 2;
        return (Over(read.Table, [.. read.Tags.Take(half)]), Over(read.Table, [.. read.Tags.Skip(half)]));
    }

    private static ModbusPlannedRead Over(ModbusTable table, ModbusTag[] tags)
    {
        int start = tags.Min(t => t.Address);
        return new ModbusPlannedRead(table, start, tags.Max(t => t.Address + t.Span()) - start, tags);
    }

    private static void Close(List<ModbusPlannedRead> plan, List<ModbusTag> open, int start, int end)
    {
        if (open.Count == 0) return;
        plan.Add(new ModbusPlannedRead(open[0].Table, start, end - start, [.. open]));
        open.Clear();
    }

    // The protocol's limits hold whatever the options say.
    private static int LargestRead(ModbusTag tag, ModbusRequestOptions limits) =>
        tag.IsBitTable() ? Math.Min(limits.MaxBits, ModbusFrame.MaxReadBits) : Math.Min(limits.MaxRegisters, ModbusFrame.MaxReadRegisters);

    // The gap is given in registers; 16 bits cost on the wire what a register costs.
    private static int LargestGap(ModbusTag tag, ModbusRequestOptions limits) => tag.IsBitTable() ? limits.MaxGap * 16 : limits.MaxGap;
}
