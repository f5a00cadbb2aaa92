using System.Buffers;
using System.Text;
using HyperIngest.Core.Framing;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Client;

/// <summary>Packets: whole ones are read, wrong ones each have their reason code.</summary>
public sealed class CodecTests
{
    private static readonly MqttClientOptions Options5 = new() { Host = "h" };
    private static readonly MqttClientOptions Options311 = Options5 with { Version = MqttVersion.V311 };

    public static TheoryData<int> Properties() => [.. Enum.GetValues<MqttProperty>().Where(p => p != MqttProperty.None).Select(p => (int)p)];

    [Fact]
    public void There_are_27_properties() => Assert.Equal(27, Properties().Count);

    [Theory]
    [MemberData(nameof(Properties))]
    public void A_property_is_read_as_written_only_where_it_may_be_and_once_unless_it_repeats(int identifier)
    {
        MqttProperty property = (MqttProperty)identifier;
        MqttPropertyRule rule = MqttPropertyRule.Of(identifier);
        byte[] once = Written(property);
        foreach (MqttPropertyPlace place in Enum.GetValues<MqttPropertyPlace>().Where(p => p != MqttPropertyPlace.None))
        {
            bool allowed = (rule.Places & place) != 0;
            MqttPropertyReader reader = new(once, place);
            Assert.Equal(allowed, reader.Next());
            if (!allowed)
            {
                Assert.Equal(MqttReasonCode.MalformedPacket, reader.Fault);
                continue;
            }
            Assert.Equal(property, reader.Property);
            if (rule.Type is MqttPropertyType.Flag or MqttPropertyType.UInt16 or MqttPropertyType.UInt32 or MqttPropertyType.Varint) Assert.Equal(1u, reader.Number);
            else Assert.Equal("välue", Encoding.UTF8.GetString(reader.Bytes));
            if (rule.Type == MqttPropertyType.Pair) Assert.Equal("name", Encoding.UTF8.GetString(reader.Name));
            Assert.False(reader.Next());
            Assert.Equal(MqttReasonCode.Success, reader.Fault);

            MqttPropertyReader twice = new([.. once, .. once], place);
            bool repeats = property == MqttProperty.UserProperty || (property == MqttProperty.SubscriptionIdentifier && place == MqttPropertyPlace.Publish);
            Assert.True(twice.Next());
            Assert.Equal(repeats, twice.Next());
            Assert.Equal(repeats ? MqttReasonCode.Success : MqttReasonCode.ProtocolError, twice.Fault);

            for (int cut = 1; cut < once.Length; cut++)
            {
                MqttPropertyReader shortened = new(once.AsSpan(0, cut), place);
                Assert.False(shortened.Next());
                Assert.Equal(MqttReasonCode.MalformedPacket, shortened.Fault);
            }
        }
    }

