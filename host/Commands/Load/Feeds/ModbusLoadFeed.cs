using HyperIngest.Core;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>Devices polled over Modbus TCP.</summary>
internal sealed class ModbusLoadFeed(LoadPlan plan, ILoggerFactory loggers) : PolledLoadFeed(plan)
{
    private readonly ModbusPollOptions _poll = new() { Interval = ProfilePace.Interval, Timestamp = ModbusTimestamp.Due };

    /// <inheritdoc/>
    public override string Route => "modbus";

    /// <inheritdoc/>
    protected override TimeSpan ResponseTimeout => _poll.ResponseTimeout;

    /// <inheritdoc/>
    protected override PolledSource AddSource(Pipeline pipeline, SimulatorReady simulator)
    {
        ModbusSource source = new(
            "plant",
            Plan.Plant.ClientOptions(simulator.Host, simulator.BasePort, _poll, new ModbusRequestOptions { MaxInFlight = DemoPoller.MaxInFlight }),
            pipeline.Catalog, pipeline.Intake, pipeline.Metrics, loggers);
        pipeline.AddSource(source);
        // The pipeline starts its poller, and a device that does not answer is what a load run shows.
        return new PolledSource(source.Scheduler, () => source.FaultCount, _ => Task.CompletedTask);
    }
}
