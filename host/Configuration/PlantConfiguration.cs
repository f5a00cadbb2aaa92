using HyperIngest.Host.Simulation;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Configuration;

/// <summary>A plant file, bound and checked.</summary>
/// <param name="Plant">The plant, its devices written out.</param>
/// <param name="Faults">How the devices of each group misbehave, in the order of the plant's groups; null for those that behave.</param>
internal sealed record PlantConfiguration(Plant Plant, IReadOnlyList<FaultOptions?> Faults)
{
    /// <summary>A simulator of the plant, not yet started, its faults in place.</summary>
    public Simulator CreateSimulator()
    {
        Simulator simulator = new(Plant);
        int device = 0;
        for (int group = 0; group < Faults.Count; group++)
        {
            int end = device + Plant.Options.Devices[group].Count;
            for (; device < end; device++)
            {
                if (Faults[group] is { } fault) simulator.Unit(device).Fault = new PeriodicFault(fault);
            }
        }
        return simulator;
    }
}