    [Theory]
    [InlineData(0x30, "0001 61 00", 0x00)]
    [InlineData(0x36, "0001 61 0001 00", 0x81)] // QoS 3
    [InlineData(0x38, "0001 61 00", 0x81)] // DUP with QoS 0
    [InlineData(0x32, "0001 61 0000 00", 0x82)] // packet identifier 0
    [InlineData(0x30, "0001 2B 00", 0x81)] // + in a name
    [InlineData(0x30, "0001 23 00", 0x81)] // # in a name
    [InlineData(0x30, "0001 00 00", 0x81)] // U+0000
    [InlineData(0x30, "0003 EDA080 00", 0x81)] // a surrogate
    [InlineData(0x30, "0002 C080 00", 0x81)] // an overlong form
    [InlineData(0x30, "0001 FF 00", 0x81)]
    [InlineData(0x30, "0005 61 00", 0x81)] // longer than the packet
    [InlineData(0x30, "0000 00", 0x82)] // neither topic nor alias
    [InlineData(0x30, "0000 03 230001", 0x00)] // an alias alone
    [InlineData(0x30, "0001 61 03 230000", 0x94)] // alias 0
    [InlineData(0x30, "0001 61 02 0B00", 0x82)] // subscription identifier 0
    [InlineData(0x30, "0001 61 02 0B05", 0x00)]
    [InlineData(0x30, "0001 61 02 0102", 0x82)] // payload format 2
    [InlineData(0x30, "0001 61 04 0100 0101", 0x82)] // twice
    [InlineData(0x30, "0001 61 05 1100000001", 0x81)] // session expiry in PUBLISH
    [InlineData(0x30, "0001 61 01 04", 0x81)] // no such property
    [InlineData(0x30, "0001 61 05 0800022F23", 0x82)] // a wildcard in the response topic
    [InlineData(0x30, "0001 61 FF", 0x81)] // a length that does not end
    [InlineData(0x30, "0001 61 09 0100", 0x81)] // properties longer than the packet
    [InlineData(0x40, "0001", 0x00)]
    [InlineData(0x40, "0001 10", 0x00)]
    [InlineData(0x40, "0001 10 00", 0x00)]
    [InlineData(0x40, "0001 10 04 1F000161", 0x00)]
    [InlineData(0x41, "0001", 0x81)] // flags
    [InlineData(0x40, "0000", 0x82)]
    [InlineData(0x40, "00", 0x81)]
    [InlineData(0x40, "0001 92", 0x82)] // a code of PUBREL's
    [InlineData(0x40, "0001 00 00 00", 0x81)] // too long
    [InlineData(0x40, "0001 00 03 210001", 0x81)]
    [InlineData(0x50, "0001 97", 0x00)]
    [InlineData(0x60, "0001", 0x81)] // PUBREL without its flags
    [InlineData(0x62, "0001 92", 0x00)]
    [InlineData(0x70, "0001 80", 0x82)]
    [InlineData(0x90, "0001 00 00018087A3", 0x82)] // no such code
    [InlineData(0x90, "0001 00 0001028087A2", 0x00)]
    [InlineData(0x90, "0001 00 11", 0x82)] // a code of UNSUBACK's
    [InlineData(0x90, "0001 00", 0x82)] // no codes
    [InlineData(0xB0, "0001 00 0011", 0x00)]
    [InlineData(0xB0, "0001 00 01", 0x82)]
    [InlineData(0x20, "00 00 00", 0x00)]
    [InlineData(0x20, "02 00 00", 0x81)] // reserved bits
    [InlineData(0x20, "01 86 00", 0x82)] // a session with a refusal
    [InlineData(0x20, "00 01", 0x00)] // 3.1.1's refusal of the level
    [InlineData(0x20, "00 01 00", 0x82)]
    [InlineData(0x20, "00 00 03 210000", 0x82)] // receive maximum 0
    [InlineData(0x20, "00 00 05 2700000000", 0x82)] // packets of no bytes
    [InlineData(0x20, "00 00 02 2402", 0x82)] // maximum QoS 2
    [InlineData(0x20, "00 00 04 15000161", 0x82)] // an authentication method nobody asked for
    [InlineData(0xE0, "", 0x00)]
    [InlineData(0xE0, "8B", 0x00)]
    [InlineData(0xE0, "04", 0x82)] // a client's code
    [InlineData(0xE1, "", 0x81)]
    [InlineData(0xE0, "00 05 1100000001", 0x82)] // session expiry of a server
    [InlineData(0xE0, "9C 04 1C000161", 0x00)]
    [InlineData(0xF0, "18", 0x00)]
    [InlineData(0xF0, "01", 0x82)]
    public void A_packet_is_good_or_has_its_reason(int first, string hex, int reason) =>
        Assert.Equal((MqttReasonCode)reason, Read((byte)first, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Options5));

    [Theory]
    [InlineData(0x20, "0000", 0x00)]
    [InlineData(0x20, "0006", 0x82)]
    [InlineData(0x20, "000000", 0x81)]
    [InlineData(0x40, "000100", 0x81)]
    [InlineData(0x90, "00010080", 0x00)]
    [InlineData(0x90, "000187", 0x82)]
    [InlineData(0xB0, "0001", 0x00)]
    [InlineData(0xB0, "000100", 0x81)]
    [InlineData(0xE0, "", 0x82)]
    [InlineData(0xF0, "", 0x81)]
    [InlineData(0x30, "0000", 0x82)]
    public void The_same_in_the_older_version(int first, string hex, int reason) => Assert.Equal((MqttReasonCode)reason, Read((byte)first, Convert.FromHexString(hex), Options311));

