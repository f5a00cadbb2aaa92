using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>Tags that are alike, lie one after another, and have consecutive tag indices: they are generated in one loop.</summary>
/// <param name="Address">First register or bit.</param>
/// <param name="Count">Tags.</param>
/// <param name="Span">Registers or bits a tag.</param>
/// <param name="FirstTag">Index of the first tag in the template.</param>
/// <param name="MemoryOffset">For <see cref="GeneratorKind.Memory"/>: where the run lies in the device's memory, in bytes (2 a register, 1 a bit).</param>
/// <param name="Tag">The first tag, for type, order and generator.</param>
internal readonly record struct TagRun(int Address, int Count, int Span, int FirstTag, int MemoryOffset, PlantTag Tag)
{
    public int End => Address + (Count * Span);
}

/// <summary>Where a template's tags lie in one Modbus table.</summary>
internal sealed class TagTable
{
    private readonly TagRun[] _runs;

    public TagTable(ModbusTable table, IReadOnlyList<PlantTag> tags, ref int memoryBytes)
    {
        List<TagRun> runs = [];
        int[] byAddress = [.. Enumerable.Range(0, tags.Count).Where(i => tags[i].Table == table).OrderBy(i => tags[i].Address)];
        int end = 0;
        foreach (int index in byAddress)
        {
            PlantTag tag = tags[index];
            CheckPlace(tag, end, runs);
            end = tag.Address + tag.Span;
            TagRun run = runs.Count > 0 ? runs[^1] : default;
            bool joins = runs.Count > 0 && run.End == tag.Address && run.FirstTag + run.Count == index && run.Tag.Type == tag.Type
                && run.Tag.Order == tag.Order && run.Span == tag.Span && run.Tag.Generator == tag.Generator && run.Tag.Quality == tag.Quality;
            if (joins) runs[^1] = run with { Count = run.Count + 1 };
            else runs.Add(new TagRun(tag.Address, 1, tag.Span, index, memoryBytes, tag));
            if (tag.Generator.Kind == GeneratorKind.Memory) memoryBytes += tag.IsBit ? 1 : 2 * tag.Span;
        }
        _runs = [.. runs];
    }

    /// <summary>The runs, by address.</summary>
    public ReadOnlySpan<TagRun> Runs => _runs;

    /// <summary>Whether the device has all these addresses: they lie between its first and its last tag. Gaps between tags read as 0.</summary>
    public bool Has(int address, int count) => _runs.Length > 0 && address >= _runs[0].Address && address + count <= _runs[^1].End;

    /// <summary>Index of the first run that ends after <paramref name="address"/>.</summary>
    public int FirstRunAfter(int address)
    {
        int low = 0, high = _runs.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_runs[middle].End > address) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private static void CheckPlace(PlantTag tag, int end, List<TagRun> runs)
    {
        string where = $"at {tag.Table} {tag.Address}";
        if (tag.Address < 0 || tag.Address + tag.Span > 65536)
        {
            throw new ArgumentException($"Tag {tag.Name} {where} takes {tag.Span} and ends beyond address 65535.");
        }
        if (tag.Address < end) throw new ArgumentException($"Tag {tag.Name} {where} overlaps the tag before it, which ends at {end - 1} ({runs[^1].Tag.Name} or one of its run).");
        CheckTag(tag, where);
    }

    /// <summary>Refuses a tag that cannot do what it is told to, wherever it lies.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong.</exception>
    public static void CheckTag(PlantTag tag, string where)
    {
        if (tag.IsBit && tag.Type != ModbusType.Bool) throw new ArgumentException($"Tag {tag.Name} {where} is {tag.Type}; a table of bits holds bool only.");
        if (tag.Type == ModbusType.Ascii && tag.Length is < 1 or > ModbusFrame.MaxReadRegisters)
        {
            throw new ArgumentException($"Tag {tag.Name} {where} has length {tag.Length}; ASCII tags take 1 to {ModbusFrame.MaxReadRegisters} registers.");
        }
        if (tag.IsVerifiable && SequenceType.WidthOf(tag.Type) == 0)
        {
            throw new ArgumentException($"Tag {tag.Name} {where} is {tag.Type}, which cannot carry a verifiable sequence; choose another generator.");
        }
        if (tag.Generator.Kind == GeneratorKind.Memory && tag.Table is not (ModbusTable.HoldingRegister or ModbusTable.Coil))
        {
            throw new ArgumentException($"Tag {tag.Name} {where} holds what is written, but {tag.Table} cannot be written; use holding registers or coils.");
        }
        if (tag.Generator.Kind == GeneratorKind.Csv && tag.Generator.Recording is null) throw new ArgumentException($"Tag {tag.Name} {where} plays a recording, and has none.");
        if (tag.Quality is { } quality && (quality.Good < TimeSpan.Zero || quality.Uncertain < TimeSpan.Zero || quality.Bad < TimeSpan.Zero || quality.Length < TimeSpan.FromMilliseconds(1)))
        {
            throw new ArgumentException($"Tag {tag.Name} {where}: the quality's durations must be 0 or more, and 1 ms or more together.");
        }
        if (tag.Generator.Period < TimeSpan.FromMilliseconds(1) || !(tag.Generator.Min <= tag.Generator.Max))
        {
            throw new ArgumentException($"Tag {tag.Name} {where}: the generator's period must be 1 ms or more, and min must not be above max.");
        }
    }
}
