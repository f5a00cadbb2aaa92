using HyperIngest.LoadGen.Devices;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Configuration;

/// <summary>A plant file, bound and checked.</summary>
/// <param name="Plant">The plant, its devices written out.</param>
internal sealed record PlantConfiguration(Plant Plant)
{
    /// <summary>A simulator of the plant, not yet started, its faults in place.</summary>
    public Simulator CreateSimulator(TimeProvider? clock = null, ILogger? logger = null) => new(Plant, clock, logger);
}
