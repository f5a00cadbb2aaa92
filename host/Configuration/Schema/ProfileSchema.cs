using System.Globalization;
using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a load profile: what <c>hyperingest load</c> runs.</summary>
internal static class ProfileSchema
{
    private const double HighestRate = 100_000_000;
    private static readonly TimeSpan ShortestStage = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestStage = TimeSpan.FromDays(7);

    private static readonly ScalarType<double> RateType = new(
        "rate", "0 to 100M", "readings a second such as 5000, 600k or 1.2M, 0 to 100M",
        (string text, out double value) => TryRate(text, out value),
        value => value.ToString("R", CultureInfo.InvariantCulture));

    private static readonly ScalarType<double> Share = Bounded("a share", 0, 1);
    private static readonly ScalarType<double> Milliseconds = Bounded("milliseconds", 0, 1e9);
    private static readonly ScalarType<double> Amount = Bounded("a number", 0, 1e12);

    public static class Stage
    {
        public static readonly ValueKey<string> Kind = new("kind", Scalars.Choice(("steady", "steady"), ("ramp", "ramp"), ("step", "step"), ("spike", "spike"), ("soak", "soak")), "steady", "The stage's shape.") { Required = true };

        public static readonly ValueKey<TimeSpan> For = new("for", Scalars.Duration(ShortestStage, LongestStage), TimeSpan.FromSeconds(30), "How long the stage is.") { Required = true };

        public static readonly ValueKey<double> Rate = new("rate", RateType, 0, "Readings a second.") { Required = true };

        public static readonly ValueKey<double> From = new("from", RateType, 0, "Readings a second at the begin.") { Required = true };

        public static readonly ValueKey<double> To = new("to", RateType, 0, "Readings a second at the end.") { Required = true };

        public static readonly ValueKey<int> Steps = new("steps", Scalars.Integer(2, 1000), 2, "Steps, the first at `from` and the last at `to`, of equal length.") { Required = true };

        public static readonly ValueKey<double> Base = new("base", RateType, 0, "Readings a second before and after the spike.") { Required = true };

        public static readonly ValueKey<double> Peak = new("peak", RateType, 0, "Readings a second meanwhile.") { Required = true };

        public static readonly ValueKey<TimeSpan> After = new("after", Scalars.Duration(TimeSpan.Zero, LongestStage), TimeSpan.Zero, "From the stage's begin to the spike.") { Required = true };

        public static readonly ValueKey<TimeSpan> Lasts = new("lasts", Scalars.Duration(ShortestStage, LongestStage), TimeSpan.FromSeconds(5), "How long the spike lasts.") { Required = true };

        public static readonly Section Steady = new("Stage: one rate", Kind, Rate, For);

        public static readonly Section Ramp = new("Stage: evenly from one rate to another", Kind, From, To, For);

        public static readonly Section Step = new("Stage: from one rate to another in steps", Kind, From, To, Steps, For);

        public static readonly Section Spike = new("Stage: a spike", Kind, Base, Peak, After, Lasts, For);

        public static readonly Section Soak = new("Stage: one rate for hours", Kind, Rate, For);
    }

    public static class Threshold
    {
        public static readonly ValueKey<double> P50 = new("p50_ms", Milliseconds, 0, "Most latency of half the readings, from the time their poll was due.") { DefaultText = "any" };

        public static readonly ValueKey<double> P99 = new("p99_ms", Milliseconds, 0, "Most latency of 99 % of them.") { DefaultText = "any" };

        public static readonly ValueKey<double> P999 = new("p999_ms", Milliseconds, 0, "Most latency of 99.9 % of them.") { DefaultText = "any" };

        public static readonly ValueKey<double> Max = new("max_ms", Milliseconds, 0, "Most latency of any.") { DefaultText = "any" };

        public static readonly ValueKey<int> Lost = new("lost", Scalars.Integer(0, int.MaxValue), 0, "Most readings lost.");

        public static readonly ValueKey<int> Duplicated = new("duplicated", Scalars.Integer(0, int.MaxValue), 0, "Most readings duplicated.");

        public static readonly ValueKey<int> Reordered = new("reordered", Scalars.Integer(0, int.MaxValue), 0, "Most readings out of order.");

        public static readonly ValueKey<int> Altered = new("altered", Scalars.Integer(0, int.MaxValue), 0, "Most readings altered.");

        public static readonly ValueKey<double> MinRate = new("min_rate", RateType, 0, "Least readings a second that reach the end of the route.") { DefaultText = "any" };

        public static readonly ValueKey<double> MaxNotOffered = new("max_not_offered", Share, OptionDefaults.Profile.Thresholds.MaxNotOffered, "Most of the readings that were due and whose poll did not take place, a share: a run cannot pass by offering less.");

        public static readonly ValueKey<double> MaxFailed = new("max_failed", Share, LoadThresholds.DefaultShare, "Most of the readings whose poll took place without a good answer, a share.") { DefaultText = "`0.001`; any with faults" };

        public static readonly ValueKey<double> Rss = new("rss_mb", Amount, 0, "Most resident memory of the product, MiB.") { DefaultText = "any" };

        public static readonly ValueKey<double> Cpu = new("cpu_cores", Amount, 0, "Most cores the product keeps busy.") { DefaultText = "any" };

        public static readonly ValueKey<double> Alloc = new("alloc_bytes", Amount, 0, "Most bytes allocated a reading.") { DefaultText = "any" };

        public static readonly Section Section = new("Thresholds", P50, P99, P999, Max, Lost, Duplicated, Reordered, Altered, MinRate, MaxNotOffered, MaxFailed, Rss, Cpu, Alloc);
    }

