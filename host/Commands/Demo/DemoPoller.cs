using HyperIngest.Core;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The poller of a demo's devices.</summary>
internal static class DemoPoller
{
    /// <summary>Requests a device's poll needs; all on their way at once, as devices that allow it are asked.</summary>
    public const int MaxInFlight = 16;

    /// <summary>A source over the pipeline's intake.</summary>
    public static ModbusSource Create(DemoOptions options, Plant plant, SimulatorReady simulator, Pipeline pipeline, ILoggerFactory loggers) => new(
        "plant",
        plant.ClientOptions(
            simulator.Host,
            simulator.BasePort,
            new ModbusPollOptions { Interval = options.Max ? TimeSpan.Zero : options.Interval },
            new ModbusRequestOptions { MaxInFlight = MaxInFlight }),
        pipeline.Catalog,
        pipeline.Intake,
        pipeline.Metrics,
        loggers);
}
