using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa.Binary;

namespace HyperIngest.Tests.Unit.OpcUa;

public sealed class ScalarTests
{
    private readonly TextTable _texts = new(maxTexts: 3);

    [Theory]
    [InlineData(UaBuiltInType.Boolean, "07", ValueKind.Bool, 1)]
    [InlineData(UaBuiltInType.SByte, "FE", ValueKind.Int64, -2)]
    [InlineData(UaBuiltInType.Byte, "FE", ValueKind.UInt64, 254)]
    [InlineData(UaBuiltInType.Int16, "FEFF", ValueKind.Int64, -2)]
    [InlineData(UaBuiltInType.UInt16, "FEFF", ValueKind.UInt64, 65_534)]
    [InlineData(UaBuiltInType.Int32, "FEFFFFFF", ValueKind.Int64, -2)]
    [InlineData(UaBuiltInType.UInt32, "FEFFFFFF", ValueKind.UInt64, 4_294_967_294)]
    [InlineData(UaBuiltInType.Int64, "FEFFFFFFFFFFFFFF", ValueKind.Int64, -2)]
    [InlineData(UaBuiltInType.UInt64, "FEFFFFFFFFFFFFFF", ValueKind.UInt64, -2)]
    [InlineData(UaBuiltInType.Float, "0000D0C0", ValueKind.Float64, -4_604_367_669_032_910_848)]
    [InlineData(UaBuiltInType.Double, "0000000000001AC0", ValueKind.Float64, -4_604_367_669_032_910_848)]
    [InlineData(UaBuiltInType.DateTime, "0100000000000000", ValueKind.Int64, 504_911_232_000_000_001)]
    [InlineData(UaBuiltInType.StatusCode, "00003480", ValueKind.UInt64, 0x8034_0000)]
    public void A_number_has_the_bits_of_its_kind(UaBuiltInType type, string hex, ValueKind kind, long bits)
    {
        Assert.True(UaScalars.TryKind(type, out ValueKind natural));
        Assert.Equal(kind, natural);
        Assert.Equal((UaScalarOutcome.Done, bits), Convert(type, hex, kind));
    }

    [Theory]
    [InlineData(UaBuiltInType.String, "06000000 486F74E6B0B4", "Hot水")]
    [InlineData(UaBuiltInType.XmlElement, "04000000 3C612F3E", "<a/>")]
    [InlineData(UaBuiltInType.LocalizedText, "03 02000000656E 020000004869", "Hi")]
    [InlineData(UaBuiltInType.QualifiedName, "0200 020000004869", "Hi")]
    [InlineData(UaBuiltInType.Guid, "912B9672 75FA E64A 8D28B404DC7DAF63", "72962b91-fa75-4ae6-8d28-b404dc7daf63")]
    [InlineData(UaBuiltInType.String, "00000000", "")]
    public void A_text_is_a_text_of_the_table(UaBuiltInType type, string hex, string text)
    {
        Assert.True(UaScalars.TryKind(type, out ValueKind natural));
        Assert.Equal(ValueKind.Text, natural);
        (UaScalarOutcome outcome, long handle) = Convert(type, hex, ValueKind.Text);
        Assert.Equal((UaScalarOutcome.Done, text), (outcome, _texts[handle]));
    }

    [Theory]
    [InlineData(UaBuiltInType.Int32, "05000000", ValueKind.Float64, 4_617_315_517_961_601_024)]
    [InlineData(UaBuiltInType.Byte, "05", ValueKind.Float64, 4_617_315_517_961_601_024)]
    [InlineData(UaBuiltInType.Byte, "05", ValueKind.Int64, 5)]
    [InlineData(UaBuiltInType.Int32, "05000000", ValueKind.UInt64, 5)]
    [InlineData(UaBuiltInType.Boolean, "01", ValueKind.UInt64, 1)]
    [InlineData(UaBuiltInType.Byte, "01", ValueKind.Bool, 1)]
    [InlineData(UaBuiltInType.Double, "0000000000001440", ValueKind.Int64, 5)]
    [InlineData(UaBuiltInType.Double, "000000000000F03F", ValueKind.Bool, 1)]
    public void A_number_of_another_kind_is_converted_where_that_kind_has_it(UaBuiltInType type, string hex, ValueKind kind, long bits) =>
        Assert.Equal((UaScalarOutcome.Done, bits), Convert(type, hex, kind));

