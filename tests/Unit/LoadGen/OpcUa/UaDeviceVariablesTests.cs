using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.LoadGen.OpcUa;

public sealed class UaDeviceVariablesTests
{
    private static readonly long Now = new DateTime(2026, 1, 31, 8, 0, 0, DateTimeKind.Utc).Ticks;

    private readonly ValueHold _hold = new();

    [Fact]
    public void Each_value_taken_is_the_next_of_its_sequence_in_the_bits_of_its_type()
    {
        SimulatedDevice device = TestPlants.Device(TestPlants.OneOfEach());
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions(), _hold);
        UaSample[] samples = new UaSample[variables.Count];
        for (uint n = 0; n < 3; n++)
        {
            variables.Take([.. Enumerable.Range(0, variables.Count)], Now + n, samples);
            for (int v = 0; v < samples.Length; v++)
            {
                ModbusType type = device.Template.Tags[v].Type;
                Assert.Equal((UaDeviceVariables.TypeOf(type), UaStatusCodes.Good, Now + n), (samples[v].Type, samples[v].Status, samples[v].SourceTicks));
                Assert.Equal(Expected(device, v, n), Sequence(type, samples[v]));
            }
        }
        Assert.All(device.CopyServed(), served => Assert.Equal(3U, served));
    }

    [Fact]
    public void Variables_are_taken_in_any_order_and_each_for_itself()
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "a.{n}", Count = 700, Type = ModbusType.Int32 }, new PlantTagOptions { Name = "b.{n}", Count = 20, Type = ModbusType.Float64, StartAddress = 2000 });
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions(), _hold);
        int[] chosen = [719, 3, 4, 5, 698, 699, 700, 701, 0, .. Enumerable.Range(10, 600)];
        UaSample[] samples = new UaSample[chosen.Length];
        variables.Take(chosen, Now, samples);
        for (int i = 0; i < chosen.Length; i++) Assert.Equal(Expected(device, chosen[i], 0), Sequence(device.Template.Tags[chosen[i]].Type, samples[i]));
        uint[] served = device.CopyServed();
        Assert.All(Enumerable.Range(0, served.Length), v => Assert.Equal(chosen.Contains(v) ? 1U : 0U, served[v]));
    }

    [Fact]
    public void Held_variables_show_what_they_showed_last_and_nothing_counts()
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "a.{n}", Count = 10, Type = ModbusType.Int32 });
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions(), _hold);
        UaSample[] before = new UaSample[10], held = new UaSample[10], after = new UaSample[10];
        variables.Take([1, 2, 3], Now, before);
        _hold.Begin(Now + 5);
        // What was due before is taken, however late that is.
        variables.Take([1, 2, 3], Now + 4, before);
        variables.Take([0, 1, 2, 3], Now + 5, held);
        Assert.Equal(UaStatusCodes.BadWaitingForInitialData, held[0].Status);
        for (int i = 0; i < 3; i++) Assert.Equal((before[i].Bits, before[i].Status), (held[i + 1].Bits, held[i + 1].Status));
        Assert.Equal([0U, 2U, 2U, 2U], device.CopyServed()[..4]);
        _hold.End();
        variables.Take([0, 1], Now + 6, after);
        Assert.Equal((Expected(device, 0, 0), Expected(device, 1, 2)), (Sequence(ModbusType.Int32, after[0]), Sequence(ModbusType.Int32, after[1])));
    }

    [Fact]
    public void Quality_is_the_status_and_a_bad_value_is_none()
    {
        QualityCycle cycle = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2));
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "a", Type = ModbusType.Int32, Quality = cycle }, new PlantTagOptions { Name = "b", Type = ModbusType.Int32, StartAddress = 2 });
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions(), _hold);
        Dictionary<uint, int> seen = [];
        UaSample[] samples = new UaSample[2];
        uint values = 0;
        for (int second = 0; second < 20; second++)
        {
            variables.Take([0, 1], Now + TimeSpan.FromSeconds(second).Ticks, samples);
            seen[samples[0].Status] = seen.GetValueOrDefault(samples[0].Status) + 1;
            Assert.Equal(UaStatusCodes.Good, samples[1].Status);
            if (samples[0].Status != UaStatusCodes.BadDeviceFailure) Assert.Equal(Expected(device, 0, values++), Sequence(ModbusType.Int32, samples[0]));
        }
        Assert.Equal((10, 6, 4), (seen[UaStatusCodes.Good], seen[UaStatusCodes.UncertainLastUsableValue], seen[UaStatusCodes.BadDeviceFailure]));
        Assert.Equal([16U, 20U], device.CopyServed());
    }

    [Fact]
    public void Times_are_by_the_devices_clock()
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "a", Type = ModbusType.Int32 });
        device.ClockSkew = TimeSpan.FromSeconds(-30);
        UaSample[] samples = new UaSample[1];
        new UaDeviceVariables(device, new UaServerDeviceOptions(), _hold).Take([0], Now, samples);
        Assert.Equal(Now - TimeSpan.FromSeconds(30).Ticks, samples[0].SourceTicks);
    }

    [Fact]
    public void Memory_holds_what_a_client_writes_and_nothing_else_can_be_written()
    {
        GeneratorOptions memory = new() { Kind = GeneratorKind.Memory, Value = 7 };
        SimulatedDevice device = TestPlants.Device(
            new PlantTagOptions { Name = "set.{n}", Count = 2, Type = ModbusType.Float64, Generator = memory }, new PlantTagOptions { Name = "a", Type = ModbusType.Int32, StartAddress = 8 },
            new PlantTagOptions { Name = "text", Type = ModbusType.Ascii, Length = 4, StartAddress = 10, Generator = memory });
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions(), _hold);
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(v => variables.Describe(v).IsWritable));
        Assert.Equal(UaStatusCodes.BadNotWritable, variables.Write(2, new UaDataValue { Value = UaVariant.Number(UaBuiltInType.Int32, 1) }));
        Assert.Equal(UaStatusCodes.BadTypeMismatch, variables.Write(0, new UaDataValue { Value = UaVariant.Number(UaBuiltInType.Float, 1) }));
        Assert.Equal(UaStatusCodes.BadWriteNotSupported, variables.Write(0, new UaDataValue { Value = UaVariant.Of(1), Status = UaStatusCodes.Bad }));
        Assert.Equal(UaStatusCodes.Good, variables.Write(1, new UaDataValue { Value = UaVariant.Of(81.5) }));
        UaSample[] samples = new UaSample[4];
        variables.Take([0, 1, 2, 3], Now, samples);
        Assert.Equal((7.0, 81.5), (BitConverter.UInt64BitsToDouble(samples[0].Bits), BitConverter.UInt64BitsToDouble(samples[1].Bits)));
        byte[] text = new byte[64];
        Assert.Equal("7", Encoding.UTF8.GetString(text, 0, variables.WriteText(3, samples[3], text)));
    }

    [Theory]
    [InlineData(UaNodeForm.Text, "ns=2;s=a.2")]
    [InlineData(UaNodeForm.Numeric, "ns=2;i=1002")]
    public void Nodes_are_found_by_the_id_they_say_they_have(UaNodeForm form, string node)
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "a.{n}", Count = 3, Type = ModbusType.Int32 });
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions { Nodes = form }, _hold);
        Assert.Equal(node, variables.Describe(1).Node.ToString());
        Assert.True(variables.TryFind(variables.Describe(1).Node, out int found));
        Assert.Equal(1, found);
        foreach (UaNodeId unknown in (UaNodeId[])[new("a.4", 2), new("a.2", 3), new(1000, 2), new(1004, 2), new(0, 2), new(Guid.Empty, 2)]) Assert.False(variables.TryFind(unknown, out _), unknown.ToString());
    }

    [Fact]
    public void Taking_allocates_nothing()
    {
        SimulatedDevice device = TestPlants.Device(new PlantTagOptions { Name = "a.{n}", Count = 3000, Type = ModbusType.Float32 }, new PlantTagOptions { Name = "b.{n}", Count = 1000, Type = ModbusType.Int16, StartAddress = 6000 });
        UaDeviceVariables variables = new(device, new UaServerDeviceOptions(), _hold);
        int[] all = [.. Enumerable.Range(0, variables.Count)];
        UaSample[] samples = new UaSample[all.Length];
        variables.Take(all, Now, samples);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) variables.Take(all, Now, samples);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ulong Expected(SimulatedDevice device, int variable, uint n)
    {
        PlantTag tag = device.Template.Tags[variable];
        return VerifiableSequence.ValueAt(SeriesKey.Of(device.Name, tag.Name), n, SequenceType.WidthOf(tag.Type));
    }

    // As a client has it: the bits of the wire as a reading, and that as the integer it stands for.
    private static ulong Sequence(ModbusType type, in UaSample sample)
    {
        (ValueKind kind, long bits) = type switch
        {
            ModbusType.Int16 => (ValueKind.Int64, (short)sample.Bits),
            ModbusType.Int32 => (ValueKind.Int64, (int)sample.Bits),
            ModbusType.Int64 => (ValueKind.Int64, (long)sample.Bits),
            ModbusType.Float32 => (ValueKind.Float64, BitConverter.DoubleToInt64Bits(BitConverter.UInt32BitsToSingle((uint)sample.Bits))),
            ModbusType.Float64 => (ValueKind.Float64, (long)sample.Bits),
            _ => (ValueKind.UInt64, (long)sample.Bits),
        };
        Assert.True(SequenceType.TryDecode(type, kind, bits, out ulong value), $"{type} {sample.Bits:X}");
        return value;
    }
}