    [Theory]
    [InlineData(1, MqttReasonCode.UnsupportedProtocolVersion)]
    [InlineData(2, MqttReasonCode.ClientIdentifierNotValid)]
    [InlineData(3, MqttReasonCode.ServerUnavailable)]
    [InlineData(4, MqttReasonCode.BadUserNameOrPassword)]
    [InlineData(5, MqttReasonCode.NotAuthorized)]
    public void Return_codes_have_their_counterparts(int code, MqttReasonCode reason)
    {
        Assert.Equal(MqttReasonCode.Success, MqttConnAck.Read(0x20, [0, (byte)code], Options311, out MqttConnAck packet));
        Assert.Equal(reason, packet.Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(2_097_151)]
    [InlineData(2_097_152)]
    public void A_frame_is_found_at_every_cut(int remaining)
    {
        byte[] packet = [0x30, .. Varint(remaining), .. new byte[remaining]];
        int header = packet.Length - remaining;
        foreach (int cut in Enumerable.Range(0, header + 1).Append(packet.Length - 1).Where(c => c < packet.Length))
        {
            Assert.Equal(FrameStatus.NeedMore, MqttFrame.Find(packet.AsSpan(0, cut), int.MaxValue, out _, out _, out _));
            ReadOnlySequence<byte> pieces = Pieces(packet, cut);
            Assert.Equal(FrameStatus.Complete, MqttFrame.Find(pieces, int.MaxValue, out int headerBytes, out int packetBytes, out _));
            Assert.Equal((header, packet.Length), (headerBytes, packetBytes));
        }
        Assert.Equal(FrameStatus.Malformed, MqttFrame.Find(packet.AsSpan(0, header), packet.Length - 1, out _, out _, out MqttReasonCode reason));
        Assert.Equal(MqttReasonCode.PacketTooLarge, reason);
    }

    [Fact]
    public void A_length_of_five_bytes_is_malformed()
    {
        Assert.Equal(FrameStatus.Malformed, MqttFrame.Find([0x30, 0xFF, 0xFF, 0xFF, 0xFF], int.MaxValue, out _, out _, out MqttReasonCode reason));
        Assert.Equal(MqttReasonCode.MalformedPacket, reason);
    }

    [Theory]
    [InlineData(MqttVersion.V311, MqttQos.AtMostOnce)]
    [InlineData(MqttVersion.V311, MqttQos.ExactlyOnce)]
    [InlineData(MqttVersion.V5, MqttQos.AtLeastOnce)]
    public void A_message_is_read_as_written(MqttVersion version, MqttQos qos)
    {
        ArrayBufferWriter<byte> output = new();
        MqttOutgoing message = new() { Topic = "plant/ä"u8, Payload = new byte[200], Qos = qos, Retain = true, IsDuplicate = qos > 0 };
        new MqttWriter(output, version).Publish(message, 77);
        Assert.Equal(output.WrittenCount, MqttWriter.PublishBytes(version, message));
        Assert.Equal(FrameStatus.Complete, MqttFrame.Find(output.WrittenSpan, int.MaxValue, out int header, out _, out _));
        Assert.Equal(MqttReasonCode.Success, MqttPublish.Read(output.WrittenSpan[0], output.WrittenSpan[header..], version, out MqttPublish read));
        Assert.Equal("plant/ä", Encoding.UTF8.GetString(read.Topic));
        Assert.Equal((200, qos, qos > 0 ? 77 : 0, true, qos > 0), (read.Payload.Length, read.Qos, read.PacketId, read.IsRetained, read.IsDuplicate));
    }

    [Fact]
    public void Connect_has_the_layout_of_the_specification()
    {
        ArrayBufferWriter<byte> output = new();
        MqttClientOptions options = new() { Host = "h", ClientId = "c", Version = MqttVersion.V311, User = "u", Password = "p", KeepAlive = TimeSpan.FromSeconds(10), SessionExpiry = TimeSpan.FromDays(1) };
        new MqttWriter(output, MqttVersion.V311).Connect(options, new MqttWill("w", "x"u8.ToArray(), MqttQos.AtLeastOnce, Retain: true));
        Assert.Equal("101900044D51545404EC000A0001630001770001780001750001" + "70", Convert.ToHexString(output.WrittenSpan));
        output.Clear();
        new MqttWriter(output, MqttVersion.V5).Connect(options with { Version = MqttVersion.V5, User = null, Password = null, ReceiveMaximum = 9, MaxPacketBytes = 4096, TopicAliases = 3 }, null);
        Assert.Equal("101E00044D5154540500000A" + "10" + "1100015180" + "210009" + "2700001000" + "220003" + "000163", Convert.ToHexString(output.WrittenSpan));
    }

    [Fact]
    public void Arbitrary_bytes_never_throw()
    {
        Random random = new(20261121);
        byte[] bytes = new byte[64];
        for (int round = 0; round < 200_000; round++)
        {
            random.NextBytes(bytes);
            int length = random.Next(bytes.Length);
            // Small numbers: lengths that fit and identifiers that exist get farther in.
            for (int i = 0; i < length; i++) bytes[i] = random.Next(3) == 0 ? bytes[i] : (byte)(bytes[i] & 0x2F);
            Read((byte)random.Next(256), bytes.AsSpan(0, length), (round & 1) == 0 ? Options5 : Options311);
            MqttFrame.Find(bytes.AsSpan(0, length), 1 << 20, out _, out _, out _);
        }
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        ArrayBufferWriter<byte> output = new();
        new MqttWriter(output, MqttVersion.V5).Publish(new MqttOutgoing { Topic = "plant/line/device"u8, Payload = new byte[80], Qos = MqttQos.AtLeastOnce }, 1);
        byte[] packet = output.WrittenSpan.ToArray();
        int good = 0;
        void Decode(int times)
        {
            for (int i = 0; i < times; i++)
            {
                MqttFrame.Find(packet, 1 << 20, out int header, out int end, out _);
                if (MqttPublish.Read(packet[0], packet.AsSpan(header, end - header), MqttVersion.V5, out _) == MqttReasonCode.Success) good++;
            }
        }
        Decode(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Decode(100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101_000, good);
    }

    private static MqttReasonCode Read(byte first, ReadOnlySpan<byte> body, MqttClientOptions options) => MqttFrame.TypeOf(first) switch
    {
        MqttPacketType.ConnAck => MqttConnAck.Read(first, body, options, out _),
        MqttPacketType.Publish => MqttPublish.Read(first, body, options.Version, out _),
        MqttPacketType.SubAck or MqttPacketType.UnsubAck => MqttSubAck.Read(first, body, options.Version, out _),
        MqttPacketType.Disconnect or MqttPacketType.Auth => MqttDisconnect.Read(first, body, options.Version, out _),
        _ => MqttAck.Read(first, body, options.Version, out _),
    };

    private static byte[] Written(MqttProperty property)
    {
        MqttPropertyWriter writer = new();
        return (MqttPropertyRule.Of((int)property).Type switch
        {
            MqttPropertyType.Flag => writer.Flag(property, true),
            MqttPropertyType.Text => writer.Text(property, "välue"),
            MqttPropertyType.Binary => writer.Binary(property, Encoding.UTF8.GetBytes("välue")),
            MqttPropertyType.Pair => writer.Pair("name", "välue"),
            _ => writer.Number(property, 1),
        }).Written.ToArray();
    }

    private static byte[] Varint(int value)
    {
        byte[] bytes = new byte[MqttFrame.MaxLengthBytes];
        return bytes[..MqttWriter.WriteVarint(bytes, value)];
    }

    internal static ReadOnlySequence<byte> Pieces(byte[] bytes, int cut)
    {
        Piece first = new(bytes.AsMemory(0, cut), 0);
        Piece second = first.Then(bytes.AsMemory(cut));
        return new ReadOnlySequence<byte>(first, 0, second, bytes.Length - cut);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long at)
        {
            Memory = memory;
            RunningIndex = at;
        }

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            Piece next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
