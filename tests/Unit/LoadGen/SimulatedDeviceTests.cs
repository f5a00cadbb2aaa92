using System.Buffers.Binary;
using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class SimulatedDeviceTests
{
    [Theory]
    [InlineData(WordOrder.ABCD)]
    [InlineData(WordOrder.CDAB)]
    [InlineData(WordOrder.BADC)]
    [InlineData(WordOrder.DCBA)]
    public void Every_type_in_every_order_carries_its_sequence(WordOrder order)
    {
        SimulatedDevice device = TestPlants.Device(TestPlants.OneOfEach(order));
        Span<byte> registers = new byte[2 * 20];
        for (ulong n = 0; n < 100; n++)
        {
            Assert.Equal(ModbusExceptionCode.None, device.Read(ModbusTable.HoldingRegister, 0, 20, registers));
            foreach (PlantTag tag in device.Template.Tags)
            {
                byte[] bytes = Ordered(registers.Slice(2 * tag.Address, 2 * tag.Span), order);
                (ValueKind kind, long bits) = Decode(tag.Type, bytes);
                Assert.True(SequenceType.TryDecode(tag.Type, kind, bits, out ulong value));
                Assert.Equal(n, VerifiableSequence.Recover(SeriesKey.Of(device.Name, tag.Name), value, SequenceType.WidthOf(tag.Type)));
            }
        }
        Assert.All(device.CopyServed(), served => Assert.Equal(100u, served));
    }

    [Fact]
    public void A_tag_is_counted_when_an_answer_holds_it_whole()
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "f{n}", Count = 4, Type = ModbusType.Float64, StartAddress = 100 });
        Span<byte> registers = new byte[32];
        (int Address, int Count)[] reads = [(100, 16), (100, 4), (101, 7), (102, 2), (103, 6), (112, 4), (99, 4), (100, 17)];
        ModbusExceptionCode[] answers = new ModbusExceptionCode[reads.Length];
        for (int i = 0; i < reads.Length; i++) answers[i] = device.Read(ModbusTable.HoldingRegister, reads[i].Address, reads[i].Count, registers[..Math.Min(32, 2 * reads[i].Count)]);

        // 100-115 all; 100-103 first; 101-107 second; 102-103 none; 103-108 second; 112-115 fourth; before and beyond the device's registers: exceptions.
        Assert.Equal([2, 3, 1, 2], device.CopyServed().Select(s => (int)s));
        Assert.All(answers[..6], a => Assert.Equal(ModbusExceptionCode.None, a));
        Assert.All(answers[6..], a => Assert.Equal(ModbusExceptionCode.IllegalDataAddress, a));
        Assert.Equal(8, device.ReadingsServed);
    }

    [Fact]
    public void A_skewed_clock_runs_a_waveform_early()
    {
        PlantTagOptions tag = new() { Name = "clock", Type = ModbusType.UInt32, Generator = new GeneratorOptions { Kind = GeneratorKind.Counter, Max = 1_000_000_000, Period = TimeSpan.FromSeconds(1) } };
        Plant plant = new(new PlantOptions { Devices = [new PlantDeviceOptions { Name = "d", Tags = [tag] }] });
        SimulatedDevice device = new("d", plant.Devices[0].Template, clock: new StoppedClock());
        uint before = Clock(device);
        device.ClockSkew = TimeSpan.FromHours(-1);
        Assert.Equal(before - 3600, Clock(device));

        static uint Clock(SimulatedDevice device)
        {
            Span<byte> registers = new byte[4];
            device.Read(ModbusTable.HoldingRegister, 0, 2, registers);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(registers);
        }
    }

    [Fact]
    public void Tags_cut_by_a_request_stand_at_their_count()
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "f{n}", Count = 3, Type = ModbusType.Float64 });
        Span<byte> whole = new byte[24], part = new byte[24];
        for (int from = 0; from < 12; from++)
        {
            for (int count = 1; from + count <= 12; count++)
            {
                SimulatedDevice other = TestPlants.Device(new PlantTagOptions { Name = "f{n}", Count = 3, Type = ModbusType.Float64 });
                other.Read(ModbusTable.HoldingRegister, from, count, part[..(2 * count)]);
                other = TestPlants.Device(new PlantTagOptions { Name = "f{n}", Count = 3, Type = ModbusType.Float64 });
                other.Read(ModbusTable.HoldingRegister, 0, 12, whole);
                Assert.Equal(whole.Slice(2 * from, 2 * count).ToArray(), part[..(2 * count)].ToArray());
            }
        }
        Assert.Equal(0, device.ReadingsServed);
    }

    [Fact]
    public void Gaps_between_tags_read_as_zero()
    {
        SimulatedDevice device = TestPlants.Device(
            new PlantTagOptions { Name = "a", Type = ModbusType.UInt16, StartAddress = 10 }, new PlantTagOptions { Name = "b", Type = ModbusType.UInt16, StartAddress = 14 });
        byte[] registers = [.. Enumerable.Repeat((byte)0xEE, 10)];
        Assert.Equal(ModbusExceptionCode.None, device.Read(ModbusTable.HoldingRegister, 10, 5, registers));
        Assert.All(registers[2..8], b => Assert.Equal(0, b));
        Assert.Equal([1u, 1u], device.CopyServed());
    }

    [Fact]
    public void Memory_holds_what_is_written_and_generated_tags_refuse()
    {
        GeneratorOptions memory = new() { Kind = GeneratorKind.Memory, Value = 42 };
        SimulatedDevice device = TestPlants.Device(
            new PlantTagOptions { Name = "setpoint.{n}", Count = 3, Type = ModbusType.Int16, Generator = memory },
            new PlantTagOptions { Name = "speed", Type = ModbusType.Int16, StartAddress = 3 },
            new PlantTagOptions { Name = "valve.{n}", Count = 12, Table = ModbusTable.Coil, Type = ModbusType.Bool, Generator = memory with { Value = 0 } });
        Span<byte> registers = new byte[6];
        device.Read(ModbusTable.HoldingRegister, 0, 3, registers);
        Assert.Equal([0, 42, 0, 42, 0, 42], registers.ToArray());
        Assert.Equal(ModbusExceptionCode.None, device.Write(ModbusTable.HoldingRegister, 1, 2, [1, 2, 3, 4]));
        device.Read(ModbusTable.HoldingRegister, 0, 3, registers);
        Assert.Equal([0, 42, 1, 2, 3, 4], registers.ToArray());
        Assert.Equal(ModbusExceptionCode.IllegalDataAddress, device.Write(ModbusTable.HoldingRegister, 2, 2, [9, 9, 9, 9]));
        Assert.Equal(ModbusExceptionCode.IllegalDataAddress, device.Write(ModbusTable.HoldingRegister, 4, 1, [9, 9]));
        device.Read(ModbusTable.HoldingRegister, 0, 3, registers);
        Assert.Equal([0, 42, 1, 2, 3, 4], registers.ToArray());

        Assert.Equal(ModbusExceptionCode.None, device.Write(ModbusTable.Coil, 1, 10, [0b1010_0101, 0b11]));
        Span<byte> bits = new byte[2];
        device.Read(ModbusTable.Coil, 0, 12, bits);
        Assert.Equal([0b0100_1010, 0b0111], bits.ToArray());
    }

    [Theory]
    [InlineData(GeneratorKind.Constant)]
    [InlineData(GeneratorKind.Sine)]
    [InlineData(GeneratorKind.Triangle)]
    [InlineData(GeneratorKind.Square)]
    [InlineData(GeneratorKind.Step)]
    [InlineData(GeneratorKind.Counter)]
    [InlineData(GeneratorKind.RandomWalk)]
    [InlineData(GeneratorKind.Noise)]
    public void Waveforms_stay_in_range_and_are_functions_of_time(GeneratorKind kind)
    {
        GeneratorOptions generator = new() { Kind = kind, Value = 80, Min = -20, Max = 80, Period = TimeSpan.FromSeconds(10) };
        HashSet<double> values = [];
        long start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        for (int ms = 0; ms < 30_000; ms += 7)
        {
            double value = Waveform.ValueAt(generator, 99, start + (ms * TimeSpan.TicksPerMillisecond));
            Assert.InRange(value, -20, 80);
            Assert.Equal(value, Waveform.ValueAt(generator, 99, start + (ms * TimeSpan.TicksPerMillisecond)));
            values.Add(value);
        }
        Assert.InRange(values.Count, kind switch { GeneratorKind.Constant => 1, GeneratorKind.Square => 2, GeneratorKind.Step or GeneratorKind.Counter => 3, _ => 500 }, 30_000);
        if (kind == GeneratorKind.Constant) Assert.Equal([80.0], values);
        if (kind is GeneratorKind.Sine or GeneratorKind.Triangle) Assert.True(values.Min() < -19.5 && values.Max() > 79.5);
    }

    [Fact]
    public void Text_tags_are_digits_and_NULs()
    {
        SimulatedDevice device = TestPlants.Device(
            new PlantTagOptions { Name = "lot", Type = ModbusType.Ascii, Length = 4, Generator = new GeneratorOptions { Kind = GeneratorKind.Constant, Value = 12345 } });
        Span<byte> registers = new byte[8];
        device.Read(ModbusTable.HoldingRegister, 0, 4, registers);
        Assert.Equal("12345\0\0\0"u8.ToArray(), registers.ToArray());
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        SimulatedDevice device = TestPlants.Device([.. TestPlants.OneOfEach(), new PlantTagOptions
        {
            Name = "sine.{n}", Count = 20, Type = ModbusType.Float32, StartAddress = 20, Generator = new GeneratorOptions { Kind = GeneratorKind.RandomWalk },
        }]);
        byte[] registers = new byte[2 * 60];
        for (int i = 0; i < 1000; i++) device.Read(ModbusTable.HoldingRegister, 0, 60, registers);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) device.Read(ModbusTable.HoldingRegister, 0, 60, registers);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Wire bytes to most significant byte first, done as the definition of the orders reads and not as the simulator does it.
    private static byte[] Ordered(ReadOnlySpan<byte> wire, WordOrder order)
    {
        byte[] bytes = wire.ToArray();
        if (order is WordOrder.BADC or WordOrder.DCBA)
        {
            for (int i = 0; i < bytes.Length; i += 2) (bytes[i], bytes[i + 1]) = (bytes[i + 1], bytes[i]);
        }
        return order is WordOrder.CDAB or WordOrder.DCBA
            ? [.. Enumerable.Range(0, bytes.Length / 2).Reverse().SelectMany(w => bytes[(2 * w)..((2 * w) + 2)])]
            : bytes;
    }

    private static (ValueKind Kind, long Bits) Decode(ModbusType type, byte[] b) => type switch
    {
        ModbusType.Int16 => (ValueKind.Int64, BinaryPrimitives.ReadInt16BigEndian(b)),
        ModbusType.UInt16 => (ValueKind.UInt64, BinaryPrimitives.ReadUInt16BigEndian(b)),
        ModbusType.Int32 => (ValueKind.Int64, BinaryPrimitives.ReadInt32BigEndian(b)),
        ModbusType.UInt32 => (ValueKind.UInt64, BinaryPrimitives.ReadUInt32BigEndian(b)),
        ModbusType.Int64 => (ValueKind.Int64, BinaryPrimitives.ReadInt64BigEndian(b)),
        ModbusType.UInt64 => (ValueKind.UInt64, BinaryPrimitives.ReadInt64BigEndian(b)),
        ModbusType.Float32 => (ValueKind.Float64, BitConverter.DoubleToInt64Bits(BinaryPrimitives.ReadSingleBigEndian(b))),
        _ => (ValueKind.Float64, BinaryPrimitives.ReadInt64BigEndian(b)),
    };

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);
    }
}
