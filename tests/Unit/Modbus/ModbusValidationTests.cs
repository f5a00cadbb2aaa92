using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Modbus;

public sealed class ModbusValidationTests
{
    private static readonly ModbusTag Tag = new() { Name = "t", Address = 0 };
    private static readonly ModbusDeviceOptions Device = new() { Name = "press", Host = "h", Tags = [Tag] };

    public static TheoryData<ModbusTag, string> WrongTags => new()
    {
        { Tag with { Address = -1 }, "0 to 65535" },
        { Tag with { Address = 65_536 }, "0 to 65535" },
        { Tag with { Address = 65_535, Type = ModbusType.Float32 }, "pass the last address" },
        { Tag with { Type = ModbusType.Bool }, "needs a bit" },
        { Tag with { Type = ModbusType.Bool, Bit = 16 }, "0 to 15" },
        { Tag with { Bit = 3 }, "Bool only" },
        { Tag with { Table = ModbusTable.Coil }, "are Bool" },
        { Tag with { Table = ModbusTable.DiscreteInput, Type = ModbusType.Bool, Bit = 0 }, "for registers only" },
        { Tag with { Type = ModbusType.Ascii, Length = 0 }, "1 to 125" },
        { Tag with { Type = ModbusType.Ascii, Length = 126 }, "1 to 125" },
        { Tag with { Type = ModbusType.Ascii, Length = 2, Scale = 2 }, "only numbers are scaled" },
        { Tag with { Scale = 0 }, "other than 0" },
        { Tag with { Scale = double.NaN }, "finite" },
        { Tag with { Offset = double.PositiveInfinity }, "finite" },
        { Tag with { Type = (ModbusType)77 }, "Float32" },
        { Tag with { Order = (WordOrder)9 }, "CDAB" },
        { Tag with { Table = (ModbusTable)9 }, "InputRegister" },
    };

    [Theory]
    [MemberData(nameof(WrongTags))]
    public void A_wrong_tag_is_named_with_what_is_accepted(ModbusTag tag, string accepted)
    {
        string error = Assert.Single(ModbusValidation.Check(Device with { Tags = [tag] }));
        Assert.Contains("'press', tag 't'", error, StringComparison.Ordinal);
        Assert.Contains(accepted, error, StringComparison.Ordinal);
    }

    public static TheoryData<ModbusDeviceOptions, string> WrongDevices => new()
    {
        { Device with { Host = " " }, "host" },
        { Device with { Port = 0 }, "1 to 65535" },
        { Device with { Tags = [] }, "at least one" },
        { Device with { Tags = [Tag, Tag with { Address = 1 }] }, "used twice" },
        { Device with { Poll = new() { Interval = TimeSpan.FromMilliseconds(9) } }, "or 0 for without pause" },
        { Device with { Poll = new() { Interval = TimeSpan.FromDays(2) } }, "poll interval" },
        { Device with { Poll = new() { ResponseTimeout = TimeSpan.Zero } }, "response timeout" },
        { Device with { Poll = new() { ConnectTimeout = TimeSpan.Zero } }, "connect timeout" },
        { Device with { Poll = new() { LongestBackoff = TimeSpan.Zero } }, "longest backoff" },
        { Device with { Requests = new() { MaxGap = 125 } }, "0 to 124" },
        { Device with { Requests = new() { MaxRegisters = 126 } }, "1 to 125" },
        { Device with { Requests = new() { MaxBits = 2001 } }, "1 to 2000" },
        { Device with { Requests = new() { MaxInFlight = 17 } }, "1 to 16" },
        { Device with { Requests = new() { MaxRegisters = 1 }, Tags = [Tag with { Type = ModbusType.Int32 }] }, "never split" },
    };

    [Theory]
    [MemberData(nameof(WrongDevices))]
    public void A_wrong_device_is_named_with_what_is_accepted(ModbusDeviceOptions device, string accepted)
    {
        string error = Assert.Single(ModbusValidation.Check(device));
        Assert.Contains("'press'", error, StringComparison.Ordinal);
        Assert.Contains(accepted, error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_come_at_once_and_device_names_are_unique()
    {
        IReadOnlyList<string> errors = ModbusValidation.Check([Device with { Host = "", Port = 0 }, Device]);
        Assert.Equal(3, errors.Count);
        Assert.Contains("device names are unique", errors[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_right_device_has_no_errors()
    {
        ModbusTag[] tags =
        [
            Tag, Tag with { Name = "last", Address = 65_535 }, Tag with { Name = "coil", Table = ModbusTable.Coil, Type = ModbusType.Bool },
            Tag with { Name = "bit", Type = ModbusType.Bool, Bit = 15 }, Tag with { Name = "text", Type = ModbusType.Ascii, Length = 125 },
        ];
        Assert.Empty(ModbusValidation.Check(Device with { Tags = tags, Poll = new() { Interval = TimeSpan.Zero } }));
    }

    [Theory]
    [InlineData(ModbusType.Int16, 1, ValueKind.Int64)]
    [InlineData(ModbusType.Int32, 1, ValueKind.Int64)]
    [InlineData(ModbusType.Int64, 1, ValueKind.Int64)]
    [InlineData(ModbusType.UInt16, 1, ValueKind.UInt64)]
    [InlineData(ModbusType.UInt32, 1, ValueKind.UInt64)]
    [InlineData(ModbusType.UInt64, 1, ValueKind.UInt64)]
    [InlineData(ModbusType.Float32, 1, ValueKind.Float64)]
    [InlineData(ModbusType.Float64, 1, ValueKind.Float64)]
    [InlineData(ModbusType.Bool, 1, ValueKind.Bool)]
    [InlineData(ModbusType.Ascii, 1, ValueKind.Text)]
    [InlineData(ModbusType.Int16, 0.1, ValueKind.Float64)]
    [InlineData(ModbusType.UInt64, 2, ValueKind.Float64)]
    public void The_kind_of_a_series_follows_from_type_and_scale(ModbusType type, double scale, ValueKind kind) =>
        Assert.Equal(kind, (Tag with { Type = type, Scale = scale }).Kind());
}