    [Theory]
    [InlineData(UaBuiltInType.Int32, "FEFFFFFF", ValueKind.UInt64)]
    [InlineData(UaBuiltInType.UInt64, "FEFFFFFFFFFFFFFF", ValueKind.Int64)]
    [InlineData(UaBuiltInType.Int32, "05000000", ValueKind.Bool)]
    [InlineData(UaBuiltInType.Int32, "05000000", ValueKind.Text)]
    [InlineData(UaBuiltInType.Double, "0000000000001640", ValueKind.Int64)]
    [InlineData(UaBuiltInType.Double, "000000000000F87F", ValueKind.Int64)]
    [InlineData(UaBuiltInType.Double, "000000000000F07F", ValueKind.UInt64)]
    [InlineData(UaBuiltInType.Double, "000000000000E043", ValueKind.Int64)]
    [InlineData(UaBuiltInType.String, "0100000041", ValueKind.Float64)]
    [InlineData(UaBuiltInType.Guid, "912B9672 75FA E64A 8D28B404DC7DAF63", ValueKind.UInt64)]
    public void What_the_kind_does_not_have_is_no_reading_of_it(UaBuiltInType type, string hex, ValueKind kind) =>
        Assert.Equal((UaScalarOutcome.OtherKind, 0), Convert(type, hex, kind));

    [Theory]
    [InlineData(UaBuiltInType.ByteString, "0100000041")]
    [InlineData(UaBuiltInType.NodeId, "0048")]
    [InlineData(UaBuiltInType.ExtensionObject, "000000")]
    [InlineData(UaBuiltInType.DiagnosticInfo, "00")]
    public void What_is_no_scalar_is_said_to_be_none(UaBuiltInType type, string hex)
    {
        Assert.False(UaScalars.TryKind(type, out _));
        Assert.Equal((UaScalarOutcome.NotScalar, 0), Convert(type, hex, ValueKind.Text));
    }

    [Fact]
    public void Null_arrays_and_bad_texts_are_told_apart()
    {
        Assert.Equal(UaScalarOutcome.NoValue, UaScalars.ToBits(default, ValueKind.Float64, _texts, out _));
        Assert.Equal(UaScalarOutcome.NoValue, Convert(UaBuiltInType.String, "FFFFFFFF", ValueKind.Text).Outcome);
        Assert.Equal(UaScalarOutcome.NoValue, Convert(UaBuiltInType.LocalizedText, "00", ValueKind.Text).Outcome);
        Assert.Equal(UaScalarOutcome.NotScalar, Convert((UaBuiltInType)0x8B, "00000000", ValueKind.Float64).Outcome);
        Assert.Equal(UaScalarOutcome.NotUtf8, Convert(UaBuiltInType.String, "01000000FF", ValueKind.Text).Outcome);
    }

    [Fact]
    public void A_text_too_long_or_too_many_is_refused()
    {
        UaVariant longest = UaVariant.Utf8(new string('水', TextTable.MaxTextLength).Select(_ => "水"u8.ToArray()).SelectMany(b => b).ToArray());
        Assert.Equal(UaScalarOutcome.Done, UaScalars.ToBits(longest, ValueKind.Text, _texts, out _));
        Assert.Equal(UaScalarOutcome.TextRefused, UaScalars.ToBits(UaVariant.Utf8(new byte[TextTable.MaxTextLength + 1]), ValueKind.Text, _texts, out _));
        Assert.Equal(UaScalarOutcome.TextRefused, UaScalars.ToBits(UaVariant.Utf8(new byte[100_000]), ValueKind.Text, _texts, out _));
        Assert.Equal(UaScalarOutcome.Done, UaScalars.ToBits(UaVariant.Utf8("a"u8), ValueKind.Text, _texts, out _));
        Assert.Equal(UaScalarOutcome.Done, UaScalars.ToBits(UaVariant.Utf8("b"u8), ValueKind.Text, _texts, out _));
        Assert.Equal(UaScalarOutcome.TextRefused, UaScalars.ToBits(UaVariant.Utf8("c"u8), ValueKind.Text, _texts, out _));
        Assert.Equal(UaScalarOutcome.Done, UaScalars.ToBits(UaVariant.Utf8("a"u8), ValueKind.Text, _texts, out _));
    }

    private (UaScalarOutcome Outcome, long Bits) Convert(UaBuiltInType type, string hex, ValueKind kind)
    {
        UaReader reader = new([(byte)type, .. ValueTests.Bytes(hex)]);
        UaVariant value = reader.Variant();
        Assert.Equal((UaFault.None, 0), (reader.Fault, reader.Left));
        return (UaScalars.ToBits(value, kind, _texts, out long bits), bits);
    }
}
