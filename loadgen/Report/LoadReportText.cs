using System.Globalization;
using System.Text;
using HyperIngest.LoadGen.Verify;

namespace HyperIngest.LoadGen.Report;

/// <summary>The report as a human reads it: plain text, aligned, no colours.</summary>
public static class LoadReportText
{
    private const int LabelWidth = 26;

    /// <summary>The report, and the verifier's examples where something is wrong.</summary>
    public static string Render(LoadReport report, VerifyReport? verified = null)
    {
        StringBuilder text = new();
        Line(text, "route", report.Route);
        Line(text, "time", $"{Number(report.Seconds)} s");
        Line(text, "offered", report.OfferedPerS > 0 ? $"{Whole(report.OfferedPerS)} readings/s" : "as many as will go");
        Line(text, "delivered", $"{Whole(report.ReadingsPerS)} readings/s, {Whole(report.Readings)} in all");
        Line(text, "lost / duplicated", $"{Whole(report.Lost)} / {Whole(report.Duplicated)}");
        Line(text, "reordered / altered", $"{Whole(report.Reordered)} / {Whole(report.Altered)}");
        LatencyReport ms = report.LatencyMs;
        Line(text, "latency ms", $"p50 {Number(ms.P50)}  p99 {Number(ms.P99)}  p99.9 {Number(ms.P999)}  max {Number(ms.Max)}");
        Line(text, "allocated", $"{Number(report.AllocatedBytesPerReading)} bytes a reading; collections {report.Gc.Gen0} / {report.Gc.Gen1} / {report.Gc.Gen2}");
        Line(text, "this process", $"{Number(report.CpuCores)} cores, {Number(report.RssMb)} MiB resident");
        if (report.Simulator is { } s)
        {
            Line(text, "simulator process", $"{Number(s.CpuCores)} cores, {Number(s.RssMb)} MiB resident, {Whole(s.ReadingsPerS)} readings/s");
        }
        if (report.CeilingRatio is { } ratio) Line(text, "of the ceiling", $"{Number(ratio)} of {report.CeilingOf}");
        if (report.Kafka is { } kafka)
        {
            Line(text, "broker", kafka.Broker);
            Line(text, "bytes a reading", string.Join("  ", kafka.BytesPerReading.Select(f => $"{f.Key} {Number(f.Value)}")));
        }
        MachineInfo m = report.Machine;
        Line(text, "machine", $"{m.Cores} x {m.Cpu}, {Whole(m.MemoryMb)} MiB, {m.Os}, {m.Dotnet}");
        if (report.Promises.Count > 0)
        {
            text.Append('\n');
            foreach (PromiseReport promise in report.Promises)
            {
                Line(text, promise.Name, $"{(promise.Kept ? "kept  " : "BROKEN")}  {Number(promise.Actual)} ({promise.Target})");
            }
        }
        if (verified is { Examples.Count: > 0 })
        {
            text.Append('\n');
            foreach (VerifyExample example in verified.Examples) text.Append(example).Append('\n');
        }
        return text.ToString();
    }

    private static void Line(StringBuilder text, string label, string value) => text.Append(label.PadRight(LabelWidth)).Append(value).Append('\n');

    private static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
