using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

/// <summary>Damaged payloads: nothing is thrown, and what is taken is what an unrelated reader finds in the same bytes.</summary>
public class PayloadFuzzTests
{
    private static readonly string[] Documents =
    [
        """{"value":21.5,"timestamp":1763740800123,"quality":192}""",
        """ {"value" : -0.001e+2 , "timestamp":"2026-11-21T10:30:22.5Z", "quality":"good" , "x":null } """,
        """{"a":true,"b":false,"text":"abc","value":123456789012345678901}""",
        """{"value":"x\u00e9\n","deep":{"a":[1,{"b":2}],"value":3},"list":[],"empty":{}}""",
        """[{"tag":"a","value":1,"timestamp":5},{"tag":"b","value":"t"}]""",
        "{}",
        "21.5",
        "\"text\"",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_short_way_reads_what_the_general_one_does(int seed)
    {
        Random random = new(seed);
        JsonMembers flat = new();
        JsonMembers nested = new();
        NestedJson general = new(nested, null);
        int taken = 0;
        for (int round = 0; round < 60_000; round++)
        {
            byte[] json = Mutated(random, Encoding.UTF8.GetBytes(Documents[random.Next(Documents.Length)]));
            if (!Utf8.IsValid(json)) continue;
            flat.Clear();
            if (!FlatJson.TryRead(json, flat)) continue;
            taken++;
            string? fault = general.Read(json);
            Assert.True(fault is null, $"{fault}: {Encoding.UTF8.GetString(json)}");
            Assert.Equal(Listed(nested, json), Listed(flat, json));
        }
        Assert.True(taken > 5_000, $"{taken}");
    }

    [Fact]
    public void Every_flat_document_of_plain_members_takes_the_short_way()
    {
        JsonMembers flat = new();
        foreach (string json in Documents[..3].Append("{}"))
        {
            flat.Clear();
            Assert.True(FlatJson.TryRead(Encoding.UTF8.GetBytes(json), flat), json);
        }
    }

    [Theory]
    [InlineData(MqttJsonShape.Value, MqttValueKind.Auto, 3)]
    [InlineData(MqttJsonShape.Value, MqttValueKind.Int64, 4)]
    [InlineData(MqttJsonShape.Members, MqttValueKind.Auto, 5)]
    [InlineData(MqttJsonShape.Items, MqttValueKind.Auto, 6)]
    public void Damaged_json_gives_a_reason_or_readings_of_what_stands_there(MqttJsonShape shape, MqttValueKind kind, int seed)
    {
        Random random = new(seed);
        PayloadRig rig = PayloadRig.OfDevice(new MqttJsonPayload { Shape = shape, Kind = kind });
        if (shape == MqttJsonShape.Value) rig = PayloadRig.Of(new MqttJsonPayload { Kind = kind });
        int decoded = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] json = Mutated(random, Encoding.UTF8.GetBytes(Documents[random.Next(Documents.Length)]));
            string topic = shape == MqttJsonShape.Value ? $"plant/d{random.Next(50)}/t" : "plant/d";
            if (rig.Decode(topic, json) is { } reason)
            {
                Assert.NotEmpty(reason);
                continue;
            }
            decoded++;
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            if (shape == MqttJsonShape.Value && rig.Readings.Count == 1) AssertValue(rig, document.RootElement);
            foreach (Reading reading in rig.All()) Assert.InRange(reading.SourceTime, 0, DateTime.MaxValue.Ticks);
        }
        Assert.True(decoded > 500, $"{decoded}");
    }

    [Fact]
    public void Numbers_are_the_nearest_double_of_their_digits()
    {
        Random random = new(7);
        PayloadRig rig = PayloadRig.Of(new MqttJsonPayload());
        for (int round = 0; round < 50_000; round++)
        {
            string digits = $"{(random.Next(2) == 0 ? "-" : "")}{random.NextInt64(1L << random.Next(1, 62))}";
            if (random.Next(2) == 0) digits += $".{random.NextInt64(1L << random.Next(1, 62))}";
            if (random.Next(4) == 0) digits += $"e{random.Next(-330, 300)}";
            double expected = double.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
            string? reason = rig.Decode("plant/d/t", $$"""{"value":{{digits}}}""");
            if (double.IsFinite(expected)) Assert.Equal(BitConverter.DoubleToInt64Bits(expected), Assert.Single(rig.All()).ValueBits);
            else Assert.NotNull(reason);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void Damaged_text_and_bytes_never_throw(int seed)
    {
        Random random = new(seed);
        PayloadRig[] rigs =
        [
            .. Enum.GetValues<MqttValueKind>().Select(k => PayloadRig.Of(new MqttTextPayload { Kind = k })),
            PayloadRig.Of(new MqttBinaryPayload { Fields = [new MqttBinaryField { Tag = "a", Offset = 3, Count = 3 }, new MqttBinaryField { Tag = "b", Type = MqttBinaryType.Bool, Offset = 2, Bit = 7 }], Time = new MqttBinaryTime { Offset = 5, Unit = MqttTimeUnit.Auto } }),
            new PayloadRig(new MqttRuleOptions { Topic = "plant/#", Payload = new MqttRecordPayload() }),
        ];
        byte[][] seeds = [.. new[] { "21.5", " -1e9 ", "true", "text", "21,5", "HIR\u0001", """{"device":"d","tag":"t","value":1}""", "0123456789012345678901234567890" }.Select(Encoding.UTF8.GetBytes)];
        for (int round = 0; round < 30_000; round++)
        {
            byte[] payload = Mutated(random, seeds[random.Next(seeds.Length)]);
            PayloadRig rig = rigs[random.Next(rigs.Length)];
            string? reason = rig.Decode("plant/d/t", payload);
            if (reason is not null) Assert.NotEmpty(reason);
            else foreach (Reading reading in rig.All()) Assert.InRange(reading.SourceTime, 0, DateTime.MaxValue.Ticks);
        }
    }

    // What the document says by a reader that shares nothing with ours but the grammar.
    private static void AssertValue(PayloadRig rig, JsonElement root)
    {
        Reading reading = rig.All()[0];
        JsonElement value = root;
        // Names may have been damaged into "value" after all; of several the last counts, as JsonElement has it too.
        if (root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("value", out value)) return;
        if (root.ValueKind == JsonValueKind.Object && value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return;
        string expected = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        switch (rig.Catalog.KindOf(reading.SeriesId))
        {
            case Core.Readings.ValueKind.Float64 when value.ValueKind == JsonValueKind.Number:
                Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)), reading.ValueBits);
                break;
            case Core.Readings.ValueKind.Int64 when value.ValueKind == JsonValueKind.Number:
                Assert.Equal(decimal.Parse(expected, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture), reading.ValueBits);
                break;
            case Core.Readings.ValueKind.Text when value.ValueKind != JsonValueKind.Null:
                Assert.Equal(expected, rig.Catalog.Texts[reading.ValueBits]);
                break;
            case Core.Readings.ValueKind.Bool when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(value.GetBoolean() ? 1 : 0, reading.ValueBits);
                break;
        }
        if (value.ValueKind == JsonValueKind.Null) Assert.True(StatusCodes.IsBad(reading.Status));
    }

    private static string Listed(JsonMembers members, byte[] json)
    {
        StringBuilder text = new();
        for (int i = 0; i < members.Count; i++)
        {
            JsonMember member = members[i];
            text.Append(Encoding.UTF8.GetString(members.NameOf(member, json))).Append(' ').Append(member.Type).Append(' ').AppendLine(Encoding.UTF8.GetString(members.TextOf(member, json)));
        }
        return text.ToString();
    }

    private static byte[] Mutated(Random random, byte[] bytes)
    {
        ReadOnlySpan<byte> special = "{}[]\",:.-+eE0123456789 \\\t\ntfnu/"u8;
        for (int times = random.Next(3); times > 0 && bytes.Length > 0; times--)
        {
            int at = random.Next(bytes.Length);
            int length = random.Next(1, Math.Min(8, bytes.Length - at) + 1);
            bytes = random.Next(6) switch
            {
                0 => [.. bytes[..at], special[random.Next(special.Length)], .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], special[random.Next(special.Length)], .. bytes[at..]],
                2 => [.. bytes[..at], .. bytes[(at + length)..]],
                3 => [.. bytes[..(at + length)], .. bytes[at..]],
                4 => bytes[..at],
                _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
            };
        }
        return bytes;
    }
}
