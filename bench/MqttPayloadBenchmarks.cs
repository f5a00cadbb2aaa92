using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Bench;

/// <summary>
/// Messages of 600 topics in turn, from topic and payload to readings: the topic found, the payload parsed, the readings filled in. A figure is the time for one reading, which is one message
/// but for <see cref="JsonMembers"/> and <see cref="JsonItems"/>, where a message has 10.
/// </summary>
[MemoryDiagnoser]
public class MqttPayloadBenchmarks
{
    internal const int Topics = 600;
    private const int Tags = 10;

    private readonly MessageReadings _readings = new();
    private TopicRouter _router = null!;
    private byte[][] _topics = [];
    private byte[][] _payloads = [];
    private long _now = new DateTime(2026, 11, 21, 10, 30, 22, DateTimeKind.Utc).Ticks;

    [GlobalSetup(Target = nameof(JsonValue))]
    public void SetUpJsonValue() => SetUp(new MqttJsonPayload(), i => Invariant($$"""{"value":{{i}}.5,"timestamp":{{1763740800123 + i}},"quality":192}"""));

    [GlobalSetup(Target = nameof(JsonIsoTime))]
    public void SetUpJsonIsoTime() => SetUp(new MqttJsonPayload(), i => Invariant($$"""{"value":{{i}}.5,"timestamp":"2026-11-21T10:30:22.{{i:D3}}Z","quality":"good"}"""));

    [GlobalSetup(Target = nameof(JsonNested))]
    public void SetUpJsonNested() =>
        SetUp(new MqttJsonPayload { Value = "data.value", Time = "data.time" }, i => Invariant($$"""{"data":{"value":{{i}}.5,"time":{{1763740800123 + i}}},"quality":192}"""));

    [GlobalSetup(Target = nameof(JsonMembers))]
    public void SetUpJsonMembers() =>
        SetUp(new MqttJsonPayload { Shape = MqttJsonShape.Members }, i => $$"""{"timestamp":1763740800123,{{Join(t => Invariant($"\"register.{t:D3}\":{i}.{t}"))}}}""");

    [GlobalSetup(Target = nameof(JsonItems))]
    public void SetUpJsonItems() =>
        SetUp(new MqttJsonPayload { Shape = MqttJsonShape.Items }, i => $$"""[{{Join(t => Invariant($$"""{"tag":"register.{{t:D3}}","value":{{i}}.{{t}},"timestamp":1763740800123}"""))}}]""");

    [GlobalSetup(Target = nameof(PlainNumber))]
    public void SetUpPlainNumber() => SetUp(new MqttTextPayload(), i => Invariant($"{i}.5"));

    [GlobalSetup(Target = nameof(Binary))]
    public void SetUpBinary() => SetUp(new MqttBinaryPayload { Fields = [new MqttBinaryField()] }, _ => "\0\0\0\0");

    /// <summary><c>{"value":21.5,"timestamp":1763740800123,"quality":192}</c>.</summary>
    [Benchmark(OperationsPerInvoke = Topics)]
    public int JsonValue() => Decode(Topics);

    /// <summary><c>{"value":21.5,"timestamp":"2026-11-21T10:30:22.123Z","quality":"good"}</c>.</summary>
    [Benchmark(OperationsPerInvoke = Topics)]
    public int JsonIsoTime() => Decode(Topics);

    /// <summary>The value one object deeper: the general reader.</summary>
    [Benchmark(OperationsPerInvoke = Topics)]
    public int JsonNested() => Decode(Topics);

    /// <summary>Ten tags and a time in one object.</summary>
    [Benchmark(OperationsPerInvoke = Topics * Tags)]
    public int JsonMembers() => Decode(Topics * Tags);

    /// <summary>An array of ten tags: the general reader.</summary>
    [Benchmark(OperationsPerInvoke = Topics * Tags)]
    public int JsonItems() => Decode(Topics * Tags);

    /// <summary><c>21.5</c>.</summary>
    [Benchmark(OperationsPerInvoke = Topics)]
    public int PlainNumber() => Decode(Topics);

    /// <summary>Four bytes.</summary>
    [Benchmark(OperationsPerInvoke = Topics)]
    public int Binary() => Decode(Topics);

    private int Decode(int expected)
    {
        int readings = 0;
        _now++;
        for (int i = 0; i < Topics; i++)
        {
            MqttMessage message = new() { Topic = _topics[i], Payload = _payloads[i] };
            if (_router.Decode(message, _now, _readings) is { } reason) throw new InvalidOperationException(reason);
            readings += _readings.Count;
        }
        return readings == expected ? readings : throw new InvalidOperationException($"{readings} readings of {expected} were decoded.");
    }

    private void SetUp(MqttPayloadOptions payload, Func<int, string> text)
    {
        bool hasTag = payload is not MqttJsonPayload { Shape: not MqttJsonShape.Value };
        _router = new TopicRouter([new MqttRuleOptions { Topic = hasTag ? "plant/{line}/{device}/{tag}" : "plant/{line}/{device}", Payload = payload }], new SeriesRegistrar(new SeriesCatalog(), Topics * Tags, 512));
        _topics = [.. Enumerable.Range(0, Topics).Select(i => Encoding.UTF8.GetBytes(Invariant($"plant/line-{i / 100}/device-{i / 10:D4}") + (hasTag ? Invariant($"/register.{i % 10:D3}") : Invariant($".{i % 10}"))))];
        _payloads = [.. Enumerable.Range(0, Topics).Select(i => Encoding.UTF8.GetBytes(text(i)))];
        Decode(hasTag ? Topics : Topics * Tags);
    }

    private static string Join(Func<int, string> item) => string.Join(',', Enumerable.Range(0, Tags).Select(item));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
