using HyperIngest.Core;
using HyperIngest.Core.Polling;
using HyperIngest.Host.Commands.Demo.Feeds;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>OPC UA servers that are read: Read is what a schedule can ask for, while a subscription has a server's pace.</summary>
internal sealed class UaLoadFeed(LoadPlan plan, ILoggerFactory loggers) : PolledLoadFeed(plan)
{
    private static readonly UaPlantClient Client = new()
    {
        Mode = UaDeviceMode.Poll,
        Poll = new UaPollOptions { Interval = ProfilePace.Interval },
        Session = new UaSessionOptions { EndpointUrl = "", Name = "load" },
    };

    private readonly Plant _plant = plan.Plant;
    private Func<CancellationToken, Task> _connect = _ => Task.CompletedTask;

    /// <inheritdoc/>
    public override string Route => "opcua (poll)";

    /// <inheritdoc/>
    protected override TimeSpan ResponseTimeout => Client.Session.RequestTimeout;

    // Sessions take longer to open than a warm-up may last.
    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken) => _connect(cancellationToken);

    /// <inheritdoc/>
    protected override (PollScheduler Clock, Func<long> Faults) AddSource(Pipeline pipeline, SimulatorReady simulator)
    {
        UaSource source = new(
            new UaSourceOptions { Name = "plant", Devices = _plant.UaClientOptions(simulator.Host, simulator.UaBasePort!.Value, Client), GatewayTime = UaGatewayTime.Due },
            pipeline.Catalog, pipeline.Intake, pipeline.Metrics, loggers);
        pipeline.AddSource(source);
        _connect = cancellationToken => UaPlantConnection.WaitAsync(source, cancellationToken);
        return (source.Scheduler, () => source.FaultCount);
    }
}
