using System.Runtime.InteropServices;

namespace HyperIngest.Bench.Gate;

/// <summary>Which processor this is. Two of one kind run the same code at the same ratios; of two kinds one may be better at arithmetic and the other at copies.</summary>
public static class Processor
{
    private const string CpuInfoPath = "/proc/cpuinfo";

    /// <summary>Vendor, family and model, such as <c>GenuineIntel 6.143</c>; the architecture where the operating system does not say.</summary>
    public static string Kind { get; } = File.Exists(CpuInfoPath) ? Read(File.ReadLines(CpuInfoPath)) : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The kind in the text of /proc/cpuinfo.</summary>
    public static string Read(IEnumerable<string> lines)
    {
        Dictionary<string, string> fields = [];
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            // The first processor speaks for all: a blank line ends it.
            if (colon < 0) break;
            fields[line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }
        return fields.TryGetValue("vendor_id", out string? vendor) && fields.TryGetValue("cpu family", out string? family) && fields.TryGetValue("model", out string? model)
            ? $"{vendor} {family}.{model}"
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