    public static readonly ValueKey<string> Name = new("name", Scalars.Text(63), "", "The profile's name.") { Required = true };

    public static readonly ValueKey<string> Plant = new("plant", Scalars.Text(), "", "A plant file, as `hyperingest sim` reads it, looked for beside the profile; or give `devices` and `tags`.") { DefaultText = "the demo's plant" };

    public static readonly ValueKey<int> Devices = new("devices", Scalars.Integer(1, 20_000), OptionDefaults.Profile.Devices, "Without `plant`: devices of the demo's plant.");

    public static readonly ValueKey<int> Tags = new("tags", Scalars.Integer(1, 10_000), OptionDefaults.Profile.Tags, "Without `plant`: tags a device.");

    public static readonly ValueKey<int> Seed = new("seed", Scalars.Integer(0, int.MaxValue), OptionDefaults.Profile.Seed, "Without `plant`: the plant's seed, from which the chances of faults are drawn.");

    public static readonly ValueKey<LoadSource> Source = new("source", Scalars.Choice(("modbus", LoadSource.Modbus), ("mqtt", LoadSource.Mqtt), ("opcua", LoadSource.OpcUa)), OptionDefaults.Profile.Source,
        "How the readings come: Modbus devices that are polled, devices that publish to a broker, or OPC UA servers that are read. A plant file says it by itself.");

    public static readonly ValueKey<MqttPublishFormat> Payload = new("payload", Scalars.Choice(("sparkplug", MqttPublishFormat.Sparkplug), ("json", MqttPublishFormat.Json)), OptionDefaults.Profile.Payload,
        "With `source: mqtt`, without `plant`: Sparkplug B with 100 metrics a message, or JSON with a message a reading.");

    public static readonly ValueKey<MqttQos> Qos = new("qos", Scalars.Choice(("0", MqttQos.AtMostOnce), ("1", MqttQos.AtLeastOnce)), OptionDefaults.Profile.Qos,
        "With `source: mqtt`, without `plant`: quality of service, published and subscribed.");

    public static readonly ValueKey<BrokerAddress> Broker = new("broker", BrokerAddress.Type, BrokerAddress.Local, "With `source: mqtt`, without `plant`: a broker of yours. One that wants a user is a plant file's affair.") { DefaultText = "a private mosquitto" };

    public static readonly ValueKey<LoadSink> Sink = new("sink", Scalars.Choice(("journal", LoadSink.Journal), ("postgres", LoadSink.Postgres), ("kafka", LoadSink.Kafka), ("none", LoadSink.None)), OptionDefaults.Profile.Sink,
        "Where the readings go; `none` simulates the plant alone, for any other collector to read.");

    public static readonly ValueKey<string> Postgres = new("postgres", Scalars.Text(4096), "", "With `sink: postgres`: the Npgsql connection string of a server of yours, as `${NAME}` from the environment.") { Secret = true, DefaultText = "a private server" };

    public static readonly ValueKey<string> Kafka = new("kafka", Scalars.Text(4096), "", "With `sink: kafka`: bootstrap brokers of a cluster of yours.") { DefaultText = "librdkafka's test broker" };

    public static readonly ValueKey<RecordFormat> Format = new("format", Scalars.Choice(("json", RecordFormat.Json), ("protobuf", RecordFormat.Protobuf), ("columnar", RecordFormat.Columnar)), RecordFormat.Json, "With `sink: kafka`: the records' format.");

    public static readonly ValueKey<TimeSpan> WarmUp = new("warm_up", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(10)), OptionDefaults.Profile.WarmUp, "Time run before the measured time, at the first stage's rate and at least a tenth of the highest.");

    public static readonly ValueKey<TimeSpan> GeneratorCheck = new("generator_check", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), "not at all"), OptionDefaults.Profile.GeneratorCheck, "How long the generator is measured by itself first.");

    public static readonly VariantListKey Stages = new("stages", Stage.Kind, [new("steady", Stage.Steady), new("ramp", Stage.Ramp), new("step", Stage.Step), new("spike", Stage.Spike), new("soak", Stage.Soak)], "The measured time, stage after stage; at least one.");

    public static readonly ListKey Faults = new("faults", PlantSchema.Fault.Section, "How devices misbehave meanwhile; `at` counts from the begin of the measured time.");

    public static readonly SectionKey Thresholds = new("thresholds", Threshold.Section, "What the run must keep to pass.");

    public static readonly Section Root = new("Load profile", Name, Plant, Devices, Tags, Seed, Source, Payload, Qos, Broker, Sink, Postgres, Kafka, Format, WarmUp, GeneratorCheck, Stages, Faults, Thresholds);

    private static ScalarType<double> Bounded(string what, double least, double most) => new(
        "number", string.Create(CultureInfo.InvariantCulture, $"{least:0.###} to {most:0.###}"), string.Create(CultureInfo.InvariantCulture, $"{what} from {least:0.###} to {most:0.###}"),
        (string text, out double value) => Scalars.Number.Parse(text, out value) && value >= least && value <= most,
        Scalars.Number.Format);

    private static bool TryRate(string text, out double value)
    {
        double unit = text.Length == 0 ? 1 : text[^1] switch
        {
            'k' => 1e3,
            'M' => 1e6,
            _ => 1,
        };
        if (!double.TryParse(unit > 1 ? text.AsSpan(0, text.Length - 1) : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)) return false;
        value *= unit;
        return value <= HighestRate;
    }
}
