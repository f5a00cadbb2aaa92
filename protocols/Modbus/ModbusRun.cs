using HyperIngest.Core.Readings;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Tags of a block that one loop decodes.</summary>
/// <param name="Decoder">The loop.</param>
/// <param name="Tags">How many tags.</param>
/// <param name="Position">Where in the response's data the first lies: a byte for numbers and texts, a bit for coils, register x 16 + bit for bits of registers.</param>
/// <param name="Scale">Factor.</param>
/// <param name="Offset">Added after the factor.</param>
internal readonly record struct ModbusRun(RunDecoder Decoder, int Tags, int Position, double Scale, double Offset)
{
    /// <summary>The runs of a block's tags, which are sorted by address.</summary>
    public static ModbusRun[] Of(ReadOnlySpan<ModbusTag> tags, int blockAddress, TextTable texts)
    {
        List<ModbusRun> runs = [];
        int end = -1;
        ModbusTag? previous = null;
        foreach (ModbusTag tag in tags)
        {
            int position = PositionOf(tag, blockAddress);
            if (previous is not null && position == end && OneLoop(previous, tag))
            {
                runs[^1] = runs[^1] with { Tags = runs[^1].Tags + 1 };
            }
            else
            {
                runs.Add(new ModbusRun(DecoderOf(tag, texts), 1, position, tag.Scale, tag.Offset));
            }
            end = position + WidthOf(tag);
            previous = tag;
        }
        return [.. runs];
    }

    private static bool OneLoop(ModbusTag a, ModbusTag b) =>
        a.Type == b.Type && a.Order == b.Order && a.Scale.Equals(b.Scale) && a.Offset.Equals(b.Offset)
        && (a.Type != ModbusType.Ascii || a.Length == b.Length);

    private static int PositionOf(ModbusTag tag, int blockAddress)
    {
        int place = tag.Address - blockAddress;
        if (tag.IsBitTable()) return place;
        return tag.Type == ModbusType.Bool ? (place * 16) + tag.Bit.GetValueOrDefault() : place * 2;
    }

    private static int WidthOf(ModbusTag tag) => tag.Type == ModbusType.Bool ? 1 : tag.Span() * 2;

    private static RunDecoder DecoderOf(ModbusTag tag, TextTable texts)
    {
        if (tag.IsBitTable()) return CoilRun.Instance;
        if (tag.Type == ModbusType.Ascii) return new TextRun(texts, tag.Order is WordOrder.BADC or WordOrder.DCBA, tag.Length);
        return tag.Order switch
        {
            WordOrder.ABCD => DecoderOf<OrderAbcd>(tag),
            WordOrder.CDAB => DecoderOf<OrderCdab>(tag),
            WordOrder.BADC => DecoderOf<OrderBadc>(tag),
            WordOrder.DCBA => DecoderOf<OrderDcba>(tag),
            _ => throw new ArgumentOutOfRangeException(nameof(tag), tag.Order, $"Tag {tag.Name}: no such word order."),
        };
    }

    private static RunDecoder DecoderOf<TOrder>(ModbusTag tag)
        where TOrder : struct, IWordOrder => tag.Type switch
        {
            ModbusType.Bool => RegisterBitRun<TOrder>.Instance,
            ModbusType.Int16 => DecoderOf<Int16Register, TOrder>(tag),
            ModbusType.UInt16 => DecoderOf<UInt16Register, TOrder>(tag),
            ModbusType.Int32 => DecoderOf<Int32Register, TOrder>(tag),
            ModbusType.UInt32 => DecoderOf<UInt32Register, TOrder>(tag),
            ModbusType.Int64 => DecoderOf<Int64Register, TOrder>(tag),
            ModbusType.UInt64 => DecoderOf<UInt64Register, TOrder>(tag),
            ModbusType.Float32 => DecoderOf<Float32Register, TOrder>(tag),
            ModbusType.Float64 => DecoderOf<Float64Register, TOrder>(tag),
            _ => throw new ArgumentOutOfRangeException(nameof(tag), tag.Type, $"Tag {tag.Name}: no such type."),
        };

    private static RunDecoder DecoderOf<TType, TOrder>(ModbusTag tag)
        where TType : struct, IRegisterType
        where TOrder : struct, IWordOrder =>
        tag.IsEngineering() ? ScaledRun<TType, TOrder>.Instance : NumberRun<TType, TOrder>.Instance;
}
