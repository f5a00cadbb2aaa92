using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Tests.Integration.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>A node with an MQTT source and a journal of its own, and what came into that journal.</summary>
internal sealed class SourceUnderTest : IAsyncDisposable
{
    private readonly Core.Pipeline _pipeline;

    private SourceUnderTest(Core.Pipeline pipeline, MqttSource source)
    {
        _pipeline = pipeline;
        Source = source;
    }

    public MqttSource Source { get; }

    public MetricRegistry Metrics => _pipeline.Metrics;

    /// <summary>A source of the topics <c>plant/DEVICE/TAG</c> whose session is kept.</summary>
    public static MqttSourceOptions Options(int port, string clientId = "node", MqttQos qos = MqttQos.AtLeastOnce, MqttVersion version = MqttVersion.V5, string? group = null) => new()
    {
        Name = "in",
        Client = new MqttClientOptions
        {
            Host = PrivateMosquitto.Host,
            Port = port,
            ClientId = clientId,
            Version = version,
            SessionExpiry = TimeSpan.FromHours(1),
            FirstPause = TimeSpan.FromMilliseconds(20),
            LongestPause = TimeSpan.FromMilliseconds(200),
            ConnectTimeout = TimeSpan.FromSeconds(30),
        },
        Rules = [new MqttRuleOptions { Topic = "plant/{device}/{tag}", Qos = qos, Group = group, Payload = new MqttJsonPayload { Kind = MqttValueKind.Int64 } }],
    };

    public static async Task<SourceUnderTest> StartAsync(MqttSourceOptions options, string folder, TimeSpan? fsync = null, Func<bool>? held = null)
    {
        Core.Pipeline pipeline = Core.Pipeline.Open(
            new PipelineOptions
            {
                Node = "n",
                Shards = 2,
                RingCapacity = 1 << 14,
                Batch = new BatchOptions { MaxReadings = 1000, MaxAge = TimeSpan.FromMilliseconds(2) },
                Journal = new JournalOptions { Path = folder, SegmentBytes = 16 << 20, FsyncInterval = fsync ?? TimeSpan.FromMilliseconds(10) },
            },
            new MetricRegistry(),
            NullLoggerFactory.Instance);
        if (held is not null) pipeline.HoldIntakeWhile(held);
        MqttSource source = new(options, pipeline.Catalog, pipeline.Intake, pipeline.DeadLetters, pipeline.Metrics, NullLoggerFactory.Instance);
        pipeline.AddSource(source);
        await pipeline.StartAsync(CancellationToken.None);
        SourceUnderTest node = new(pipeline, source);
        await Eventually.IsTrue(() => source.Devices[0].Connected, "the source is connected and subscribed");
        return node;
    }

    /// <summary>A counter of the source.</summary>
    public long Count(string name) => Metrics.Counter($"hyperingest_mqtt_source_{name}_total", "", new MetricLabel("source", "in")).Value;

    public Task UntilAsync(string counter, long value) => Eventually.IsTrue(() => Count(counter) >= value, $"{counter} is {value}");

    /// <summary>Stops in order.</summary>
    public async Task StopAsync()
    {
        DrainReport report = await _pipeline.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.True(report.AllJournalled);
        await _pipeline.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await _pipeline.DisposeAsync();

    /// <summary>What is in journals, over all devices, ascending.</summary>
    public static long[] Stored(params string[] folders) => SourceNode.Numbers(folders);
}
