using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Binary;

public sealed class ValueTests
{
    private const long Noon = 639_078_336_000_000_000;

    /// <summary>A scalar of each built-in type, as it is encoded without a Variant's head.</summary>
    public static TheoryData<UaBuiltInType, string> Scalars => new()
    {
        { UaBuiltInType.Boolean, "01" },
        { UaBuiltInType.SByte, "FE" },
        { UaBuiltInType.Byte, "FE" },
        { UaBuiltInType.Int16, "FEFF" },
        { UaBuiltInType.UInt16, "FEFF" },
        { UaBuiltInType.Int32, "FEFFFFFF" },
        { UaBuiltInType.UInt32, "FEFFFFFF" },
        { UaBuiltInType.Int64, "FEFFFFFFFFFFFFFF" },
        { UaBuiltInType.UInt64, "FEFFFFFFFFFFFFFF" },
        { UaBuiltInType.Float, "0000D0C0" },
        { UaBuiltInType.Double, "0000000000001AC0" },
        { UaBuiltInType.String, "06000000E6B0B4426F79" },
        { UaBuiltInType.DateTime, "0040D5F8A9CDDC01" },
        { UaBuiltInType.Guid, "912B96 72 FA75 E64A 8D28B404DC7DAF63" },
        { UaBuiltInType.ByteString, "03000000010200" },
        { UaBuiltInType.XmlElement, "040000003C612F3E" },
        { UaBuiltInType.NodeId, "03 0100 06000000486F74E6B0B4" },
        { UaBuiltInType.ExpandedNodeId, "C1 00 0100 0300000075726E 05000000" },
        { UaBuiltInType.StatusCode, "00003480" },
        { UaBuiltInType.QualifiedName, "0200 05000000507265 7373" },
        { UaBuiltInType.LocalizedText, "03 02000000656E 0200000048 69" },
        { UaBuiltInType.ExtensionObject, "01 00 0203 01 0200000001 02" },
        { UaBuiltInType.DataValue, "03 0B 0000000000001AC0 00003480" },
        { UaBuiltInType.DiagnosticInfo, "53 01000000 02000000 0100000041 00" },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void A_scalar_is_read_to_its_end_and_written_as_it_was(UaBuiltInType type, string hex)
    {
        byte[] encoded = [(byte)type, .. Bytes(hex)];
        UaReader reader = new(encoded);
        UaVariant value = reader.Variant();
        Assert.Equal((UaFault.None, 0, type, false), (reader.Fault, reader.Left, value.Type, value.IsArray));
        Assert.Equal(encoded, Written(value));
    }

    [Theory]
    [MemberData(nameof(Scalars))]
    public void An_array_is_read_to_its_end_element_by_element_and_written_as_it_was(UaBuiltInType type, string hex)
    {
        byte[] element = Bytes(hex);
        byte[] encoded = [(byte)((byte)type | 0x80), 3, 0, 0, 0, .. element, .. element, .. element];
        UaReader reader = new(encoded);
        UaVariant array = reader.Variant();
        Assert.Equal((UaFault.None, 0, type, true, 3), (reader.Fault, reader.Left, array.Type, array.IsArray, array.Length));
        Assert.Equal(encoded, Written(array));
        byte[] scalar = [(byte)type, .. element];
        UaElements elements = new(array);
        int seen = 0;
        while (elements.Next(out UaVariant next))
        {
            Assert.Equal(scalar, Written(next));
            Assert.True(UaElements.TryGet(array, seen++, out UaVariant same));
            Assert.Equal(scalar, Written(same));
        }
        Assert.Equal(3, seen);
        Assert.False(UaElements.TryGet(array, 3, out _));
        Assert.False(UaElements.TryGet(array, -1, out _));
    }

    [Theory]
    [MemberData(nameof(Scalars))]
    public void Cut_anywhere_a_value_is_a_fault(UaBuiltInType type, string hex)
    {
        byte[] element = Bytes(hex);
        byte[] scalar = [(byte)type, .. element];
        byte[] array = [(byte)((byte)type | 0xC0), 2, 0, 0, 0, .. element, .. element, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0];
        foreach (byte[] whole in new[] { scalar, array })
        {
            for (int length = 0; length < whole.Length; length++)
            {
                UaReader reader = new(whole.AsSpan(0, length));
                reader.Variant();
                Assert.True(reader.Fault != UaFault.None, $"{type} cut to {length} of {whole.Length} bytes was taken");
            }
        }
    }

    [Fact]
    public void A_matrix_is_its_elements_and_its_dimensions_are_passed_over()
    {
        UaReader reader = new(Bytes("C5 04000000 0100 0200 0300 0400 02000000 02000000 02000000 07"));
        UaVariant matrix = reader.Variant();
        Assert.Equal((UaFault.None, 4, 1), (reader.Fault, matrix.Length, reader.Left));
        Assert.True(UaElements.TryGet(matrix, 3, out UaVariant last));
        Assert.Equal(4u, last.Bits);
    }

    [Fact]
    public void Elements_of_an_array_of_variants_have_types_of_their_own()
    {
        UaReader reader = new(Bytes("98 03000000 01 01 05 0700 0C 0100000041"));
        UaVariant array = reader.Variant();
        Assert.Equal((UaFault.None, UaBuiltInType.Variant, 3), (reader.Fault, array.Type, array.Length));
        UaElements elements = new(array);
        Assert.True(elements.Next(out UaVariant element));
        Assert.Equal((UaBuiltInType.Boolean, 1ul), (element.Type, element.Bits));
        Assert.True(elements.Next(out element));
        Assert.Equal((UaBuiltInType.UInt16, 7ul), (element.Type, element.Bits));
        Assert.True(elements.Next(out element));
        Assert.Equal("A"u8.ToArray(), element.Bytes.ToArray());
        Assert.False(elements.Next(out _));
    }

    [Theory]
    [InlineData("18 0501")]
    [InlineData("1A 00")]
    [InlineData("3F 00")]
    [InlineData("80 01000000")]
    [InlineData("85 FEFFFFFF")]
    [InlineData("85 FFFFFF7F 0000")]
    [InlineData("0C FEFFFFFF")]
    [InlineData("11 06 00")]
    [InlineData("16 00 00 03")]
    public void A_type_or_length_that_is_none_is_a_fault(string hex)
    {
        UaReader reader = new(Bytes(hex));
        reader.Variant();
        Assert.NotEqual(UaFault.None, reader.Fault);
        Assert.Equal(0, reader.Left);
    }

    [Fact]
    public void A_data_value_has_any_of_its_fields()
    {
        for (int mask = 0; mask < 64; mask++)
        {
            byte[] encoded =
            [
                (byte)mask,
                .. Field(0x01, "06 2A000000"), .. Field(0x02, "00003480"), .. Field(0x04, Wire(Noon)), .. Field(0x10, "8813"), .. Field(0x08, Wire(Noon + 5)), .. Field(0x20, "8713"),
            ];
            UaReader reader = new(encoded);
            UaDataValue value = reader.DataValue();
            Assert.Equal((UaFault.None, 0), (reader.Fault, reader.Left));
            Assert.Equal(Has(0x01) ? 42u : 0, value.Value.Bits);
            Assert.Equal(Has(0x02) ? 0x8034_0000 : 0, value.Status);
            // 5,000 times 10 ps are half a tick, and round up; 4,999 do not. Picoseconds without a time say nothing.
            Assert.Equal(Has(0x04) ? Noon + (Has(0x10) ? 1 : 0) : 0, value.SourceTicks);
            Assert.Equal(Has(0x08) ? Noon + 5 : 0, value.ServerTicks);
            Assert.Equal(encoded, Copied(encoded));

            bool Has(int bit) => (mask & bit) != 0;
            byte[] Field(int bit, string hex) => Has(bit) ? Bytes(hex) : [];
        }
    }

    [Fact]
    public void A_data_value_is_written_with_the_fields_it_has()
    {
        foreach (UaBuiltInType type in Enum.GetValues<UaBuiltInType>())
        {
            if (type is 0 or UaBuiltInType.String or >= UaBuiltInType.Guid and not UaBuiltInType.StatusCode) continue;
            for (int fields = 0; fields < 8; fields++)
            {
                uint status = (fields & 1) != 0 ? 0x8034_0000 : 0;
                long source = (fields & 2) != 0 ? Noon : 0, server = (fields & 4) != 0 ? Noon + 5 : 0;
                using UaBuffer buffer = new();
                UaWriter writer = new(buffer);
                writer.DataValue(type, 1, status, source, server);
                writer.Byte(0x55);
                UaReader reader = new(buffer.Written);
                UaDataValue read = reader.DataValue();
                Assert.Equal((type, 1ul, status, source, server), (read.Value.Type, read.Value.Bits, read.Status, read.SourceTicks, read.ServerTicks));
                Assert.Equal((1, (byte)0x55), (reader.Left, reader.Byte()));
            }
        }
    }

    [Fact]
    public void An_array_of_numbers_is_made_as_it_is_read()
    {
        UaVariant array = UaVariantCopy.Of([1, uint.MaxValue]).Value, empty = UaVariantCopy.Of([]).Value;
        Assert.Equal(Bytes("87 02000000 01000000 FFFFFFFF"), Written(array));
        Assert.Equal(Bytes("87 00000000"), Written(empty));
        UaElements elements = new(array);
        Assert.True(elements.Next(out UaVariant first));
        Assert.True(elements.Next(out UaVariant second));
        Assert.Equal((UaBuiltInType.UInt32, 1ul, (ulong)uint.MaxValue), (first.Type, first.Bits, second.Bits));
        Assert.False(elements.Next(out _));
    }

    [Fact]
    public void Copies_without_a_value_are_one_byte()
    {
        Assert.Equal(UaBuiltInType.Null, default(UaVariantCopy).Value.Type);
        Assert.Equal(UaBuiltInType.Null, default(UaDataValueCopy).Value.Value.Type);
        using UaBuffer buffer = new();
        default(UaVariantCopy).Encode(new UaWriter(buffer));
        default(UaDataValueCopy).Encode(new UaWriter(buffer));
        Assert.Equal([0, 0], buffer.Written.ToArray());
    }

    internal static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Wire(long ticks)
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).Time(ticks);
        return Convert.ToHexString(buffer.Written);
    }

    private static byte[] Written(in UaVariant value)
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).Variant(value);
        return buffer.Written.ToArray();
    }

    private static byte[] Copied(byte[] encoded)
    {
        UaReader reader = new(encoded);
        using UaBuffer buffer = new();
        UaDataValueCopy.Decode(ref reader).Encode(new UaWriter(buffer));
        return buffer.Written.ToArray();
    }
}
