using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Modbus;

/// <summary>Every type in every order against bytes worked out by hand from the order's definition: A is the most significant byte.</summary>
public sealed class ModbusDecodeTests
{
    private const long Time = 638_000_000_000_000_000;

    [Theory]
    // 0x1234 = 4660; swapped bytes 0x34 0x12.
    [InlineData(ModbusType.UInt16, WordOrder.ABCD, "1234", 4660)]
    [InlineData(ModbusType.UInt16, WordOrder.CDAB, "1234", 4660)]
    [InlineData(ModbusType.UInt16, WordOrder.BADC, "3412", 4660)]
    [InlineData(ModbusType.UInt16, WordOrder.DCBA, "3412", 4660)]
    [InlineData(ModbusType.UInt16, WordOrder.ABCD, "FFFF", 65535)]
    [InlineData(ModbusType.Int16, WordOrder.ABCD, "FFFE", -2)]
    [InlineData(ModbusType.Int16, WordOrder.CDAB, "8000", -32768)]
    [InlineData(ModbusType.Int16, WordOrder.BADC, "FEFF", -2)]
    [InlineData(ModbusType.Int16, WordOrder.DCBA, "FF7F", 32767)]
    // 0x12345678 = 305419896.
    [InlineData(ModbusType.UInt32, WordOrder.ABCD, "12345678", 305419896)]
    [InlineData(ModbusType.UInt32, WordOrder.CDAB, "56781234", 305419896)]
    [InlineData(ModbusType.UInt32, WordOrder.BADC, "34127856", 305419896)]
    [InlineData(ModbusType.UInt32, WordOrder.DCBA, "78563412", 305419896)]
    [InlineData(ModbusType.UInt32, WordOrder.ABCD, "FFFFFFFF", 4294967295)]
    // -2 = 0xFFFFFFFE.
    [InlineData(ModbusType.Int32, WordOrder.ABCD, "FFFFFFFE", -2)]
    [InlineData(ModbusType.Int32, WordOrder.CDAB, "FFFEFFFF", -2)]
    [InlineData(ModbusType.Int32, WordOrder.BADC, "FFFFFEFF", -2)]
    [InlineData(ModbusType.Int32, WordOrder.DCBA, "FEFFFFFF", -2)]
    // 0x0102030405060708 = 72623859790382856.
    [InlineData(ModbusType.Int64, WordOrder.ABCD, "0102030405060708", 72623859790382856)]
    [InlineData(ModbusType.Int64, WordOrder.CDAB, "0708050603040102", 72623859790382856)]
    [InlineData(ModbusType.Int64, WordOrder.BADC, "0201040306050807", 72623859790382856)]
    [InlineData(ModbusType.Int64, WordOrder.DCBA, "0807060504030201", 72623859790382856)]
    [InlineData(ModbusType.Int64, WordOrder.ABCD, "FFFFFFFFFFFFFFFF", -1)]
    [InlineData(ModbusType.UInt64, WordOrder.ABCD, "0102030405060708", 72623859790382856)]
    [InlineData(ModbusType.UInt64, WordOrder.CDAB, "0708050603040102", 72623859790382856)]
    [InlineData(ModbusType.UInt64, WordOrder.BADC, "0201040306050807", 72623859790382856)]
    [InlineData(ModbusType.UInt64, WordOrder.DCBA, "0807060504030201", 72623859790382856)]
    public void Integers(ModbusType type, WordOrder order, string wire, long expected)
    {
        Reading reading = Decode(new ModbusTag { Name = "t", Address = 7, Type = type, Order = order }, wire);
        Assert.Equal(new Reading(0, StatusCodes.Good, 0, Time, expected), reading);
    }

    [Theory]
    // -12.375 = 0xC1460000 in 32 bits and 0xC028C00000000000 in 64; 1.1f = 0x3F8CCCCD.
    [InlineData(ModbusType.Float32, WordOrder.ABCD, "C1460000", -12.375)]
    [InlineData(ModbusType.Float32, WordOrder.CDAB, "0000C146", -12.375)]
    [InlineData(ModbusType.Float32, WordOrder.BADC, "46C10000", -12.375)]
    [InlineData(ModbusType.Float32, WordOrder.DCBA, "000046C1", -12.375)]
    [InlineData(ModbusType.Float32, WordOrder.ABCD, "3F8CCCCD", 1.10000002384185791015625)]
    [InlineData(ModbusType.Float32, WordOrder.ABCD, "7F800000", double.PositiveInfinity)]
    [InlineData(ModbusType.Float32, WordOrder.ABCD, "7FC00000", double.NaN)]
    [InlineData(ModbusType.Float64, WordOrder.ABCD, "C028C00000000000", -12.375)]
    [InlineData(ModbusType.Float64, WordOrder.CDAB, "00000000C000C028", -12.375)]
    [InlineData(ModbusType.Float64, WordOrder.BADC, "28C000C000000000", -12.375)]
    [InlineData(ModbusType.Float64, WordOrder.DCBA, "0000000000C028C0", -12.375)]
    public void Floats(ModbusType type, WordOrder order, string wire, double expected)
    {
        Reading reading = Decode(new ModbusTag { Name = "t", Address = 7, Type = type, Order = order }, wire);
        Assert.Equal(expected, reading.Float64);
        Assert.Equal(StatusCodes.Good, reading.Status);
    }

