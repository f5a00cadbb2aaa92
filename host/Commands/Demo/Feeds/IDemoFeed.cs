using HyperIngest.Core;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>How the devices' readings get into the measured pipeline.</summary>
internal interface IDemoFeed : IAsyncDisposable
{
    /// <summary>The begin of the route, for the report.</summary>
    string Route { get; }

    /// <summary>What is simulated.</summary>
    PlantOptions Plant { get; }

    /// <summary>What the simulator's process finds in its environment besides: secrets, which no file has.</summary>
    IReadOnlyDictionary<string, string> SimulatorEnvironment => new Dictionary<string, string>();

    /// <summary>Adds the source.</summary>
    void AddTo(Pipeline pipeline, Plant plant, SimulatorReady simulator);

    /// <summary>Starts what stands before the measured pipeline; the pipeline runs already.</summary>
    Task StartAsync(SimulatorProcess simulator, CancellationToken cancellationToken);

    /// <summary>Stops the devices' readings where they come in, and waits until what is under way has reached the measured pipeline.</summary>
    /// <returns>False when something is still under way at the limit.</returns>
    Task<bool> EndAsync(TimeSpan limit);

    /// <summary>What the way in passes on without this product; null where nothing else could say.</summary>
    /// <param name="plantPath">The plant file, to simulate it once more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<Ceiling?> MeasureCeilingAsync(string plantPath, CancellationToken cancellationToken) => Task.FromResult<Ceiling?>(null);
}
