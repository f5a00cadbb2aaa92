using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.Unit.Modbus;

namespace HyperIngest.Tests.Interop.Modbus;

/// <summary>The client against a server nobody here wrote: every read function, every type, writes read back, exceptions.</summary>
public abstract class ModbusInteropTests : IAsyncLifetime
{
    private ServerProcess? _server;

    private protected abstract Task<ServerProcess> StartServerAsync();

    public async Task InitializeAsync() => _server = await StartServerAsync();

    public virtual Task DisposeAsync()
    {
        _server?.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Every_table_is_read()
    {
        ModbusTag[] tags =
        [
            .. Enumerable.Range(0, 300).Select(i => Tag($"co{i}", ModbusTable.Coil, 3 + i, ModbusType.Bool)),
            .. Enumerable.Range(0, 300).Select(i => Tag($"di{i}", ModbusTable.DiscreteInput, i, ModbusType.Bool)),
            .. Enumerable.Range(0, 150).Select(i => Tag($"hr{i}", ModbusTable.HoldingRegister, i, ModbusType.UInt16)),
            .. Enumerable.Range(0, 150).Select(i => Tag($"ir{i}", ModbusTable.InputRegister, 5 + i, ModbusType.UInt16)),
        ];
        await using ModbusRig rig = await ModbusRig.StartAsync(Device(tags));
        await rig.UntilGoodAsync(tags.Length * 3);
        Dictionary<string, ModbusTag> byName = tags.ToDictionary(t => t.Name);
        foreach (Reading reading in rig.Readings)
        {
            ModbusTag tag = byName[rig.Catalog.TagOf(reading.SeriesId)];
            Assert.Equal(tag.IsBitTable() ? tag.Address % 2 : tag.Address, reading.ValueBits);
        }
        Assert.Equal(0, rig.Status("d").Faults);
    }

    [Fact]
    public async Task Every_type_is_read()
    {
        ModbusTag[] tags =
        [
            Tag("i16", 200, ModbusType.Int16), Tag("i32", 201, ModbusType.Int32), Tag("u32", 203, ModbusType.UInt32), Tag("i64", 205, ModbusType.Int64),
            Tag("u64", 209, ModbusType.UInt64), Tag("f32", 213, ModbusType.Float32), Tag("f64", 215, ModbusType.Float64),
            Tag("u16 scaled", 100, ModbusType.UInt16) with { Scale = 0.5, Offset = -1 },
            Tag("bit", 5, ModbusType.Bool) with { Bit = 2 },
            Tag("text", 240, ModbusType.Ascii) with { Length = 3 },
        ];
        await using ModbusRig rig = await ModbusRig.StartAsync(Device(tags));
        await rig.UntilGoodAsync(tags.Length);
        Dictionary<string, Reading> byTag = rig.Readings.Take(tags.Length).ToDictionary(r => rig.Catalog.TagOf(r.SeriesId));
        Assert.Equal(-2, byTag["i16"].ValueBits);
        Assert.Equal(-70_000, byTag["i32"].ValueBits);
        Assert.Equal(3_000_000_000, byTag["u32"].ValueBits);
        Assert.Equal(-5_000_000_000, byTag["i64"].ValueBits);
        Assert.Equal((1UL << 63) + 5, (ulong)byTag["u64"].ValueBits);
        Assert.Equal(-12.375, byTag["f32"].Float64);
        Assert.Equal(1.0 / 3, byTag["f64"].Float64);
        Assert.Equal(49, byTag["u16 scaled"].Float64);
        Assert.Equal(1, byTag["bit"].ValueBits);
        Assert.Equal("Hello", rig.Catalog.Texts[byTag["text"].ValueBits]);
    }

    [Fact]
    public async Task Writes_of_every_function_are_confirmed_and_read_back()
    {
        ModbusTag[] tags =
        [
            Tag("coil", ModbusTable.Coil, 500, ModbusType.Bool), Tag("coils", ModbusTable.Coil, 512, ModbusType.Bool),
            Tag("register", 600, ModbusType.UInt16), Tag("registers", 610, ModbusType.Float32),
        ];
        await using ModbusRig rig = await ModbusRig.StartAsync(Device(tags));
        await rig.UntilGoodAsync(4);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Coil(500, true))).Confirmed);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Coils(505, [.. Enumerable.Repeat(true, 20)]))).Confirmed);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Register(600, 0xBEEF))).Confirmed);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Registers(610, 0xC146, 0))).Confirmed);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Registers(700, new ushort[123]))).Confirmed);
        rig.Drain();
        int seen = rig.Readings.Count;
        await rig.UntilAsync(() => rig.Readings.Count >= seen + 12, "polls after the writes");
        Dictionary<string, Reading> last = rig.Readings.TakeLast(4).ToDictionary(r => rig.Catalog.TagOf(r.SeriesId));
        Assert.Equal(1, last["coil"].ValueBits);
        Assert.Equal(1, last["coils"].ValueBits);
        Assert.Equal(0xBEEF, last["register"].ValueBits);
        Assert.Equal(-12.375, last["registers"].Float64);
    }

    [Fact]
    public async Task Addresses_the_server_lacks_are_isolated_and_a_write_there_is_refused()
    {
        ModbusTag[] tags = [.. Enumerable.Range(990, 14).Select(i => Tag($"r{i}", i, ModbusType.UInt16))];
        await using ModbusRig rig = await ModbusRig.StartAsync(Device(tags));
        await rig.UntilAsync(() => rig.Good("d").Select(r => r.SeriesId).Distinct().Count() == 10, "the ten registers that exist");
        Assert.True(rig.Faults(ModbusFault.IllegalDataAddress) > 0);
        Assert.All(rig.Readings.Where(r => StatusCodes.IsBad(r.Status)), r => Assert.Equal((StatusCodes.BadNodeIdUnknown, 0L), (r.Status, r.ValueBits)));
        Assert.All(rig.Good("d"), r => Assert.Equal(rig.Catalog.TagOf(r.SeriesId), $"r{r.ValueBits}"));
        ModbusWriteResult refused = await rig.Source.WriteAsync("d", ModbusWrite.Register(5000, 1));
        Assert.Equal((ModbusFault.IllegalDataAddress, (byte)2), (refused.Fault, refused.ExceptionCode));
    }

    [Fact]
    public async Task Requests_sent_ahead_are_each_answered()
    {
        ModbusTag[] tags = [.. Enumerable.Range(0, 190).Select(i => Tag($"r{i}", i, ModbusType.UInt16))];
        ModbusDeviceOptions device = Device(tags);
        await using ModbusRig rig = await ModbusRig.StartAsync(device with { Requests = new ModbusRequestOptions { MaxInFlight = 8, MaxRegisters = 10 } });
        await rig.UntilGoodAsync(190 * 5);
        Assert.All(rig.Readings, r => Assert.Equal(rig.Catalog.TagOf(r.SeriesId), $"r{r.ValueBits}"));
        Assert.Equal(0, rig.Status("d").Faults);
    }

    private protected ModbusDeviceOptions Device(IReadOnlyList<ModbusTag> tags) => ModbusRig.Device(_server!.Port) with { Tags = tags };

    private static ModbusTag Tag(string name, int address, ModbusType type) => Tag(name, ModbusTable.HoldingRegister, address, type);

    private static ModbusTag Tag(string name, ModbusTable table, int address, ModbusType type) =>
        new() { Name = name, Table = table, Address = address, Type = type };
}