    [Theory]
    // 1000 x 0.1 - 40 = 60; 0xFF9C = -100 x 0.5 + 1 = -49; 0xFFFFFFFFFFFFFFFF x 2 = 3.6893488147419103e19.
    [InlineData(ModbusType.UInt16, "03E8", 0.1, -40, 60)]
    [InlineData(ModbusType.Int16, "FF9C", 0.5, 1, -49)]
    [InlineData(ModbusType.UInt32, "FFFFFFFF", 0.5, 0, 2147483647.5)]
    [InlineData(ModbusType.Int32, "FFFFFFFF", 10, 5, -5)]
    [InlineData(ModbusType.Int64, "FFFFFFFFFFFFFFFE", 0.25, 0, -0.5)]
    [InlineData(ModbusType.UInt64, "FFFFFFFFFFFFFFFF", 2, 0, 3.6893488147419103e19)]
    [InlineData(ModbusType.Float32, "C1460000", 2, 0.75, -24)]
    [InlineData(ModbusType.Float64, "C028C00000000000", 1, 12.375, 0)]
    public void Scale_and_offset(ModbusType type, string wire, double scale, double offset, double expected)
    {
        ModbusTag tag = new() { Name = "t", Address = 7, Type = type, Scale = scale, Offset = offset };
        Assert.Equal(ValueKind.Float64, tag.Kind());
        Assert.Equal(expected, Decode(tag, wire).Float64, 1e-9);
    }

    [Theory]
    [InlineData(WordOrder.ABCD, 0, "0001", 1)]
    [InlineData(WordOrder.ABCD, 15, "8000", 1)]
    [InlineData(WordOrder.ABCD, 8, "FEFF", 0)]
    [InlineData(WordOrder.ABCD, 7, "FF7F", 0)]
    [InlineData(WordOrder.CDAB, 0, "0001", 1)]
    [InlineData(WordOrder.BADC, 0, "0100", 1)]
    [InlineData(WordOrder.DCBA, 15, "0080", 1)]
    public void Bit_in_a_register(WordOrder order, int bit, string wire, long expected)
    {
        ModbusTag tag = new() { Name = "t", Address = 7, Type = ModbusType.Bool, Bit = bit, Order = order };
        Assert.Equal(expected, Decode(tag, wire).ValueBits);
    }

    [Theory]
    [InlineData(WordOrder.ABCD, "48656C6C6F21", "Hello!")]
    [InlineData(WordOrder.CDAB, "48656C6C6F21", "Hello!")]
    [InlineData(WordOrder.BADC, "65486C6C216F", "Hello!")]
    [InlineData(WordOrder.DCBA, "65486C6C216F", "Hello!")]
    [InlineData(WordOrder.ABCD, "48656C6C6F00", "Hello")]
    [InlineData(WordOrder.ABCD, "486900586C6C", "Hi")]
    [InlineData(WordOrder.ABCD, "486920202020", "Hi")]
    [InlineData(WordOrder.ABCD, "204869202000", " Hi")]
    [InlineData(WordOrder.ABCD, "000000000000", "")]
    [InlineData(WordOrder.ABCD, "48FF6C6C6F21", "H?llo!")]
    public void Ascii(WordOrder order, string wire, string expected)
    {
        SeriesCatalog catalog = new();
        ModbusTag tag = new() { Name = "t", Address = 7, Type = ModbusType.Ascii, Length = 3, Order = order };
        Reading reading = Decode(catalog, [tag], wire)[0];
        Assert.Equal(StatusCodes.Good, reading.Status);
        Assert.Equal(expected, catalog.Texts[reading.ValueBits]);
    }

    [Fact]
    public void Coils_come_lowest_bit_first_from_any_place_in_a_block()
    {
        ModbusTag[] tags = [.. Enumerable.Range(0, 21).Where(i => i != 9).Select(i => new ModbusTag { Name = $"c{i}", Address = 100 + i, Type = ModbusType.Bool, Table = ModbusTable.Coil })];
        // CD 6B 15, lowest bit first: 10110011 11010110 10101000; coil 9 (0-based) is in the gap between two runs.
        Reading[] readings = Decode(new SeriesCatalog(), tags, "CD6B15");
        string bits = string.Concat(readings.Select(r => r.ValueBits));
        Assert.Equal("10110011101011010101", bits);
    }

