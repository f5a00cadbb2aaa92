using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>What devices that are alike share: their tags, where they lie, and the hashes of their names. One instance serves thousands of devices.</summary>
public sealed class DeviceTemplate
{
    private readonly TagTable[] _tables = new TagTable[4];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <summary>The template of these tags.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="byName">Whether clients know the tags by their names alone: their addresses are of no matter then, and there may be any number of them.</param>
    /// <exception cref="ArgumentException">Two tags have one name, share a register, or lie beyond address 65535; or one cannot do what its generator wants.</exception>
    public DeviceTemplate(IReadOnlyList<PlantTag> tags, bool byName = false)
    {
        Tags = tags;
        NameHashes = new ulong[tags.Count];
        for (int i = 0; i < tags.Count; i++)
        {
            NameHashes[i] = SeriesKey.OfName(tags[i].Name);
            if (!_byName.TryAdd(tags[i].Name, i)) throw new ArgumentException($"Tag {tags[i].Name} is there twice; give one of them another name.", nameof(tags));
        }
        int memoryBytes = 0;
        foreach (PlantTag tag in byName ? tags : []) TagTable.CheckTag(tag, "(by name)");
        foreach (ModbusTable table in Enum.GetValues<ModbusTable>()) _tables[(int)table] = new TagTable(table, byName ? [] : tags, ref memoryBytes);
        MemoryBytes = memoryBytes;
        UsesTime = tags.Any(t => t.Generator.Kind is not (GeneratorKind.Sequence or GeneratorKind.Memory or GeneratorKind.Constant));
        HasQuality = tags.Any(t => t.Quality is not null);
        AlikeRuns = Alike(tags);
        ClientTags =
        [
            .. tags.Select(t => new ModbusTag
            {
                Name = t.Name,
                Table = t.Table,
                Address = t.Address,
                Type = t.Type,
                Order = t.Order,
                Length = t.Length,
                Bit = t.Type == ModbusType.Bool && !t.IsBit ? 0 : null,
            }),
        ];
    }

    /// <summary>The tags, in plant order.</summary>
    public IReadOnlyList<PlantTag> Tags { get; }

    /// <summary>The same tags as a client reads them: one list for all devices of the template.</summary>
    public IReadOnlyList<ModbusTag> ClientTags { get; }

    /// <summary>Hash of each tag's name.</summary>
    internal ulong[] NameHashes { get; }

    /// <summary>Bytes that written values take in a device.</summary>
    internal int MemoryBytes { get; }

    /// <summary>Whether any tag is not always good.</summary>
    internal bool HasQuality { get; }

    /// <summary>Whether any generator looks at the clock.</summary>
    internal bool UsesTime { get; }

    /// <summary>Tags in plant order, those that are alike together: what is sent by name goes through them, whatever their addresses.</summary>
    internal AlikeRun[] AlikeRuns { get; }

    /// <summary>The index of a tag; -1 when there is none of that name.</summary>
    public int IndexOf(string tag) => _byName.GetValueOrDefault(tag, -1);

    internal TagTable Table(ModbusTable table) => _tables[(int)table];

    private static AlikeRun[] Alike(IReadOnlyList<PlantTag> tags)
    {
        List<AlikeRun> runs = [];
        for (int i = 0; i < tags.Count; i++)
        {
            PlantTag tag = tags[i];
            AlikeRun run = runs.Count > 0 ? runs[^1] : default;
            if (runs.Count > 0 && run.Tag.Type == tag.Type && run.Tag.Length == tag.Length && run.Tag.Generator == tag.Generator && run.Tag.Quality == tag.Quality) runs[^1] = run with { End = i + 1 };
            else runs.Add(new AlikeRun(i, i + 1, tag));
        }
        return [.. runs];
    }
}

/// <summary>Tags of one type, generator and quality, one after another in the template.</summary>
/// <param name="First">The first one's number.</param>
/// <param name="End">The number after the last one's.</param>
/// <param name="Tag">The first one.</param>
internal readonly record struct AlikeRun(int First, int End, PlantTag Tag);
