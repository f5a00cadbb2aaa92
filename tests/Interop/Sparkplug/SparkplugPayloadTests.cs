using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Sparkplug;
using HyperIngest.Tests.Unit.Host;
using HyperIngest.Tests.Unit.Sparkplug;

namespace HyperIngest.Tests.Interop.Sparkplug;

/// <summary>Payloads against npm's sparkplug-payload, the codec of Eclipse Tahu's JavaScript client, in both directions.</summary>
public sealed class SparkplugPayloadTests
{
    private const ulong Time = 1_795_000_000_123;
    private const string Uuid = "9d0e4b1c-0000-4000-8000-000000000001";

    [Fact]
    public async Task What_sparkplug_payload_encodes_becomes_the_readings_it_says()
    {
        string[] lines = await RunAsync("encode", "");
        Assert.Equal(2, lines.Length);
        byte[] birth = Convert.FromHexString(lines[0]);
        AssertPayload(birth);
        using SparkplugRig rig = new();
        rig.NodeBirth(255, 1);
        Dictionary<string, TestReading> born = rig.Say("DBIRTH/n/d", birth).ToDictionary(r => r.Tag);
        object[] values =
        [
            -5L, -32768L, (long)int.MinValue, long.MinValue, 255UL, 65535UL, (ulong)uint.MaxValue, ulong.MaxValue, (double)0.1f, Math.PI, true, "läuft", (long)Time, "", Uuid, 0.0, 2.5,
        ];
        string[] names = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double", "Boolean", "String", "DateTime", "Text", "UUID", "Null", "Properties"];
        Assert.Equal(names.Order(StringComparer.Ordinal), born.Keys.Order(StringComparer.Ordinal));
        for (int i = 0; i < names.Length; i++) Assert.Equal((names[i], values[i]), (names[i], born[names[i]].Value));
        Assert.All(born.Values, r => Assert.Equal(r.Tag switch { "Null" => StatusCodes.BadNoData, "Properties" => StatusCodes.UncertainNoCommunicationLastUsableValue, _ => 0 }, r.Status));
        Assert.All(born.Values, r => Assert.Equal(At(r.Tag == "Properties" ? Time + 5 : Time), r.Time));
        Assert.Equal((4, 4L), (rig.Last.Skipped, rig.Count("skipped")));
        Assert.True(rig.Catalog.TryFind("g/n/d", "Properties", out int id));
        Assert.Equal("bar", rig.Catalog[id].Unit);

        TestReading[] data = rig.Say("DDATA/n/d", Convert.FromHexString(lines[1]));
        Assert.Equal(
            [
                new TestReading("g/n/d", "Double", -1.5, 0, At(Time + 999)),
                new TestReading("g/n/d", "Int8", 7L, 0, At(Time - 60_000)),
                new TestReading("g/n/d", "String", new string('x', 300), 0, At(Time + 1000)),
            ],
            data);
        Assert.Equal((1L, 0L, 0L), (rig.Count("historical"), rig.Count("gaps"), rig.Count("unresolved")));
        Assert.Empty(rig.Rebirths);
    }

    [Fact]
    public async Task What_we_encode_is_what_sparkplug_payload_decodes()
    {
        byte[] written = Write();
        string line = Assert.Single(await RunAsync("decode", Convert.ToHexString(written)));
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement payload = document.RootElement;
        Assert.Equal(($"{Time}", "200", "schema", "010203"), (Text(payload, "timestamp"), Text(payload, "seq"), Text(payload, "uuid"), Text(payload, "body")));
        (string? Name, string? Alias, string Type, string? Value)[] expected =
        [
            ("Int8", "1", "Int8", "-5"), ("Int16", "2", "Int16", "-32768"), ("Int32", "3", "Int32", "-2147483648"), ("Int64", "4", "Int64", "-9223372036854775808"), ("UInt8", "5", "UInt8", "255"),
            ("UInt16", "6", "UInt16", "65535"), ("UInt32", "7", "UInt32", "7"), ("UInt64", "8", "UInt64", "18446744073709551615"), ("Float", "9", "Float", "0.5"), ("Double", "10", "Double", "3.141592653589793"),
            ("Boolean", "11", "Boolean", "true"), ("String", "12", "String", "läuft"), ("DateTime", "13", "DateTime", $"{Time}"), ("Text", "14", "Text", new string('x', 300)), ("UUID", "15", "UUID", Uuid),
            ("Bytes", "17", "Bytes", "00ff"), ("Null", "20", "Double", null), ("Properties", "1000000", "Double", "2.5"),
        ];
        JsonElement[] metrics = [.. payload.GetProperty("metrics").EnumerateArray()];
        Assert.Equal(expected, metrics.Select(m => (Text(m, "name"), Text(m, "alias"), Text(m, "type")!, Text(m, "value"))));
        JsonElement last = metrics[^1];
        Assert.Equal(($"{Time + 5}", true, true), (Text(last, "timestamp"), Is(last, "isHistorical"), Is(last, "isTransient")));
        Assert.Equal(("String bar", "Int32 500", "Double 16.5", "Boolean true"), (Property(last, "engUnit"), Property(last, "Quality"), Property(last, "engHigh"), Property(last, "readOnly")));
        Assert.All(metrics[..^1], m => Assert.False(Is(m, "isHistorical") || Is(m, "isTransient")));
    }