/// <summary>Against Debian's python3-pymodbus, with Debian's Python, which has it.</summary>
public sealed class PymodbusInteropTests : ModbusInteropTests
{
    [Fact]
    public async Task Two_units_share_a_connection()
    {
        ModbusDeviceOptions first = Device([new ModbusTag { Name = "r7", Address = 7 }]);
        await using ModbusRig rig = await ModbusRig.StartAsync(first, first with { Name = "second", UnitId = 2 });
        await rig.UntilGoodAsync(5);
        await rig.UntilGoodAsync(5, "second");
        Assert.All(rig.Readings, r => Assert.Equal(7, r.ValueBits));
        Assert.Equal(1, rig.Count("hyperingest_modbus_connects_total"));
    }

    private protected override Task<ServerProcess> StartServerAsync() =>
        ServerProcess.StartAsync("/usr/bin/python3", Path.Combine(ServerProcess.Folder(), "pymodbus_server.py"));
}

/// <summary>Against a small server on libmodbus, compiled here.</summary>
public sealed class LibmodbusInteropTests : ModbusInteropTests
{
    private readonly string _program = Path.Combine(Path.GetTempPath(), $"hyperingest-libmodbus-{Guid.NewGuid():N}");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_program);
    }

    private protected override async Task<ServerProcess> StartServerAsync()
    {
        string source = Path.Combine(ServerProcess.Folder(), "libmodbus_server.c");
        await ServerProcess.RunAsync("cc", "-O1", "-Wall", "-o", _program, source, "-I/usr/include/modbus", "-lmodbus", "-lpthread");
        return await ServerProcess.StartAsync(_program);
    }
}
