using HyperIngest.Core.Shaping;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a tag list and checks its tags against each other.</summary>
internal static class TagBinder
{
    private const int AddressCount = 65536;

    /// <summary>One list of tags; devices that share it share the object.</summary>
    public static IReadOnlyList<ModbusTag> Bind(IReadOnlyList<SectionReader> readers)
    {
        ModbusTag[] tags = new ModbusTag[readers.Count];
        Dictionary<string, SectionReader> names = new(StringComparer.Ordinal);
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = BindTag(readers[i]);
            if (tags[i].Name.Length > 0 && !names.TryAdd(tags[i].Name, readers[i]))
            {
                readers[i].Error(DeviceSchema.Tag.Name, $"tag '{tags[i].Name}' is there already, in line {names[tags[i].Name].Mark.Line}; tag names are unique in a device");
            }
        }
        WarnOfOverlaps(tags, readers);
        return tags;
    }

    private static ModbusTag BindTag(SectionReader reader)
    {
        ModbusTable table = reader.Get(DeviceSchema.Tag.Table);
        bool bitTable = table is ModbusTable.Coil or ModbusTable.DiscreteInput;
        ModbusType type = reader.Has(DeviceSchema.Tag.Type) ? reader.Get(DeviceSchema.Tag.Type) : bitTable ? ModbusType.Bool : DeviceSchema.Tag.Type.Fallback;
        ModbusTag tag = new()
        {
            Name = reader.Get(DeviceSchema.Tag.Name),
            Table = table,
            Address = reader.Get(DeviceSchema.Tag.Address),
            Type = type,
            Order = reader.Get(DeviceSchema.Tag.Order),
            Bit = reader.GetOrNull(DeviceSchema.Tag.Bit),
            Length = reader.Get(DeviceSchema.Tag.Length),
            Scale = reader.Get(DeviceSchema.Tag.Scale),
            Offset = reader.Get(DeviceSchema.Tag.Offset),
            Unit = reader.Get(DeviceSchema.Tag.Unit),
            Shaping = ShapingOf(reader, type),
        };

        if (bitTable && type != ModbusType.Bool)
        {
            reader.Error(DeviceSchema.Tag.Type, $"expected bool, found {reader.Found(DeviceSchema.Tag.Type)}: a {DeviceSchema.Tag.Table.Type.Format(table)} holds one bit");
        }
        bool bitInRegister = !bitTable && type == ModbusType.Bool;
        if (bitInRegister && tag.Bit is null && !reader.Has(DeviceSchema.Tag.Bit))
        {
            reader.Error(DeviceSchema.Tag.Bit, "missing; a bool in a register needs its bit, 0 (least significant) to 15");
        }
        if (!bitInRegister && tag.Bit is not null) reader.Error(DeviceSchema.Tag.Bit, "only a bool in a register has a bit; remove it, or set type: bool");
        if (type != ModbusType.Ascii && reader.Has(DeviceSchema.Tag.Length)) reader.Error(DeviceSchema.Tag.Length, "only ascii has a length; the other types bring their own");
        if (type is ModbusType.Ascii or ModbusType.Bool)
        {
            if (reader.Has(DeviceSchema.Tag.Scale)) reader.Error(DeviceSchema.Tag.Scale, "text and bool are not scaled; remove it");
            if (reader.Has(DeviceSchema.Tag.Offset)) reader.Error(DeviceSchema.Tag.Offset, "text and bool have no offset; remove it");
        }
        if (tag.Scale == 0) reader.Error(DeviceSchema.Tag.Scale, "expected a factor other than 0: with 0 every value would be the offset");
        if (tag.Address + tag.Span() > AddressCount)
        {
            reader.Error(DeviceSchema.Tag.Address, $"{tag.Address} and the {tag.Span()} registers of its type run past the last address, 65535");
        }
        return tag;
    }

    private static ShapingRule? ShapingOf(SectionReader reader, ModbusType type)
    {
        Key[] limits = [DeviceSchema.Tag.Min, DeviceSchema.Tag.Max, DeviceSchema.Tag.Deadband];
        foreach (Key key in limits)
        {
            if (type is ModbusType.Bool or ModbusType.Ascii && reader.Has(key)) reader.Error(key, "text and bool have no range and no deadband; remove it");
        }
        ShapingRule? rule = ShapingBinder.Bind(reader);
        return type is ModbusType.Bool or ModbusType.Ascii ? null : rule;
    }

    // Two views of the same registers are common (a word and its bits). Halves of each other are nearly always a wrong address.
    private static void WarnOfOverlaps(ModbusTag[] tags, IReadOnlyList<SectionReader> readers)
    {
        int[] order = [.. Enumerable.Range(0, tags.Length).Where(i => tags[i].Name.Length > 0).OrderBy(i => tags[i].Table).ThenBy(i => tags[i].Address)];
        int widest = -1;
        foreach (int i in order)
        {
            if (widest >= 0 && tags[widest].Table == tags[i].Table && tags[widest].Address < tags[i].Address
                && tags[i].Address < End(tags[widest]) && tags[i].Bit is null)
            {
                readers[i].Warning(DeviceSchema.Tag.Address, $"tag '{tags[i].Name}' begins inside '{tags[widest].Name}', which covers {tags[widest].Address} to {End(tags[widest]) - 1}");
            }
            if (widest < 0 || tags[widest].Table != tags[i].Table || End(tags[i]) > End(tags[widest])) widest = i;
        }
    }

    private static int End(ModbusTag tag) => tag.Address + tag.Span();
}
