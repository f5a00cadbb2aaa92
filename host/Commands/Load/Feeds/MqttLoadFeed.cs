using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Commands.Demo.Feeds;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>
/// The devices publish by the profile's rates, and the product subscribes: the schedule is the simulator's, in a process of its own, and each message carries the time it was due as that of its readings.
/// </summary>
internal sealed class MqttLoadFeed(LoadPlan plan, MqttBroker broker, SimulatorProcess simulator, LoadProgress progress, ILoggerFactory loggers) : ILoadFeed
{
    private PlantSubscription? _subscription;

    // When the measured time begins, by this process' clock that never goes back.
    private long _begins;
    private SimulatorCurveStats _curve = new(0, 0, 0, 0);

    /// <inheritdoc/>
    public string Route => RouteOf(plan.Plant, broker);

    /// <inheritdoc/>
    public double Second => (Stopwatch.GetTimestamp() - _begins) / (double)Stopwatch.Frequency;

    /// <inheritdoc/>
    public long FaultCount => _subscription!.FaultCount;

    /// <inheritdoc/>
    public OfferedReport Offered => new(_curve.Due, _curve.Published, Math.Max(0, _curve.Due - _curve.Published), _curve.Refused);

    /// <summary>What publishes, and through what.</summary>
    public static string RouteOf(Plant plant, MqttBroker broker)
    {
        IEnumerable<string> kinds = plant.Nodes.Select(n => $"{(n.Options.Format == MqttPublishFormat.Sparkplug ? "sparkplug b" : "json")}, qos {(int)n.Options.Qos}").Distinct();
        return $"mqtt ({string.Join(" and ", kinds)}, {broker.Description})";
    }

    /// <summary>Waits until the broker has all that was due; what it does not take in time is said, and the run goes on without it.</summary>
    public static async Task<(SimulatorStats Stats, bool All)> DrainAsync(SimulatorProcess simulator, LoadProgress progress)
    {
        try
        {
            return (await simulator.DrainPublishingAsync(CancellationToken.None), true);
        }
        catch (InvalidOperationException late)
        {
            progress.Phase(late.Message);
            return (await simulator.StatsAsync(CancellationToken.None), false);
        }
    }

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, SimulatorReady simulator) =>
        _subscription = PlantSubscription.AddTo(pipeline, PlantSubscription.OptionsOf(plan.Plant, broker.Client, "load", MqttGatewayTime.Payload), loggers);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _subscription!.WaitConnectedAsync("Check the profile's broker.", cancellationToken);
        await simulator.BeginPublishingAsync(plan.PublishPace, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<DateTime> BeginAsync(TimeSpan lead, CancellationToken cancellationToken)
    {
        SimulatorPublishing curve = await simulator.BeginCurveAsync(lead, cancellationToken);
        _begins = Stopwatch.GetTimestamp() + (long)((curve.Begins - DateTime.UtcNow).TotalSeconds * Stopwatch.Frequency);
        return curve.Begins;
    }

    /// <inheritdoc/>
    public long OfferedSoFar(SimulatorStats simulator) => CurveOf(simulator).Published;

    /// <inheritdoc/>
    public async Task<double> EndAsync()
    {
        _curve = CurveOf(await simulator.PausePublishingAsync(CancellationToken.None));
        return _curve.Seconds;
    }

    /// <inheritdoc/>
    public async Task<bool> FinishAsync(TimeSpan limit)
    {
        (SimulatorStats published, bool drained) = await DrainAsync(simulator, progress);
        _curve = CurveOf(published);
        return await _subscription!.WaitJournalledAsync(published.Readings, limit) && drained;
    }

    private static SimulatorCurveStats CurveOf(SimulatorStats stats) =>
        stats.Mqtt?.Curve ?? throw new UnreachableException("The simulator's publishers have begun the measured time, and its numbers do not show it.");
}
