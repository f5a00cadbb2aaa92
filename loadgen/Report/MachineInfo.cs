using System.Runtime.InteropServices;

namespace HyperIngest.LoadGen.Report;

/// <summary>The machine a report was made on.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Cpu">Processor model.</param>
/// <param name="MemoryMb">Memory the process may use, in MiB.</param>
/// <param name="Os">Operating system.</param>
/// <param name="Dotnet">Runtime version.</param>
public sealed record MachineInfo(int Cores, string Cpu, long MemoryMb, string Os, string Dotnet)
{
    private const string CpuInfoPath = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
    public static MachineInfo Read() => new(
        Environment.ProcessorCount, ReadCpu(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20, RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    private static string ReadCpu()
    {
        if (File.Exists(CpuInfoPath))
        {
            foreach (string line in File.ReadLines(CpuInfoPath))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal)) return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }
        return RuntimeInformation.ProcessArchitecture.ToString();
    }
}
