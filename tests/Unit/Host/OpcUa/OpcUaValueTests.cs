using System.Text;
using HyperIngest.Host.Commands.OpcUa;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.Host.OpcUa;

public class OpcUaValueTests
{
    [Theory]
    [InlineData(UaBuiltInType.Boolean, 1UL, "true")]
    [InlineData(UaBuiltInType.SByte, 0xFFUL, "-1")]
    [InlineData(UaBuiltInType.Int16, 0xFFFEUL, "-2")]
    [InlineData(UaBuiltInType.Int32, 0xFFFFFFFDUL, "-3")]
    [InlineData(UaBuiltInType.Int64, ulong.MaxValue, "-1")]
    [InlineData(UaBuiltInType.UInt64, ulong.MaxValue, "18446744073709551615")]
    [InlineData(UaBuiltInType.Float, 0x3DCCCCCDUL, "0.1")]
    [InlineData(UaBuiltInType.Double, 0x7FF8000000000000UL, "NaN")]
    [InlineData(UaBuiltInType.StatusCode, 0x80340000UL, "BadNodeIdUnknown")]
    [InlineData(UaBuiltInType.DateTime, 116444736000000000UL, "1970-01-01T00:00:00.0000000Z")]
    public void A_number_reads_as_its_type_has_it(UaBuiltInType type, ulong bits, string text)
    {
        OpcUaValue value = OpcUaValue.Of(new UaDataValue { Value = UaVariant.Number(type, bits) });
        Assert.Equal((type.ToString(), text), (value.Type, value.Text));
    }

    [Fact]
    public void No_value_has_no_type_and_its_status_has_a_name()
    {
        OpcUaValue value = OpcUaValue.Of(new UaDataValue { Status = UaStatusCodes.BadNodeIdUnknown });
        Assert.Equal((null, "(none)", true, "BadNodeIdUnknown"), (value.Type, value.Text, value.IsBad, value.Status));
    }

    [Fact]
    public void A_text_stays_on_one_line_and_cannot_rewrite_a_terminal()
    {
        OpcUaValue value = OpcUaValue.Of(new UaDataValue { Value = UaVariant.Utf8(Encoding.UTF8.GetBytes("a\n\u001b[2J" + new string('x', 100))) });
        Assert.Equal("a  [2J" + new string('x', 74) + "...", value.Text);
        Assert.Equal("a\n\u001b[2J" + new string('x', 100), value.Value);
    }

    [Fact]
    public void Of_a_long_array_the_first_elements_are_shown_and_all_are_kept()
    {
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        for (int i = 0; i < 20; i++) writer.Int32(i);
        UaVariant array = new() { Type = UaBuiltInType.Int32, IsArray = true, Length = 20, Bytes = buffer.Written };
        OpcUaValue value = OpcUaValue.Of(new UaDataValue { Value = array });
        Assert.Equal(("Int32[]", "[0, 1, 2, 3, 4, 5, 6, 7, ... 20 in all]"), (value.Type, value.Text));
        Assert.Equal(20, Assert.IsType<List<object?>>(value.Value).Count);
    }
}
