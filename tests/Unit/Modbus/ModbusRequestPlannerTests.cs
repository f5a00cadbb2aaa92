using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Modbus;

public sealed class ModbusRequestPlannerTests
{
    private static ModbusTag At(int address, ModbusType type = ModbusType.UInt16, ModbusTable table = ModbusTable.HoldingRegister) =>
        new() { Name = $"{table}-{address}", Address = address, Type = type, Table = table };

    [Fact]
    public void Six_hundred_floats_are_ten_requests()
    {
        ModbusTag[] tags = [.. Enumerable.Range(0, 600).Select(i => At(i * 2, ModbusType.Float32))];
        IReadOnlyList<ModbusPlannedRead> plan = ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions());
        Assert.Equal(10, plan.Count);
        Assert.All(plan.Take(9), read => Assert.Equal(124, read.Count));
        Assert.Equal(600, plan.Sum(read => read.Tags.Count));
    }

    [Fact]
    public void A_gap_up_to_the_limit_is_read_along_and_a_wider_one_is_not()
    {
        ModbusRequestOptions limits = new() { MaxGap = 4 };
        Assert.Single(ModbusRequestPlanner.Plan([At(0), At(5)], limits));
        Assert.Equal(2, ModbusRequestPlanner.Plan([At(0), At(6)], limits).Count);
    }

    [Fact]
    public void Tables_are_never_merged()
    {
        ModbusTag[] tags = [.. Enum.GetValues<ModbusTable>().Select(t => At(1, t <= ModbusTable.DiscreteInput ? ModbusType.Bool : ModbusType.UInt16, t))];
        Assert.Equal(4, ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions()).Count);
    }

    [Fact]
    public void Options_beyond_the_protocol_do_not_break_its_limits()
    {
        ModbusTag[] tags = [.. Enumerable.Range(0, 300).Select(i => At(i))];
        Assert.Equal(3, ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions { MaxRegisters = 9999 }).Count);
    }

    [Fact]
    public void Two_halves_of_a_refused_read_cover_its_tags_and_leave_the_gap_between_them_out()
    {
        ModbusPlannedRead read = ModbusRequestPlanner.Plan([At(10), At(11), At(19), At(20)], new ModbusRequestOptions()).Single();
        (ModbusPlannedRead first, ModbusPlannedRead second) = ModbusRequestPlanner.Split(read);
        Assert.Equal((10, 2), (first.Address, first.Count));
        Assert.Equal((19, 2), (second.Address, second.Count));
        Assert.Throws<ArgumentException>(() => ModbusRequestPlanner.Split(ModbusRequestPlanner.Split(first).First));
    }

    [Fact]
    public void Random_tags_are_each_covered_once_within_every_limit()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            ModbusRequestOptions limits = new()
            {
                MaxGap = random.Next(0, 125),
                MaxRegisters = random.Next(20, 126),
                MaxBits = random.Next(1, 2001),
            };
            ModbusTag[] tags = [.. Enumerable.Range(0, random.Next(1, 400)).Select(i => RandomTag(random, i))];
            IReadOnlyList<ModbusPlannedRead> plan = ModbusRequestPlanner.Plan(tags, limits);

            List<ModbusTag> covered = [.. plan.SelectMany(read => read.Tags)];
            Assert.Equal(tags.Length, covered.Count);
            Assert.Equal(tags.ToHashSet(ReferenceEqualityComparer.Instance), covered.ToHashSet(ReferenceEqualityComparer.Instance));
            foreach (ModbusPlannedRead read in plan)
            {
                bool bits = read.Table <= ModbusTable.DiscreteInput;
                Assert.InRange(read.Count, 1, bits ? limits.MaxBits : limits.MaxRegisters);
                Assert.InRange(read.Address + read.Count, 1, 65_536);
                int end = read.Address;
                foreach (ModbusTag tag in read.Tags)
                {
                    Assert.Equal(read.Table, tag.Table);
                    Assert.InRange(tag.Address, read.Address, read.Address + read.Count - tag.Span());
                    Assert.InRange(tag.Address - end, int.MinValue, bits ? limits.MaxGap * 16 : limits.MaxGap);
                    end = Math.Max(end, tag.Address + tag.Span());
                }
                Assert.Equal(read.Address + read.Count, end);
            }
        }
    }

    private static ModbusTag RandomTag(Random random, int number)
    {
        ModbusTable table = (ModbusTable)random.Next(4);
        ModbusType type = table <= ModbusTable.DiscreteInput ? ModbusType.Bool : (ModbusType)random.Next(10);
        ModbusTag tag = new()
        {
            Name = $"t{number}",
            Table = table,
            Type = type,
            Address = 0,
            Length = type == ModbusType.Ascii ? random.Next(1, 20) : 1,
            Bit = type == ModbusType.Bool && table >= ModbusTable.HoldingRegister ? random.Next(16) : null,
        };
        return tag with { Address = random.Next(3) == 0 ? random.Next(65_536 - tag.Span() + 1) : random.Next(1000) };
    }
}
