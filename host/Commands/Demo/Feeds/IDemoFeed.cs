using HyperIngest.Core;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>How the devices' readings get into the measured pipeline.</summary>
internal interface IDemoFeed : IAsyncDisposable
{
    /// <summary>The begin of the route, for the report.</summary>
    string Route { get; }

    /// <summary>Adds the source.</summary>
    void AddTo(Pipeline pipeline, Plant plant, SimulatorReady simulator);

    /// <summary>Starts what stands before the measured pipeline; the pipeline runs already.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops the devices' readings where they come in, and waits until what is under way has reached the measured pipeline.</summary>
    /// <returns>False when something is still under way at the limit.</returns>
    Task<bool> EndAsync(TimeSpan limit);
}
