using System.Text;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public sealed class JsonRecordTests
{
    private readonly DecodedReadings _decoded = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_is_written_comes_back_bit_for_bit_and_both_ways_of_reading_agree(int seed)
    {
        Random random = new(seed);
        SeriesCatalog written = RecordSamples.Catalog();
        SeriesCatalog read = new();
        JsonRecordWriter writer = new(written);
        RecordReader reader = new(read);
        SeriesResolver resolver = new(read, new RecordReaderLimits());
        JsonKnownSeries known = new();
        TextInterning texts = new(read.Texts);
        JsonDocumentReader general = new(resolver, texts, known);
        byte[] buffer = new byte[40_000];
        for (int i = 0; i < 20_000; i++)
        {
            Reading reading = RecordSamples.Any(written, random.Next(written.Count), random);
            Assert.True(writer.TryWrite(reading, buffer.AsSpan(0, writer.MaxBytes(reading)), out int bytes));
            RecordStatus status = reader.TryRead(RecordFormat.Json, buffer.AsSpan(0, bytes), 0, _decoded);
            Assert.True(status.IsComplete, $"{status}: {Encoding.UTF8.GetString(buffer, 0, bytes)}");
            RecordSamples.AssertSame(written, [reading], read, _decoded);
            Assert.True(general.TryRead(buffer.AsSpan(0, bytes), 0, _decoded).IsComplete);
            RecordSamples.AssertSame(written, [reading], read, _decoded);
        }
    }

    [Theory]
    [MemberData(nameof(Doubles))]
    public void A_double_comes_back_as_it_went(double value)
    {
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), RoundTrip(ValueKind.Float64, BitConverter.DoubleToInt64Bits(value), out _));
    }

    public static TheoryData<double> Doubles() => [.. RecordSamples.Doubles.DistinctBy(BitConverter.DoubleToInt64Bits)];

    [Fact]
    public void A_record_is_these_bytes()
    {
        SeriesCatalog catalog = new();
        int plain = catalog.Register(new SeriesDefinition("press-017", "oil.temperature", ValueKind.Float64, "°C"));
        int full = catalog.Register(new SeriesDefinition("line \"7\"", "state", ValueKind.Text, "", "plant/7", "acme", Classification.Alarm));
        Assert.True(catalog.Texts.TryIntern("stopped\n", out long stopped));
        Assert.Equal(
            """{"asset_id":"press-017","parameter":"oil.temperature","value":21.5,"unit":"°C","quality":"good","classification":"telemetry","timestamps":{"device_time":null,"gateway_time":"2025-11-21T10:30:22.1234567Z"},"metadata":{"status":0,"kind":"float64"}}""",
            Write(catalog, new Reading(plain, 0, 0, RecordSamples.Now, BitConverter.DoubleToInt64Bits(21.5))));
        Assert.Equal(
            """{"asset_id":"line \"7\"","parameter":"state","value":"stopped\n","unit":"","quality":"bad","classification":"alarm","timestamps":{"device_time":"2025-11-21T10:30:22.0000001Z","gateway_time":"2025-11-21T10:30:22.1234567Z"},"metadata":{"status":2148139008,"kind":"text","tenant":"acme","topic":"plant/7"}}""",
            Write(catalog, new Reading(full, StatusCodes.BadTimeout, RecordSamples.Now - 1_234_566, RecordSamples.Now, stopped)));
    }

    [Fact]
    public void System_text_json_reads_the_same_values()
    {
        Random random = new(7);
        SeriesCatalog catalog = RecordSamples.Catalog();
        for (int i = 0; i < 2000; i++)
        {
            Reading reading = RecordSamples.Any(catalog, random.Next(catalog.Count), random);
            SeriesDefinition series = catalog[reading.SeriesId];
            using JsonDocument document = JsonDocument.Parse(Write(catalog, reading));
            JsonElement root = document.RootElement;
            Assert.Equal(series.Device, root.GetProperty("asset_id").GetString());
            Assert.Equal(series.Tag, root.GetProperty("parameter").GetString());
            Assert.Equal(series.Unit, root.GetProperty("unit").GetString());
            Assert.Equal(reading.Status, root.GetProperty("metadata").GetProperty("status").GetUInt32());
            Assert.Equal(reading.GatewayTime, root.GetProperty("timestamps").GetProperty("gateway_time").GetDateTime().Ticks);
            JsonElement value = root.GetProperty("value");
            switch (series.Kind)
            {
                case ValueKind.Float64 when !double.IsFinite(reading.Float64): Assert.Equal(JsonValueKind.String, value.ValueKind); break;
                case ValueKind.Float64: Assert.Equal(reading.Float64, value.GetDouble()); break;
                case ValueKind.Int64: Assert.Equal(reading.ValueBits, value.GetInt64()); break;
                case ValueKind.UInt64: Assert.Equal((ulong)reading.ValueBits, value.GetUInt64()); break;
                case ValueKind.Bool: Assert.Equal(reading.ValueBits != 0, value.GetBoolean()); break;
                default: Assert.Equal(catalog.Texts[reading.ValueBits], value.GetString()); break;
            }
        }
    }

    [Theory]
    [InlineData("""{"parameter":"t","value":2.5e1,"asset_id":"d"}""", 25.0)]
    [InlineData(""" { "value" : -0 , "asset\u005fid" : "\u0064" , "parameter" : "t" , "extra" : [1, {"value": 7}] } """, -0.0)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1,"value":2}""", 2.0)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":"-Infinity","metadata":{"kind":"float64"}}""", double.NegativeInfinity)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":3,"unit":null,"quality":null,"classification":null,"timestamps":null,"metadata":null}""", 3.0)]
    [InlineData("""{"asset_id":"d","parameter":"t","quality":"bad"}""", 0.0)]
    public void Json_of_the_shape_is_read_however_it_is_written(string json, double expected)
    {
        SeriesCatalog catalog = new();
        RecordStatus status = new RecordReader(catalog).TryRead(RecordFormat.Json, Encoding.UTF8.GetBytes(json), RecordSamples.Now, _decoded);
        Assert.True(status.IsComplete, status.ToString());
        Assert.Equal(new SeriesDefinition("d", "t"), catalog[_decoded.Readings[0].SeriesId]);
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), _decoded.Readings[0].ValueBits);
        Assert.Equal((0, RecordSamples.Now), (_decoded.Readings[0].SourceTime, _decoded.Readings[0].GatewayTime));
        Assert.Equal(json.Contains("bad", StringComparison.Ordinal) ? StatusCodes.Bad : StatusCodes.Good, _decoded.Readings[0].Status);
    }

    [Theory]
    [InlineData("2025-11-21T10:30:22Z", 638_993_178_220_000_000)]
    [InlineData("2025-11-21T10:30:22.1Z", 638_993_178_221_000_000)]
    [InlineData("2025-11-21T10:30:22.123456789Z", 638_993_178_221_234_567)]
    [InlineData("2025-11-21T12:30:22.1234567+02:00", 638_993_178_221_234_567)]
    [InlineData("2025-11-21t05:00:22.1234567-05:30", 638_993_178_221_234_567)]
    [InlineData("0001-01-01T00:00:00.0000001Z", 1)]
    public void Times_are_read_with_every_fraction_and_offset(string time, long ticks)
    {
        string json = "{\"asset_id\":\"d\",\"parameter\":\"t\",\"value\":1,\"timestamps\":{\"gateway_time\":\"" + time + "\"}}";
        Assert.True(new RecordReader(new SeriesCatalog()).TryRead(RecordFormat.Json, Encoding.UTF8.GetBytes(json), 0, _decoded).IsComplete);
        Assert.Equal(ticks, _decoded.Readings[0].GatewayTime);
    }

    [Theory]
    [InlineData("", RecordFault.NotJson)]
    [InlineData("[]", RecordFault.NotJson)]
    [InlineData("{", RecordFault.NotJson)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1}}""", RecordFault.NotJson)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":01}""", RecordFault.NotJson)]
    [InlineData("""{"asset_id":"d","parameter":"\ud800","value":1}""", RecordFault.NotJson)]
    [InlineData("""{"parameter":"t","value":1}""", RecordFault.MissingMember)]
    [InlineData("""{"asset_id":"d","parameter":"t"}""", RecordFault.MissingMember)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":null}""", RecordFault.MissingMember)]
    [InlineData("""{"asset_id":"","parameter":"t","value":1}""", RecordFault.EmptyName)]
    [InlineData("""{"asset_id":"d","parameter":"","value":1}""", RecordFault.EmptyName)]
    [InlineData("""{"asset_id":7,"parameter":"t","value":1}""", RecordFault.WrongType)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":{}}""", RecordFault.WrongType)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1,"quality":"fine"}""", RecordFault.WrongType)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":true,"metadata":{"kind":"float64"}}""", RecordFault.WrongType)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1e999}""", RecordFault.NumberOutOfRange)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":9223372036854775808,"metadata":{"kind":"int64"}}""", RecordFault.NumberOutOfRange)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1,"metadata":{"status":4294967296}}""", RecordFault.NumberOutOfRange)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1,"timestamps":{"gateway_time":"2025-11-21T10:30:22"}}""", RecordFault.NotATime)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1,"timestamps":{"gateway_time":"2025-02-29T10:30:22Z"}}""", RecordFault.NotATime)]
    [InlineData("""{"asset_id":"d","parameter":"t","value":1,"timestamps":{"gateway_time":"0001-01-01T00:00:00+01:00"}}""", RecordFault.NotATime)]
    public void What_is_not_of_the_shape_is_refused_with_its_reason_and_registers_nothing(string json, RecordFault fault)
    {
        SeriesCatalog catalog = new();
        RecordStatus status = new RecordReader(catalog).TryRead(RecordFormat.Json, Encoding.UTF8.GetBytes(json), 0, _decoded);
        Assert.Equal(fault, status.Fault);
        Assert.Equal((0, 0, ""), (catalog.Count, _decoded.Count, _decoded.Device));
    }

    [Fact]
    public void A_short_destination_and_an_unwritable_reading_are_told_apart()
    {
        SeriesCatalog catalog = new();
        int id = catalog.Register(new SeriesDefinition("d", "t"));
        int text = catalog.Register(new SeriesDefinition("d", "x", ValueKind.Text));
        JsonRecordWriter writer = new(catalog);
        Reading good = new(id, 0, 0, RecordSamples.Now, 0);
        Assert.False(writer.TryWrite(good, new byte[writer.MaxBytes(good) - 1], out _));
        Assert.Null(Writable.WhyNot(catalog, good));
        foreach (Reading poison in new Reading[] { new(2, 0, 0, 0, 0), new(-1, 0, 0, 0, 0), new(id, 0, -1, 0, 0), new(id, 0, 0, RecordSamples.LastTick + 1, 0), new(text, 0, 0, 0, 1) })
        {
            Assert.False(writer.TryWrite(poison, new byte[4096], out _));
            Assert.NotNull(Writable.WhyNot(catalog, poison));
        }
    }

    private long RoundTrip(ValueKind kind, long bits, out string json)
    {
        SeriesCatalog catalog = new();
        int id = catalog.Register(new SeriesDefinition("d", "t", kind));
        json = Write(catalog, new Reading(id, 0, 0, RecordSamples.Now, bits));
        RecordReader reader = new(catalog);
        Assert.True(reader.TryRead(RecordFormat.Json, Encoding.UTF8.GetBytes(json), 0, _decoded).IsComplete, json);
        long general = _decoded.Readings[0].ValueBits;
        Assert.True(reader.TryRead(RecordFormat.Json, Encoding.UTF8.GetBytes(json), 0, _decoded).IsComplete, json);
        Assert.Equal(general, _decoded.Readings[0].ValueBits);
        return general;
    }

    private static string Write(SeriesCatalog catalog, Reading reading)
    {
        JsonRecordWriter writer = new(catalog);
        byte[] buffer = new byte[writer.MaxBytes(reading)];
        Assert.True(writer.TryWrite(reading, buffer, out int written));
        return Encoding.UTF8.GetString(buffer, 0, written);
    }
}
