using HyperIngest.Core;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>The devices publish to a broker, and the measured pipeline subscribes there.</summary>
internal sealed class MqttFeed(DemoOptions options, MqttBroker broker, ILoggerFactory loggers) : IDemoFeed
{
    // A tenth of a second of what a broker gives out: it always has something to give, and a few MiB are all it keeps.
    private const long MostMessagesAhead = 10_000;

    private readonly PlantOptions _plant = PlantOf(options, broker.Client);
    private Pipeline? _pipeline;
    private PlantSubscription? _subscription;
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
        _subscription = PlantSubscription.AddTo(pipeline, PlantSubscription.OptionsOf(plant, broker.Client, "demo", MqttGatewayTime.Arrival), loggers);
    }

    /// <inheritdoc/>
    public async Task StartAsync(SimulatorProcess simulator, CancellationToken cancellationToken)
    {
        await _subscription!.WaitConnectedAsync("Check --broker.", cancellationToken);
        _simulator = simulator;
        await simulator.BeginPublishingAsync(null, cancellationToken);
        if (options.Max) _hold = PublishHold.Of(simulator, () => Journalled, MostAhead);
    }

    /// <inheritdoc/>
    public async Task<bool> EndAsync(TimeSpan limit)
    {
        if (_hold is not null) await _hold.DisposeAsync();
        _hold = null;
        SimulatorStats published = await _simulator!.DrainPublishingAsync();
        return await _subscription!.WaitJournalledAsync(published.Readings, limit);
    }

    /// <inheritdoc/>
    public async Task<Ceiling?> MeasureCeilingAsync(string plantPath, CancellationToken cancellationToken)
    {
        BareSubscription bare = new()
        {
            Filters = [new MqttSubscription($"spBv1.0/{_plant.Name}/#", options.Qos), new MqttSubscription($"{_plant.Name}/#", options.Qos)],
            MessageReadings = _plant.Devices[0].Mqtt!.MessageReadings,
            MostAhead = MostAhead,
        };
        (double perSecond, long count) = await BareSubscriber.MeasureAsync(broker.Client, OwnProgram.With(SimulatorEnvironment, "sim", plantPath, "--control"), bare, cancellationToken);
        return new Ceiling($"a bare subscriber at {broker.Description}, qos {(int)options.Qos}", perSecond, count);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_hold is not null) await _hold.DisposeAsync();
        await broker.DisposeAsync();
    }

    private long Journalled => _pipeline!.Shards.Sum(s => s.Readings);

    private static PlantOptions PlantOf(DemoOptions options, MqttClientOptions broker) => DemoPlant.CreateMqtt(
        broker, new MqttPublishOptions { Format = options.Payload, Qos = options.Qos, Interval = options.Max ? TimeSpan.Zero : options.Interval }, options.Devices, options.Tags);
}
