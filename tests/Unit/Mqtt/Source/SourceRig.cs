using System.Text;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Tests.Integration.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Mqtt.Source;

/// <summary>A source's inside over a pipeline with a journal of its own, with the test in the broker's place.</summary>
internal sealed class SourceRig : IMqttUpstream, IAsyncDisposable
{
    /// <summary>Longer than any test: nothing is durable before the pipeline is drained.</summary>
    public static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    private readonly List<(ushort PacketId, MqttQos Qos)> _acknowledged = [];
    private readonly List<ushort> _completed = [];
    private MqttUpstream _upstream;

    private SourceRig(Core.Pipeline pipeline, TimeSpan sessionExpiry, MqttGatewayTime gatewayTime)
    {
        Pipeline = pipeline;
        Options = new MqttSourceOptions { Name = "in", Rules = [], Client = new MqttClientOptions { Host = "h", ClientId = "c", SessionExpiry = sessionExpiry }, GatewayTime = gatewayTime };
        Metrics = new MqttSourceMetrics(pipeline.Metrics, "in");
        Letters = new MqttLetters(Options, pipeline.DeadLetters, Metrics, NullLogger.Instance);
        Decoder = new LineDecoder(pipeline.Catalog);
        ulong source = SourceMark.SourceOf("mqtt/in/c");
        Intake = new MessageIntake(Options, Decoder, pipeline.Intake, new TakenMessages(pipeline.Intake, source), Ledger, Letters, Metrics, NullLogger.Instance);
        Acknowledger = new MqttAcknowledger(pipeline.Intake, Ledger, Letters, Metrics, source);
        _upstream = new MqttUpstream(this, 1);
        Intake.Begin(1);
    }

    public Core.Pipeline Pipeline { get; }

    public MqttSourceOptions Options { get; }

    public MqttSourceMetrics Metrics { get; }

    public MqttLetters Letters { get; }

    public LineDecoder Decoder { get; }

    public AcknowledgementLedger Ledger { get; } = new();

    public MessageIntake Intake { get; }

    public MqttAcknowledger Acknowledger { get; }

    /// <summary>Packet identifiers acknowledged, in their order.</summary>
    public IEnumerable<ushort> Acknowledged => _acknowledged.Select(a => a.PacketId);

    public IReadOnlyList<ushort> Completed => _completed;

    public static async Task<SourceRig> StartAsync(string folder, TimeSpan? fsync = null, TimeSpan? sessionExpiry = null, Func<bool>? held = null, MqttGatewayTime gatewayTime = MqttGatewayTime.Arrival)
    {
        Core.Pipeline pipeline = Core.Pipeline.Open(
            new PipelineOptions
            {
                Node = "n",
                Shards = 2,
                RingCapacity = 1024,
                Batch = new BatchOptions { MaxReadings = 64, MaxAge = TimeSpan.FromMilliseconds(2) },
                Journal = new JournalOptions { Path = folder, SegmentBytes = 4 << 20, FsyncInterval = fsync ?? Soon },
            },
            new MetricRegistry(),
            NullLoggerFactory.Instance);
        if (held is not null) pipeline.HoldIntakeWhile(held);
        SourceRig rig = new(pipeline, sessionExpiry ?? TimeSpan.FromHours(1), gatewayTime);
        await pipeline.StartAsync(CancellationToken.None);
        return rig;
    }

    /// <summary>The broker has accepted another connection.</summary>
    public void Reconnect(bool sessionPresent = true)
    {
        if (!sessionPresent) Intake.Taken.Forget();
        _upstream = new MqttUpstream(this, _upstream.Generation + 1);
        Intake.Begin(_upstream.Generation);
    }

    /// <summary>A message comes; whether it was taken.</summary>
    public bool Send(string payload, ushort packetId = 1, MqttQos qos = MqttQos.AtLeastOnce, bool dup = false, string topic = "t") => Intake.TryTake(new MqttMessage
    {
        Topic = Encoding.UTF8.GetBytes(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        PacketId = qos == MqttQos.AtMostOnce ? (ushort)0 : packetId,
        Qos = qos,
        IsDuplicate = dup,
    });

    /// <summary>One pass of the acknowledging thread.</summary>
    public void Pass() => Acknowledger.Pass(_upstream, mayMark: true);

    /// <summary>Passes until all that came is acknowledged.</summary>
    public Task SettleAsync(int acknowledged) => Eventually.IsTrue(
        () =>
        {
            Pass();
            return _acknowledged.Count >= acknowledged;
        },
        $"{acknowledged} messages are acknowledged");

    public void Acknowledge(ReadOnlySpan<(ushort PacketId, MqttQos Qos)> messages) => _acknowledged.AddRange(messages);

    public void Complete(ReadOnlySpan<ushort> packetIds) => _completed.AddRange(packetIds);

    /// <summary>Drains the pipeline: all that was published is durable.</summary>
    public async Task DrainAsync()
    {
        Intake.Pause();
        Assert.True((await Pipeline.DrainAsync(TimeSpan.FromSeconds(30))).AllJournalled);
    }

    /// <summary>What is in a journal, over all devices, ascending.</summary>
    public static long[] Stored(string folder) => SourceNode.Numbers(folder);

    public async ValueTask DisposeAsync() => await Pipeline.DisposeAsync();
}
