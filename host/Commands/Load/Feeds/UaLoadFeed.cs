using HyperIngest.Core;
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

    /// <inheritdoc/>
    public override string Route => "opcua (poll)";

    /// <inheritdoc/>
    protected override TimeSpan ResponseTimeout => Client.Session.RequestTimeout;

    /// <inheritdoc/>
    protected override PolledSource AddSource(Pipeline pipeline, SimulatorReady simulator)
    {
        UaSource source = new(
            new UaSourceOptions { Name = "plant", Devices = Plan.Plant.UaClientOptions(simulator.Host, simulator.UaBasePort!.Value, Client), GatewayTime = UaGatewayTime.Due },
            pipeline.Catalog, pipeline.Intake, pipeline.Metrics, loggers);
        pipeline.AddSource(source);
        // Sessions take longer to open than a warm-up may last.
        return new PolledSource(source.Scheduler, () => source.FaultCount, cancellationToken => UaPlantConnection.WaitAsync(source, cancellationToken));
    }
}
