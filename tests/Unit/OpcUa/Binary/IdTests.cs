using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Binary;

/// <summary>Node ids, names and times: what the specification shows, byte by byte, and back.</summary>
public sealed class IdTests
{
    [Theory]
    [InlineData("i=72", "0048")]
    [InlineData("i=255", "00FF")]
    [InlineData("i=256", "01 00 0001")]
    [InlineData("ns=5;i=1025", "01 05 0104")]
    [InlineData("ns=5;i=72", "01 05 4800")]
    [InlineData("ns=256;i=72", "02 0001 48000000")]
    [InlineData("i=70000", "02 0000 70110100")]
    [InlineData("ns=1;s=Hot水", "03 0100 06000000 486F74E6B0B4")]
    [InlineData("ns=2;g=72962b91-fa75-4ae6-8d28-b404dc7daf63", "04 0200 912B9672 75FA E64A 8D28B404DC7DAF63")]
    [InlineData("ns=3;b=AQID", "05 0300 03000000 010203")]
    public void A_node_id_has_its_shortest_form(string text, string hex)
    {
        Assert.True(UaNodeId.TryParse(text, out UaNodeId id));
        Assert.Equal(text, id.ToString());
        using UaBuffer buffer = new();
        new UaWriter(buffer).NodeId(id);
        Assert.Equal(ValueTests.Bytes(hex), buffer.Written.ToArray());
        UaReader reader = new(buffer.Written);
        Assert.Equal(id, reader.NodeId());
        Assert.Equal((UaFault.None, 0), (reader.Fault, reader.Left));
    }

    [Theory]
    [InlineData("02 0000 48000000", "i=72")]
    [InlineData("01 00 4800", "i=72")]
    [InlineData("03 0100 FFFFFFFF", "ns=1;s=")]
    public void A_longer_form_is_the_same_id(string hex, string text)
    {
        UaReader reader = new(ValueTests.Bytes(hex));
        Assert.Equal(text, reader.NodeId().ToString());
        Assert.Equal(UaFault.None, reader.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("i=")]
    [InlineData("i=-1")]
    [InlineData("i=4294967296")]
    [InlineData("ns=65536;i=1")]
    [InlineData("ns=1")]
    [InlineData("ns=1;")]
    [InlineData("s=")]
    [InlineData("g=72962b91")]
    [InlineData("b=***")]
    [InlineData("x=1")]
    public void What_is_no_node_id_is_not_taken(string text) => Assert.False(UaNodeId.TryParse(text, out _));

    [Fact]
    public void An_expanded_node_id_has_uri_and_server()
    {
        foreach (UaExpandedNodeId id in new[]
        {
            new UaExpandedNodeId(new UaNodeId(5)), new UaExpandedNodeId(new UaNodeId("a", 0), "urn:b"), new UaExpandedNodeId(new UaNodeId(70_000, 9), null, 3), new UaExpandedNodeId(new UaNodeId([1], 0), "urn:c", 4),
        })
        {
            using UaBuffer buffer = new();
            new UaWriter(buffer).ExpandedNodeId(id);
            UaReader reader = new(buffer.Written);
            Assert.Equal(id, reader.ExpandedNodeId());
            Assert.Equal((UaFault.None, 0), (reader.Fault, reader.Left));
        }
    }

    [Fact]
    public void Names_and_texts_keep_what_is_null_and_what_is_empty()
    {
        foreach (string? text in new[] { null, "", "Füllstand 水" })
        {
            foreach (string? locale in new[] { null, "", "de-DE" })
            {
                using UaBuffer buffer = new();
                UaWriter writer = new(buffer);
                writer.LocalizedText(new UaLocalizedText(locale, text));
                writer.QualifiedName(new UaQualifiedName(7, text));
                writer.String(text);
                writer.ByteString(text is null ? null : [1]);
                UaReader reader = new(buffer.Written);
                Assert.Equal(new UaLocalizedText(locale, text), reader.LocalizedText());
                Assert.Equal(new UaQualifiedName(7, text), reader.QualifiedName());
                Assert.Equal(text, reader.String());
                Assert.Equal(text is null, reader.ByteString() is null);
                Assert.Equal((UaFault.None, 0), (reader.Fault, reader.Left));
            }
        }
    }

    [Fact]
    public void A_text_that_is_no_utf8_is_a_fault()
    {
        UaReader reader = new([1, 0, 0, 0, 0xFF]);
        Assert.Null(reader.String());
        Assert.Equal(UaFault.NotUtf8, reader.Fault);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(1, 504_911_232_000_000_001)]
    [InlineData(long.MaxValue, 3_155_378_975_999_999_999)]
    public void A_time_that_no_calendar_has_is_none_or_the_last(long wire, long ticks) => Assert.Equal(ticks, UaTime.ToTicks(wire));

    [Fact]
    public void A_buffer_grows_to_its_limit_and_not_beyond()
    {
        using UaBuffer buffer = new(headroom: 24, maxBytes: 100_000, firstBytes: 16);
        UaWriter writer = new(buffer);
        for (int i = 0; i < 12_500; i++) writer.Int64(i);
        Assert.Equal((100_000, 100_024), (buffer.Length, buffer.WithHeadroom.Length));
        UaReader reader = new(buffer.Written);
        for (int i = 0; i < 12_500; i++) Assert.Equal(i, reader.Int64());
        Assert.Throws<InvalidOperationException>(() => new UaWriter(buffer).Bytes(new byte[200_000]));
    }
}
