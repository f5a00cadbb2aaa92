using System.Text.Json;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class LoadReportTests
{
    private static readonly LoadReport Report = new()
    {
        Route = "modbus-journal",
        Seconds = 30,
        OfferedPerS = 600_000,
        Readings = 18_000_000,
        ReadingsPerS = 600_000,
        Lost = 0,
        Duplicated = 0,
        Reordered = 0,
        Altered = 0,
        LatencyMs = new LatencyReport(1, 2, 3, 4.5),
        AllocatedBytesPerReading = 0.01,
        Gc = new GcReport(1, 0, 0),
        CpuCores = 0.8,
        RssMb = 120.5,
        Machine = new MachineInfo(2, "cpu", 8000, "os", ".NET"),
        Simulator = new SimulatorReport(0.3, 80, 600_000),
        Promises = [PromiseReport.AtMost("latency p99 ms", 250, 2), PromiseReport.AtLeast("delivered by offered", 0.999, 0.5)],
    };

    [Fact]
    public void Json_has_exactly_the_keys_promised_on_one_line()
    {
        string json = Report.ToJson();
        Assert.DoesNotContain('\n', json);
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(
            [
                "route", "seconds", "offered_per_s", "readings", "readings_per_s", "lost", "duplicated", "reordered", "altered", "latency_ms", "allocated_bytes_per_reading",
                "gc", "cpu_cores", "rss_mb", "machine", "simulator", "promises",
            ],
            Keys(document.RootElement));
        Assert.Equal(["p50", "p99", "p999", "max"], Keys(document.RootElement.GetProperty("latency_ms")));
        Assert.Equal(["gen0", "gen1", "gen2"], Keys(document.RootElement.GetProperty("gc")));
        Assert.Equal(["cores", "cpu", "memory_mb", "os", "dotnet"], Keys(document.RootElement.GetProperty("machine")));
        Assert.Equal(["cpu_cores", "rss_mb", "readings_per_s"], Keys(document.RootElement.GetProperty("simulator")));
        Assert.Equal(["name", "target", "actual", "kept"], Keys(document.RootElement.GetProperty("promises")[0]));
        Assert.Contains("\"target\":\"<= 250\"", json);
    }

    [Fact]
    public void Ceiling_ratio_stands_only_where_it_was_measured()
    {
        Assert.DoesNotContain("ceiling_ratio", Report.ToJson());
        Assert.Contains("\"ceiling_ratio\":0.85", (Report with { CeilingRatio = 0.85 }).ToJson());
    }

    [Fact]
    public void Json_reads_back()
    {
        LoadReport read = LoadReport.FromJson(Report.ToJson());
        Assert.Equal(Report.ToJson(), read.ToJson());
        Assert.False(read.AllKept);
    }

    [Fact]
    public void Text_names_the_broken_promise()
    {
        string text = LoadReportText.Render(Report);
        Assert.Contains("600,000 readings/s, 18,000,000 in all", text);
        Assert.Contains("BROKEN  0.5 (>= 0.999)", text);
        Assert.Contains("kept    2 (<= 250)", text);
    }

    [Fact]
    public void Meter_counts_what_is_allocated_between_begin_and_end()
    {
        using ProcessMeter meter = new();
        meter.Begin();
        byte[] allocated = GC.AllocateUninitializedArray<byte>(3_000_000);
        meter.End();
        Assert.True(meter.Use.AllocatedBytes >= allocated.Length);
        Assert.True(meter.Use.PeakRssMb > 1);
        Assert.True(meter.Seconds > 0);
    }

    [Fact]
    public void Machine_is_known()
    {
        MachineInfo machine = MachineInfo.Read();
        Assert.Equal(Environment.ProcessorCount, machine.Cores);
        Assert.NotEmpty(machine.Cpu);
        Assert.True(machine.MemoryMb > 0);
    }

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
