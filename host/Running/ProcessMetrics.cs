using System.Diagnostics;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Host.Running;

/// <summary>The process' own metrics, under the names Prometheus' client libraries use.</summary>
internal static class ProcessMetrics
{
    /// <summary>Adds them to a registry.</summary>
    public static void Register(MetricRegistry metrics)
    {
        using Process self = Process.GetCurrentProcess();
        double started = (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        metrics.Gauge("process_start_time_seconds", "When the process started, Unix time.", () => started);
        metrics.Gauge("process_resident_memory_bytes", "Resident memory.", () => Environment.WorkingSet);
        metrics.Gauge("process_cpu_seconds_total", "Processor time used.", () => Environment.CpuUsage.TotalTime.TotalSeconds);
        metrics.Gauge("dotnet_allocated_bytes_total", "Bytes allocated by all threads.", () => GC.GetTotalAllocatedBytes());
        metrics.Gauge("dotnet_gc_pause_seconds_total", "Time all threads were paused by collections.", () => GC.GetTotalPauseDuration().TotalSeconds);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            int g = generation;
            metrics.Gauge("dotnet_gc_collections_total", "Collections, by generation.", () => GC.CollectionCount(g), new MetricLabel("generation", $"{g}"));
        }
    }
}
