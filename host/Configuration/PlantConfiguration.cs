using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Configuration;

/// <summary>A plant file, bound and checked.</summary>
/// <param name="Plant">The plant, its devices written out.</param>
internal sealed record PlantConfiguration(Plant Plant)
{
    /// <summary>A simulator of the plant, not yet started, its faults in place.</summary>
    public Simulator CreateSimulator(TimeProvider? clock = null) => new(Plant, clock);
}
