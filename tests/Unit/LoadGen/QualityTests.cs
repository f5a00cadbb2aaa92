using System.Buffers.Binary;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class QualityTests
{
    private static readonly QualityCycle Cycle = new(TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

    private readonly SteppedTime _time = new();

    [Fact]
    public void A_cycle_is_good_then_uncertain_then_bad_and_stands_still_when_it_is_not_good()
    {
        long start = _time.GetTimestamp() / Cycle.Length.Ticks * Cycle.Length.Ticks;
        (double Second, SimulatedQuality Quality, double Value)[] expected =
        [
            (0, SimulatedQuality.Good, 0), (49.9, SimulatedQuality.Good, 49.9), (50, SimulatedQuality.Uncertain, 50), (54.9, SimulatedQuality.Uncertain, 50),
            (55, SimulatedQuality.Bad, 50), (59.9, SimulatedQuality.Bad, 50), (60, SimulatedQuality.Good, 60),
        ];
        foreach ((double second, SimulatedQuality quality, double value) in expected)
        {
            Assert.Equal(quality, Cycle.At(0, start + TimeSpan.FromSeconds(second).Ticks, out long valueTicks));
            Assert.Equal(start + TimeSpan.FromSeconds(value).Ticks, valueTicks);
        }
        Assert.Equal(SimulatedQuality.Bad, Cycle.At((ulong)TimeSpan.FromSeconds(55).Ticks, start, out _));
    }

    [Fact]
    public async Task A_device_fails_requests_for_what_is_bad_holds_what_is_uncertain_and_says_which()
    {
        GeneratorOptions clock = new() { Kind = GeneratorKind.Counter, Max = 4_000_000_000, Period = TimeSpan.FromSeconds(1) };
        await using Simulator simulator = new(new Plant(new PlantOptions
        {
            Devices =
            [
                new PlantDeviceOptions
                {
                    Name = "d",
                    Tags =
                    [
                        new PlantTagOptions { Name = "cycled", Type = ModbusType.UInt32, Generator = clock, Quality = Cycle },
                        new PlantTagOptions { Name = "steady", Type = ModbusType.UInt32, StartAddress = 2, Generator = clock },
                        new PlantTagOptions { Name = "sequence", Type = ModbusType.UInt32, StartAddress = 4, Quality = Cycle },
                        new PlantTagOptions { Name = "quality", Type = ModbusType.UInt16, StartAddress = 10, Generator = new GeneratorOptions { Kind = GeneratorKind.Quality }, Quality = Cycle },
                    ],
                },
            ],
        }), _time);
        SimulatedDevice device = simulator.Device(0);
        Dictionary<SimulatedQuality, int> seconds = [];
        uint sequences = 0, held = 0;
        for (int second = 0; second < 120; second++, _time.Advance(TimeSpan.FromSeconds(1)))
        {
            SimulatedQuality quality = device.QualityAt(0, device.ClockTicks);
            seconds[quality] = seconds.GetValueOrDefault(quality) + 1;
            Assert.Equal((uint)quality, Read(device, 10, 1));
            uint steady = Read(device, 2, 2)!.Value;
            uint? cycled = Read(device, 0, 2), sequence = Read(device, 4, 2), across = Read(device, 1, 2);
            if (quality == SimulatedQuality.Bad)
            {
                Assert.Equal((null, null, null), (cycled, sequence, across));
                continue;
            }
            sequences++;
            if (quality == SimulatedQuality.Good) held = cycled!.Value;
            else Assert.InRange(cycled!.Value, held, held + 1);
            if (quality == SimulatedQuality.Good) Assert.Equal(steady, cycled);
        }
        Assert.Equal((100, 10, 10), (seconds[SimulatedQuality.Good], seconds[SimulatedQuality.Uncertain], seconds[SimulatedQuality.Bad]));
        Assert.Equal(sequences, device.CopyServed()[2]);
    }

    [Fact]
    public async Task Reading_with_quality_and_recordings_allocates_nothing()
    {
        Recording recording = Recording.Read("r", new StringReader("0,1\n1,2\n2,3\n"));
        await using Simulator simulator = new(new Plant(new PlantOptions
        {
            Devices =
            [
                new PlantDeviceOptions
                {
                    Name = "d", Quality = new QualityCycle(TimeSpan.FromSeconds(1)),
                    Tags = [new PlantTagOptions { Name = "t.{n}", Count = 40, Generator = new GeneratorOptions { Kind = GeneratorKind.Csv, Recording = recording, Interpolation = RecordingInterpolation.Linear } }],
                },
            ],
        }));
        byte[] registers = new byte[160];
        for (int i = 0; i < 1000; i++) simulator.Device(0).Read(ModbusTable.HoldingRegister, 0, 80, registers);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) simulator.Device(0).Read(ModbusTable.HoldingRegister, 0, 80, registers);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Two_simulators_of_a_plant_agree_and_another_seed_does_not()
    {
        Recording recording = Recording.Read("r", new StringReader("0,1\n7,2\n20,30\n"));
        PlantTagOptions[] tags = [.. Enum.GetValues<GeneratorKind>().Select((kind, i) => new PlantTagOptions
        {
            Name = kind.ToString(),
            StartAddress = 2 * i,
            Generator = new GeneratorOptions { Kind = kind, Recording = kind == GeneratorKind.Csv ? recording : null, Interpolation = RecordingInterpolation.Linear },
            Quality = new QualityCycle(TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(10)),
        })];
        byte[][] seen = new byte[3][];
        for (int i = 0; i < seen.Length; i++)
        {
            SteppedTime time = new();
            await using Simulator simulator = new(new Plant(TestPlants.Of(3, tags).Options with { Seed = i < 2 ? 5UL : 6UL }), time);
            using MemoryStream bytes = new();
            byte[] registers = new byte[4 * tags.Length];
            for (int second = 0; second < 300; second++, time.Advance(TimeSpan.FromSeconds(0.7)))
            {
                for (int d = 0; d < 3; d++)
                {
                    Assert.Equal(ModbusExceptionCode.None, simulator.Device(d).Read(ModbusTable.HoldingRegister, 0, 2 * tags.Length, registers));
                    bytes.Write(registers);
                }
            }
            seen[i] = bytes.ToArray();
        }
        Assert.Equal(seen[0], seen[1]);
        Assert.NotEqual(seen[0], seen[2]);
    }

    // The value at an address; null when the device says that it failed.
    private static uint? Read(SimulatedDevice device, int address, int count)
    {
        Span<byte> registers = stackalloc byte[2 * count];
        ModbusExceptionCode code = device.Read(ModbusTable.HoldingRegister, address, count, registers);
        if (code == ModbusExceptionCode.ServerDeviceFailure) return null;
        Assert.Equal(ModbusExceptionCode.None, code);
        return count == 1 ? BinaryPrimitives.ReadUInt16BigEndian(registers) : BinaryPrimitives.ReadUInt32BigEndian(registers);
    }
}
