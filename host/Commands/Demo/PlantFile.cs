using System.Globalization;
using System.Text;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Writes a plant of verifiable sequences as the file that <c>sim</c> and <c>verify</c> read, so that a demo's parts can be run again by hand.</summary>
internal static class PlantFile
{
    /// <summary>Writes it.</summary>
    public static void Write(PlantOptions plant, string path)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.Append(format, $"plant: {plant.Name}\nseed: {plant.Seed}\nbase_port: {plant.BasePort}\ndevices:\n");
        foreach (PlantDeviceOptions group in plant.Devices)
        {
            text.Append(format, $"  - name: \"{group.Name}\"\n    count: {group.Count}\n    units_per_port: {group.UnitsPerPort}\n    tags:\n");
            foreach (PlantTagOptions tag in group.Tags)
            {
                text.Append(format, $"      - {{ name: \"{tag.Name}\", count: {tag.Count}, address: {tag.StartAddress}, type: {tag.Type.ToString().ToLowerInvariant()} }}\n");
            }
        }
        File.WriteAllText(path, text.ToString());
    }
}
