using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.LoadGen.Report;

/// <summary>What a load run showed. <see cref="ToJson"/> gives the one line that <c>--json</c> prints last.</summary>
public sealed record LoadReport
{
    /// <summary>Where readings went, such as <c>modbus-journal</c> or <c>modbus-journal-postgres</c>.</summary>
    public required string Route { get; init; }

    /// <summary>Length of the measured part, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Readings a second the devices were asked for; 0 when as many as will go.</summary>
    public required double OfferedPerS { get; init; }

    /// <summary>Readings that reached the end of the route.</summary>
    public required long Readings { get; init; }

    /// <summary>The same, a second.</summary>
    public required double ReadingsPerS { get; init; }

    /// <summary>Answered by a device and not found at the end.</summary>
    public required long Lost { get; init; }

    /// <summary>Found once more than answered.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Found out of order in their series.</summary>
    public required long Reordered { get; init; }

    /// <summary>Found with a value the device never sent.</summary>
    public required long Altered { get; init; }

    /// <summary>From the device's answer in memory, or in a load run from when the poll was due, to the end of the route, in milliseconds.</summary>
    public required LatencyReport LatencyMs { get; init; }

    /// <summary>Bytes the process allocated in steady state, by the readings of that time.</summary>
    public required double AllocatedBytesPerReading { get; init; }

    /// <summary>Collections in steady state.</summary>
    public required GcReport Gc { get; init; }

    /// <summary>Cores kept busy: processor seconds by seconds.</summary>
    public required double CpuCores { get; init; }

    /// <summary>Largest resident memory, in MiB.</summary>
    public required double RssMb { get; init; }

    /// <summary>What it ran on.</summary>
    public required MachineInfo Machine { get; init; }

    /// <summary>With a ceiling measured: the rate by what something else reached with the same readings; null without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CeilingRatio { get; init; }

    /// <summary>With a ceiling measured: what reached it; null without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CeilingOf { get; init; }

    /// <summary>What went through Kafka; null when nothing did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KafkaReport? Kafka { get; init; }

    /// <summary>The simulator process; null when it is not the run's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SimulatorReport? Simulator { get; init; }

    /// <summary>What the run had to show.</summary>
    public IReadOnlyList<PromiseReport> Promises { get; init; } = [];

    /// <summary>True when no promise is broken.</summary>
    [JsonIgnore]
    public bool AllKept => Promises.All(p => p.Kept);

    /// <summary>The report as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LoadReportJson.OneLine.LoadReport);

    /// <summary>Reads a line that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The line is no such report.</exception>
    public static LoadReport FromJson(string line) =>
        JsonSerializer.Deserialize(line, LoadReportJson.OneLine.LoadReport) ?? throw new JsonException("The line is null and no report.");
}

/// <summary>Latency percentiles in milliseconds.</summary>
/// <param name="P50">Half are faster.</param>
/// <param name="P99">99 of 100 are faster.</param>
/// <param name="P999">999 of 1,000 are faster.</param>
/// <param name="Max">The slowest.</param>
public sealed record LatencyReport(double P50, double P99, double P999, double Max)
{
    /// <summary>What <paramref name="latency"/> holds, rounded to so many decimals of a millisecond.</summary>
    public static LatencyReport Of(LatencyHistogram latency, int decimals)
    {
        double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, decimals);
        return new LatencyReport(Ms(latency.Percentile(0.5)), Ms(latency.Percentile(0.99)), Ms(latency.Percentile(0.999)), Ms(latency.Max));
    }
}

/// <summary>What went through Kafka.</summary>
/// <param name="Broker">What the broker is.</param>
/// <param name="Format">The records' format.</param>
/// <param name="Records">Records read back; 0 when a node of the route read them.</param>
/// <param name="BytesPerReading">Bytes of the records' values, by the readings in them, before compression, by format: of a sample of this run's readings.</param>
public sealed record KafkaReport(string Broker, string Format, long Records, IReadOnlyDictionary<string, double> BytesPerReading);

/// <summary>Garbage collections by generation.</summary>
/// <param name="Gen0">Of the youngest alone.</param>
/// <param name="Gen1">Of the two youngest.</param>
/// <param name="Gen2">Of everything.</param>
public sealed record GcReport(int Gen0, int Gen1, int Gen2);

/// <summary>What the simulator process took.</summary>
/// <param name="CpuCores">Cores kept busy.</param>
/// <param name="RssMb">Resident memory, in MiB.</param>
/// <param name="ReadingsPerS">Readings it answered a second.</param>
public sealed record SimulatorReport(double CpuCores, double RssMb, double ReadingsPerS)
{
    /// <summary>What it took between two looks at it, <paramref name="seconds"/> apart.</summary>
    public static SimulatorReport Between(SimulatorStats before, SimulatorStats after, double seconds) =>
        new(Math.Round((after.CpuSeconds - before.CpuSeconds) / seconds, 3), after.RssMb, Math.Round((after.Readings - before.Readings) / seconds));
}

/// <summary>One thing a run had to show.</summary>
/// <param name="Name">What, such as <c>latency p99 ms</c>.</param>
/// <param name="Target">The bound, such as <c>&lt;= 250</c>.</param>
/// <param name="Actual">What was measured.</param>
/// <param name="Kept">Whether it is within the bound.</param>
public sealed record PromiseReport(string Name, string Target, double Actual, bool Kept)
{
    /// <summary>A promise that the value is at most <paramref name="limit"/>.</summary>
    public static PromiseReport AtMost(string name, double limit, double actual) => new(name, Bound("<=", limit), actual, actual <= limit);

    /// <summary>A promise that the value is at least <paramref name="limit"/>.</summary>
    public static PromiseReport AtLeast(string name, double limit, double actual) => new(name, Bound(">=", limit), actual, actual >= limit);

    private static string Bound(string sign, double limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{sign} {limit:0.###}");
}

/// <summary>The report's JSON: names in snake case, one line, characters as they are.</summary>
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class LoadReportJson : JsonSerializerContext
{
    /// <summary>With the options above. Nothing here is ever put into a web page, so that "&lt;=" may stay readable.</summary>
    public static LoadReportJson OneLine { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
