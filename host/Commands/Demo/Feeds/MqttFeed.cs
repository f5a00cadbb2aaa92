using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>The devices publish to a broker, and the measured pipeline subscribes there.</summary>
internal sealed class MqttFeed(DemoOptions options, MqttBroker broker, ILoggerFactory loggers) : IDemoFeed
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Ten times what a batch may wait in a shard: when nothing has come for so long, nothing is under way.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    // A tenth of a second of what a broker gives out: it always has something to give, and a few MiB are all it keeps.
    private const long MostMessagesAhead = 10_000;

    private readonly PlantOptions _plant = PlantOf(options, broker.Client);
    private Pipeline? _pipeline;
    private MqttSource? _source;
    private SimulatorProcess? _simulator;
    private PublishHold? _hold;

    /// <inheritdoc/>
    public string Route => $"mqtt ({(options.Payload == MqttPublishFormat.Sparkplug ? "sparkplug b" : "json")}, qos {(int)options.Qos}, {broker.Description})";

    /// <inheritdoc/>
    public PlantOptions Plant => _plant;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> SimulatorEnvironment =>
        broker.Client.Password is { } password ? new Dictionary<string, string> { [PlantFile.PasswordVariable] = password } : new Dictionary<string, string>();

    private long MostAhead => MostMessagesAhead * _plant.Devices[0].Mqtt!.MessageReadings;

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, Plant plant, SimulatorReady simulator)
    {
        _pipeline = pipeline;
        _source = new MqttSource(SourceOptions(), pipeline.Catalog, pipeline.Intake, pipeline.DeadLetters, pipeline.Metrics, loggers);
        pipeline.AddSource(_source);
    }

    /// <inheritdoc/>
    public async Task StartAsync(SimulatorProcess simulator, CancellationToken cancellationToken)
    {
        // Who subscribes after the births knows no alias.
        long began = Stopwatch.GetTimestamp();
        while (!_source!.Devices[0].Connected)
        {
            if (Stopwatch.GetElapsedTime(began) > ConnectLimit) throw new InvalidOperationException($"demo: {broker.Client.Address}: {_source.Devices[0].LastFault ?? "no connection"}. Check --broker.");
            await Task.Delay(Look, cancellationToken);
        }
        _simulator = simulator;
        await simulator.BeginPublishingAsync(null, cancellationToken);
        if (options.Max) _hold = PublishHold.Of(simulator, () => Journalled, MostAhead);
    }

    /// <inheritdoc/>
    public async Task<bool> EndAsync(TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        if (_hold is not null) await _hold.DisposeAsync();
        _hold = null;
        SimulatorStats published = await _simulator!.DrainPublishingAsync();
        long seen = -1, since = began;
        // Births are readings too, without a value: that all is there is seen by nothing coming any more.
        while (Journalled < published.Readings || Stopwatch.GetElapsedTime(since) < Quiet)
        {
            if (Stopwatch.GetElapsedTime(began) > limit) return false;
            if (Journalled != seen) since = Stopwatch.GetTimestamp();
            seen = Journalled;
            await Task.Delay(Look);
        }
        return true;
    }

    /// <inheritdoc/>
    public Task<Ceiling?> MeasureCeilingAsync(string plantPath, CancellationToken cancellationToken) =>
        BareSubscriber.MeasureAsync(broker, OwnProgram.With(SimulatorEnvironment, "sim", plantPath, "--control"), MostAhead, _plant.Devices[0].Mqtt!.MessageReadings, options.Qos, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_hold is not null) await _hold.DisposeAsync();
        await broker.DisposeAsync();
    }

    private long Journalled => _pipeline!.Shards.Sum(s => s.Readings);

    private static PlantOptions PlantOf(DemoOptions options, MqttClientOptions broker) => DemoPlant.CreateMqtt(
        broker, new MqttPublishOptions { Format = options.Payload, Qos = options.Qos, Interval = options.Max ? TimeSpan.Zero : options.Interval }, options.Devices, options.Tags);

    private MqttSourceOptions SourceOptions()
    {
        bool isSparkplug = options.Payload == MqttPublishFormat.Sparkplug;
        string plant = _plant.Name;
        return new MqttSourceOptions
        {
            Name = "mqtt",
            Client = broker.Client with { ClientId = $"hyperingest-demo-{Environment.ProcessId}", SessionExpiry = options.Qos == MqttQos.AtMostOnce ? TimeSpan.Zero : TimeSpan.FromMinutes(10) },
            Rules =
            [
                isSparkplug
                    ? new MqttRuleOptions { Topic = $"spBv1.0/{plant}/#", Payload = new MqttSparkplugPayload(), Qos = options.Qos }
                    : new MqttRuleOptions { Topic = $"{plant}/{{device}}/{{tag}}", Payload = new MqttJsonPayload(), Qos = options.Qos },
            ],
            Sparkplug = isSparkplug ? new SparkplugHostOptions { Device = "{device}", Node = "{node}" } : null,
        };
    }
}