    private static void AssertPayload(byte[] bytes)
    {
        Assert.True(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload), payload.Reason);
        Assert.Equal((Time, 0UL, true, 21), (payload.Timestamp, payload.Seq, payload.HasSeq, payload.MetricCount));
        Assert.Equal("schema", Encoding.UTF8.GetString(payload.Uuid));
        Assert.Equal([1, 2, 3], payload.Body.ToArray());
        foreach (SparkplugMetric metric in payload.Metrics)
        {
            Assert.Equal(metric.DataType.ToString(), Encoding.UTF8.GetString(metric.Name) is "Null" or "Properties" ? "Double" : Encoding.UTF8.GetString(metric.Name), ignoreCase: true);
            if (metric.DataType == SparkplugDataType.Bytes) Assert.Equal([0, 255], metric.Text.ToArray());
            if (metric.DataType == SparkplugDataType.File) Assert.Equal(1000, metric.Text.Length);
        }
    }

    private static byte[] Write()
    {
        ArrayBufferWriter<byte> properties = new();
        SparkplugPropertyWriter property = new(properties);
        property.String("engUnit"u8, "bar"u8);
        property.Int("Quality"u8, SparkplugDataType.Int32, 500);
        property.Double("engHigh"u8, 16.5);
        property.Boolean("readOnly"u8, true);
        ArrayBufferWriter<byte> output = new();
        SparkplugPayloadWriter writer = new(output);
        writer.Timestamp(Time);
        writer.Int(Header("Int8"u8, SparkplugDataType.Int8), unchecked((uint)-5));
        writer.Int(Header("Int16"u8, SparkplugDataType.Int16), unchecked((uint)-32768));
        writer.Int(Header("Int32"u8, SparkplugDataType.Int32), unchecked((uint)int.MinValue));
        writer.Long(Header("Int64"u8, SparkplugDataType.Int64), unchecked((ulong)long.MinValue));
        writer.Int(Header("UInt8"u8, SparkplugDataType.UInt8), 255);
        writer.Int(Header("UInt16"u8, SparkplugDataType.UInt16), 65535);
        // In long_value, where this library looks for it; above 2^31 it shows it negative.
        writer.Long(Header("UInt32"u8, SparkplugDataType.UInt32), 7);
        writer.Long(Header("UInt64"u8, SparkplugDataType.UInt64), ulong.MaxValue);
        writer.Float(Header("Float"u8, SparkplugDataType.Float), 0.5f);
        writer.Double(Header("Double"u8, SparkplugDataType.Double), Math.PI);
        writer.Boolean(Header("Boolean"u8, SparkplugDataType.Boolean), true);
        writer.String(Header("String"u8, SparkplugDataType.String), "läuft"u8);
        writer.Long(Header("DateTime"u8, SparkplugDataType.DateTime), Time);
        writer.String(Header("Text"u8, SparkplugDataType.Text), Encoding.UTF8.GetBytes(new string('x', 300)));
        writer.String(Header("UUID"u8, SparkplugDataType.Uuid), Encoding.UTF8.GetBytes(Uuid));
        writer.Bytes(Header("Bytes"u8, SparkplugDataType.Bytes), [0, 255]);
        writer.Null(new SparkplugMetricHeader { Name = "Null"u8, Alias = 20, DataType = SparkplugDataType.Double });
        SparkplugMetricHeader last = new()
        {
            Name = "Properties"u8,
            Alias = 1_000_000,
            DataType = SparkplugDataType.Double,
            Timestamp = Time + 5,
            IsHistorical = true,
            IsTransient = true,
            PropertyBytes = properties.WrittenSpan,
        };
        writer.Double(last, 2.5);
        writer.Seq(200);
        writer.Uuid("schema"u8);
        writer.Body([1, 2, 3]);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static SparkplugMetricHeader Header(ReadOnlySpan<byte> name, SparkplugDataType type) => new() { Name = name, Alias = (ulong)type, DataType = type };

    private static DateTime At(ulong milliseconds) => DateTime.UnixEpoch.AddMilliseconds(milliseconds);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static bool Is(JsonElement element, string name) => element.GetProperty(name).GetBoolean();

    private static string? Property(JsonElement metric, string name) => metric.GetProperty("properties").GetProperty(name).GetString();

    private static async Task<string[]> RunAsync(string what, string input)
    {
        string folder = await NpmPackage.FolderOfAsync("sparkplug-payload@1.0.3");
        ProcessStartInfo start = new("node", [RepositoryRoot.File("tests", "Interop", "Sparkplug", "sparkplug_payload.js"), folder, what])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        try
        {
            await node.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill();
            throw new TimeoutException("node did not end in 60 s.");
        }
        Assert.True(node.ExitCode == 0, await errors);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