    [Fact]
    public void A_mixed_block_decodes_each_tag_from_its_own_place()
    {
        SeriesCatalog catalog = new();
        ModbusTag[] tags =
        [
            new() { Name = "u16", Address = 0 },
            new() { Name = "f32", Address = 1, Type = ModbusType.Float32 },
            new() { Name = "f32 again", Address = 1, Type = ModbusType.Float32, Scale = 2 },
            new() { Name = "bit0", Address = 3, Type = ModbusType.Bool, Bit = 0 },
            new() { Name = "bit1", Address = 3, Type = ModbusType.Bool, Bit = 1 },
            new() { Name = "i16 after a gap", Address = 6, Type = ModbusType.Int16 },
            new() { Name = "text", Address = 7, Type = ModbusType.Ascii, Length = 2 },
            new() { Name = "u64", Address = 9, Type = ModbusType.UInt64 },
        ];
        Reading[] readings = Decode(catalog, tags, "0005" + "C1460000" + "0002" + "DEADDEAD" + "FFFF" + "4F4B2020" + "0000000000000007");
        Dictionary<string, Reading> byTag = readings.ToDictionary(r => catalog.TagOf(r.SeriesId));
        Assert.Equal(8, byTag.Count);
        Assert.Equal(5, byTag["u16"].ValueBits);
        Assert.Equal(-12.375, byTag["f32"].Float64);
        Assert.Equal(-24.75, byTag["f32 again"].Float64);
        Assert.Equal(0, byTag["bit0"].ValueBits);
        Assert.Equal(1, byTag["bit1"].ValueBits);
        Assert.Equal(-1, byTag["i16 after a gap"].ValueBits);
        Assert.Equal("OK", catalog.Texts[byTag["text"].ValueBits]);
        Assert.Equal(7, byTag["u64"].ValueBits);
    }

    [Fact]
    public void A_claim_that_passes_the_end_of_the_ring_holds_the_same_readings()
    {
        ModbusTag[] tags = [.. Enumerable.Range(0, 60).Select(i => new ModbusTag { Name = $"t{i}", Address = i })];
        string wire = string.Concat(Enumerable.Range(0, 60).Select(i => (i * 3).ToString("X4")));
        for (int start = 0; start < 64; start++)
        {
            Reading[] readings = Decode(new SeriesCatalog(), tags, wire, ringStart: start);
            for (int i = 0; i < 60; i++) Assert.Equal(new Reading(i, 0, 0, Time, i * 3), readings[i]);
        }
    }

    [Fact]
    public void A_plan_longer_than_its_data_throws_instead_of_reading_elsewhere()
    {
        Assert.Throws<InvalidOperationException>(() => Decode(new ModbusTag { Name = "t", Address = 7, Type = ModbusType.UInt32 }, "1234"));
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        SeriesCatalog catalog = new();
        ModbusTag[] tags =
        [
            .. Enumerable.Range(0, 30).Select(i => new ModbusTag { Name = $"f{i}", Address = i * 2, Type = ModbusType.Float32, Order = WordOrder.CDAB }),
            .. Enumerable.Range(60, 10).Select(i => new ModbusTag { Name = $"s{i}", Address = i, Scale = 0.5 }),
            new() { Name = "text", Address = 70, Type = ModbusType.Ascii, Length = 4 },
            new() { Name = "bit", Address = 74, Type = ModbusType.Bool, Bit = 4 },
        ];
        ModbusBlock block = Block(catalog, tags);
        byte[] data = new byte[block.DataBytes];
        Array.Fill(data, (byte)'x');
        MpscRing<Reading> ring = new(64);
        Cycle(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Assert.True(ring.TryClaim(block.Readings, out RingClaim<Reading> claim));
                block.Decode(data, Time, claim);
                ring.Publish(claim);
                for (int left = block.Readings; left > 0;)
                {
                    int peeked = ring.Peek().Length;
                    ring.Release(peeked);
                    left -= peeked;
                }
            }
        }
    }

    private static ModbusBlock Block(SeriesCatalog catalog, IReadOnlyList<ModbusTag> tags)
    {
        foreach (ModbusTag tag in tags) catalog.Register(new SeriesDefinition("d", tag.Name, tag.Kind()));
        ModbusPlannedRead read = ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions { MaxGap = 124 }).Single();
        return new ModbusBlock(read, 1, catalog, "d");
    }

    private static Reading Decode(ModbusTag tag, string wire) => Decode(new SeriesCatalog(), [tag], wire)[0];

    private static Reading[] Decode(SeriesCatalog catalog, IReadOnlyList<ModbusTag> tags, string wire, int ringStart = 0)
    {
        ModbusBlock block = Block(catalog, tags);
        MpscRing<Reading> ring = new(64);
        if (ringStart > 0)
        {
            Assert.True(ring.TryClaim(ringStart, out RingClaim<Reading> skipped));
            ring.Publish(skipped);
            ring.Peek();
            ring.Release(ringStart);
        }
        Assert.True(ring.TryClaim(block.Readings, out RingClaim<Reading> claim));
        Assert.Equal(0, block.Decode(Convert.FromHexString(wire), Time, claim));
        Reading[] readings = new Reading[block.Readings];
        for (int i = 0; i < readings.Length; i++) readings[i] = claim[i];
        return readings;
    }
}
