using System.Buffers;
using System.Text;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.Sparkplug;

/// <summary>Payloads, metric by metric.</summary>
public sealed class SparkplugPayloadTests
{
    private const ulong Now = 1_795_000_000_123;

    [Fact]
    public void Every_value_field_comes_back_with_all_that_stands_beside_it()
    {
        byte[] properties = Properties();
        byte[] bytes = Write(properties);
        Assert.True(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload), payload.Reason);
        Assert.Equal((Now, true, 200UL, true, 9), (payload.Timestamp, payload.HasTimestamp, payload.Seq, payload.HasSeq, payload.MetricCount));
        Assert.Equal("uuid", Encoding.UTF8.GetString(payload.Uuid));
        Assert.Equal([1, 2, 3], payload.Body.ToArray());
        int place = 0;
        foreach (ref readonly SparkplugMetric metric in payload.Metrics)
        {
            Assert.Equal(place % 2 == 0 ? $"metric {place}" : "", Encoding.UTF8.GetString(metric.Name));
            Assert.Equal((place != 0, place == 0 ? 0 : 1UL << (7 * place)), (metric.HasAlias, metric.Alias));
            Assert.Equal((place % 3 == 0, place % 3 == 0 ? Now + (ulong)place : 0), (metric.HasTimestamp, metric.Timestamp));
            Assert.Equal(place is 4 or 8, metric.IsHistorical);
            Assert.Equal(place == 5, metric.IsTransient);
            Assert.Equal(place == 7, metric.IsNull);
            Assert.Equal(place == 2 ? properties : [], metric.PropertyBytes.ToArray());
            switch (place)
            {
                case 0: Assert.Equal((SparkplugValueField.Int, -5, SparkplugDataType.Int32), (metric.ValueField, metric.Int32, metric.DataType)); break;
                case 1: Assert.Equal((SparkplugValueField.Long, ulong.MaxValue), (metric.ValueField, metric.ValueBits)); break;
                case 2: Assert.Equal((SparkplugValueField.Float, 1.5f, SparkplugDataType.Float), (metric.ValueField, metric.Single, metric.DataType)); break;
                case 3: Assert.Equal((SparkplugValueField.Double, Math.PI), (metric.ValueField, metric.Double)); break;
                case 4: Assert.Equal((SparkplugValueField.Boolean, true), (metric.ValueField, metric.Boolean)); break;
                case 5: Assert.Equal((SparkplugValueField.String, "hé"), (metric.ValueField, Encoding.UTF8.GetString(metric.Text))); break;
                case 6: Assert.Equal((SparkplugValueField.Bytes, 300), (metric.ValueField, metric.Text.Length)); break;
                case 7: Assert.Equal(SparkplugValueField.None, metric.ValueField); break;
                default: Assert.Equal((SparkplugValueField.Boolean, false), (metric.ValueField, metric.Boolean)); break;
            }
            place++;
        }
        Assert.Equal(9, place);
    }

    [Fact]
    public void Properties_are_found_by_their_key()
    {
        byte[] bytes = Write(Properties());
        Assert.True(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload));
        foreach (SparkplugMetric metric in payload.Metrics)
        {
            Assert.Equal(metric.PropertyBytes.Length > 0, metric.Properties.TryFind("engUnit"u8, out SparkplugProperty unit));
            if (metric.PropertyBytes.IsEmpty) continue;
            Assert.Equal((SparkplugDataType.String, "bar"), (unit.DataType, Encoding.UTF8.GetString(unit.Text)));
            Assert.True(metric.Properties.TryFind("Quality"u8, out SparkplugProperty quality));
            Assert.Equal((SparkplugValueField.Int, 192UL, SparkplugDataType.Int32), (quality.ValueField, quality.ValueBits, quality.DataType));
            Assert.True(metric.Properties.TryFind("engHigh"u8, out SparkplugProperty high));
            Assert.Equal(BitConverter.DoubleToUInt64Bits(16.5), high.ValueBits);
            Assert.True(metric.Properties.TryFind("readOnly"u8, out SparkplugProperty readOnly));
            Assert.Equal((SparkplugValueField.Boolean, 1UL), (readOnly.ValueField, readOnly.ValueBits));
            Assert.False(metric.Properties.TryFind("engLow"u8, out _));
        }
    }

    [Fact]
    public void Keys_and_values_of_properties_may_stand_in_two_lists()
    {
        // keys "a", "b"; values int 1, string "x": as the schema's repeated fields are mostly encoded.
        byte[] set = [0x0A, 1, (byte)'a', 0x0A, 1, (byte)'b', 0x12, 4, 0x08, 3, 0x18, 1, 0x12, 5, 0x08, 12, 0x42, 1, (byte)'x'];
        byte[] bytes = [0x12, (byte)(set.Length + 2), 0x4A, (byte)set.Length, .. set];
        Assert.True(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload), payload.Reason);
        foreach (SparkplugMetric metric in payload.Metrics)
        {
            Assert.True(metric.Properties.TryFind("b"u8, out SparkplugProperty b));
            Assert.Equal("x", Encoding.UTF8.GetString(b.Text));
            Assert.True(metric.Properties.TryFind("a"u8, out SparkplugProperty a));
            Assert.Equal(1UL, a.ValueBits);
        }
    }

    [Fact]
    public void Unknown_fields_of_every_wire_type_are_skipped()
    {
        byte[] unknown = [0xA0, 0x06, 0x96, 0x01, 0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xA2, 0x06, 0x01, 0x00, 0xA5, 0x06, 1, 2, 3, 4];
        byte[] metric = [.. unknown, 0x10, 7, .. unknown, 0x70, 1, .. unknown];
        byte[] bytes = [.. unknown, 0x08, 9, 0x12, (byte)metric.Length, .. metric, .. unknown, 0x18, 3];
        Assert.True(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload), payload.Reason);
        Assert.Equal((9UL, 3UL, 1), (payload.Timestamp, payload.Seq, payload.MetricCount));
        foreach (SparkplugMetric only in payload.Metrics) Assert.Equal((7UL, true), (only.Alias, only.Boolean));
    }

    [Theory]
    [InlineData(new byte[] { 0x08 }, SparkplugFault.Truncated, 1)]
    [InlineData(new byte[] { 0x08, 0x80 }, SparkplugFault.Truncated, 1)]
    [InlineData(new byte[] { 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2 }, SparkplugFault.InvalidVarint, 1)]
    [InlineData(new byte[] { 0x12, 5, 0x10 }, SparkplugFault.Truncated, 1)]
    [InlineData(new byte[] { 0x12, 255, 255, 255, 255, 15 }, SparkplugFault.Truncated, 1)]
    [InlineData(new byte[] { 0x12, 2, 0x69, 1 }, SparkplugFault.Truncated, 3)]
    [InlineData(new byte[] { 0x00, 1 }, SparkplugFault.InvalidKey, 1)]
    [InlineData(new byte[] { 0x0B, 1 }, SparkplugFault.InvalidKey, 1)]
    [InlineData(new byte[] { 0x12, 1, 0x0F }, SparkplugFault.InvalidKey, 3)]
    [InlineData(new byte[] { 0x09, 1, 2, 3, 4, 5, 6, 7, 8 }, SparkplugFault.WrongWireType, 1)]
    [InlineData(new byte[] { 0x12, 2, 0x08, 1 }, SparkplugFault.WrongWireType, 3)]
    [InlineData(new byte[] { 0x12, 4, 0x4A, 2, 0x08, 1 }, SparkplugFault.WrongWireType, 6)]
    public void Malformed_bytes_are_named(byte[] bytes, SparkplugFault fault, int at)
    {
        Assert.False(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload));
        Assert.Equal((fault, at, 0), (payload.Fault, payload.FaultAt, payload.MetricCount));
        Assert.Contains($"byte {at} ", payload.Reason, StringComparison.Ordinal);
        foreach (SparkplugMetric _ in payload.Metrics) Assert.Fail("A malformed payload has a metric.");
    }

    [Fact]
    public void Varints_of_every_length_come_back_wherever_the_bytes_end()
    {
        for (int bits = 0; bits <= 64; bits++)
        {
            ulong value = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
            ArrayBufferWriter<byte> output = new();
            SparkplugPayloadWriter writer = new(output);
            writer.Long(new SparkplugMetricHeader { Alias = value }, value);
            writer.Timestamp(value);
            writer.Flush();
            Assert.True(SparkplugPayload.TryParse(output.WrittenSpan, out SparkplugPayload payload), payload.Reason);
            Assert.Equal(value, payload.Timestamp);
            foreach (SparkplugMetric metric in payload.Metrics) Assert.Equal((value, value), (metric.Alias, metric.ValueBits));
        }
    }

    [Fact]
    public void Lengths_around_a_power_of_128_are_written_in_the_fewest_bytes()
    {
        for (int length = 0; length < 400; length++) AssertWritten(length);
        for (int length = 16_300; length < 16_400; length++) AssertWritten(length);

        static void AssertWritten(int length)
        {
            byte[] text = new byte[length];
            Array.Fill(text, (byte)'t');
            ArrayBufferWriter<byte> output = new();
            SparkplugPayloadWriter writer = new(output);
            writer.String(new SparkplugMetricHeader { Alias = 1000, Timestamp = Now }, text);
            writer.Seq(1);
            writer.Flush();
            Assert.Equal(output.WrittenCount, writer.Written);
            // Alias 3, time 7, text.
            int content = 10 + 1 + VarintBytes(length) + length;
            Assert.Equal(1 + VarintBytes(content) + content + 2, output.WrittenCount);
            Assert.True(SparkplugPayload.TryParse(output.WrittenSpan, out SparkplugPayload payload), payload.Reason);
            foreach (SparkplugMetric metric in payload.Metrics) Assert.True(metric.Text.SequenceEqual(text));
        }

        static int VarintBytes(int value) => value < 128 ? 1 : value < 16_384 ? 2 : 3;
    }

    [Fact]
    public void A_payload_cut_anywhere_is_malformed_or_lacks_whole_fields()
    {
        byte[] bytes = Write(Properties());
        int sound = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            if (!SparkplugPayload.TryParse(bytes.AsSpan(0, length), out SparkplugPayload payload)) continue;
            sound++;
            int metrics = 0;
            foreach (SparkplugMetric _ in payload.Metrics) metrics++;
            Assert.Equal(payload.MetricCount, metrics);
        }
        // Nine metrics, time, sequence number, name and body: between any two of them, and before the first.
        Assert.Equal(13, sound);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mutated_payloads_never_fail_after_they_were_parsed(int seed)
    {
        Random random = new(seed);
        byte[] original = Write(Properties());
        int malformed = 0;
        for (int round = 0; round < 30_000; round++)
        {
            byte[] bytes = [.. original];
            for (int hits = random.Next(1, 5); hits > 0; hits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[random.Next(bytes.Length)..];
            if (!SparkplugPayload.TryParse(bytes, out SparkplugPayload payload))
            {
                malformed++;
                Assert.InRange(payload.FaultAt, 0, bytes.Length);
                continue;
            }
            int metrics = 0;
            foreach (SparkplugMetric metric in payload.Metrics)
            {
                metrics++;
                metric.Properties.TryFind("engUnit"u8, out _);
            }
            Assert.Equal(payload.MetricCount, metrics);
        }
        Assert.InRange(malformed, 1000, 29_000);
    }

    [Fact]
    public void Writing_and_reading_allocate_nothing()
    {
        ArrayBufferWriter<byte> output = new(1 << 16);
        long allocated = long.MaxValue;
        // The first rounds compile.
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            output.ResetWrittenCount();
            SparkplugPayloadWriter writer = new(output);
            for (uint alias = 0; alias < 1000; alias++) writer.Double(new SparkplugMetricHeader { Alias = alias, Timestamp = Now }, alias);
            writer.Seq(5);
            writer.Flush();
            double sum = 0;
            if (SparkplugPayload.TryParse(output.WrittenSpan, out SparkplugPayload payload))
            {
                foreach (ref readonly SparkplugMetric metric in payload.Metrics) sum += metric.Double;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(499_500, sum);
        }
        Assert.Equal(0, allocated);
    }

    private static byte[] Properties()
    {
        ArrayBufferWriter<byte> output = new();
        SparkplugPropertyWriter writer = new(output);
        writer.String("engUnit"u8, "bar"u8);
        writer.Int("Quality"u8, SparkplugDataType.Int32, 192);
        writer.Double("engHigh"u8, 16.5);
        writer.Boolean("readOnly"u8, true);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Write(byte[] properties)
    {
        ArrayBufferWriter<byte> output = new();
        SparkplugPayloadWriter writer = new(output);
        writer.Timestamp(Now);
        writer.Int(Header(0, SparkplugDataType.Int32), unchecked((uint)-5));
        writer.Long(Header(1, SparkplugDataType.UInt64), ulong.MaxValue);
        SparkplugMetricHeader second = new() { Name = "metric 2"u8, Alias = 1 << 14, DataType = SparkplugDataType.Float, PropertyBytes = properties };
        writer.Float(second, 1.5f);
        writer.Double(Header(3, SparkplugDataType.Double), Math.PI);
        writer.Boolean(Header(4, SparkplugDataType.Boolean), true);
        writer.String(Header(5, SparkplugDataType.Text), "hé"u8);
        writer.Bytes(Header(6, SparkplugDataType.Bytes), new byte[300]);
        writer.Null(Header(7, SparkplugDataType.Double));
        writer.Boolean(Header(8, SparkplugDataType.Boolean), false);
        writer.Seq(200);
        writer.Uuid("uuid"u8);
        writer.Body([1, 2, 3]);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static SparkplugMetricHeader Header(int place, SparkplugDataType type) => new()
    {
        Name = place % 2 == 0 ? Encoding.UTF8.GetBytes($"metric {place}") : [],
        Alias = place == 0 ? null : 1UL << (7 * place),
        Timestamp = place % 3 == 0 ? Now + (ulong)place : null,
        DataType = type,
        IsHistorical = place is 4 or 8,
        IsTransient = place == 5,
    };
}
