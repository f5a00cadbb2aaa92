using HyperIngest.Core.Journal;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a site file's root, and of its sections on the node itself. Defaults come from the options records.</summary>
internal static class SiteSchema
{
    public static readonly ValueKey<string> Node = new("node", Scalars.Text(63), OptionDefaults.Pipeline.Node,
        "The node's name, in cursors, metrics and log lines. Keep it for the life of a journal: sinks store their cursors under it.")
    { DefaultText = "the machine's name" };

    public static readonly ValueKey<int> Shards = new("shards", Scalars.Integer(1, 64), OptionDefaults.Pipeline.Shards,
        "Shards. Each has a ring, a thread, a journal of its own and a lane into each sink; a device always goes to the same one.")
    { DefaultText = "one for each two cores" };

    public static readonly ValueKey<int> Ring = new("ring", Scalars.PowerOfTwo(1024, 1 << 24), OptionDefaults.Pipeline.RingCapacity,
        "Readings a shard's ring holds, 32 bytes each.");

    public static readonly ValueKey<TimeSpan> Drain = new("drain", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(10)), TimeSpan.FromSeconds(10),
        "How long the sinks are given, when the node stops, to take what the journal has. What is left is delivered after the next start.");

    public static class Batch
    {
        public static readonly ValueKey<int> Readings = new("readings", Scalars.Integer(64, 1_048_576), OptionDefaults.Pipeline.Batch.MaxReadings, "Readings at which a batch is sealed.");

        public static readonly ValueKey<long> Bytes = new("bytes", Scalars.Size(4 << 10, 64 << 20), OptionDefaults.Pipeline.Batch.MaxBytes, "Bytes at which a batch is sealed.");

        public static readonly ValueKey<TimeSpan> Age = new("age", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10)), OptionDefaults.Pipeline.Batch.MaxAge,
            "Age of its oldest reading at which a batch is sealed. With `journal.fsync` it bounds what a power cut can take.");

        public static readonly Section Section = new("Batches", Readings, Bytes, Age);
    }

    public static class Retention
    {
        public static readonly ValueKey<TimeSpan> Age = new("age", Scalars.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)), OptionDefaults.Pipeline.Journal.Retention.MaxAge,
            "Segments older than this are deleted once every sink has them.");

        public static readonly ValueKey<long> Bytes = new("bytes", Scalars.Size(1 << 20, 1L << 50), OptionDefaults.Pipeline.Journal.Retention.MaxBytes,
            "Bytes over all shards past which the oldest segments are deleted once every sink has them.");

        public static readonly ValueKey<long> Limit = new("limit", Scalars.Size(1 << 20, 1L << 50), OptionDefaults.Pipeline.Journal.Retention.LimitBytes,
            "The journal's hard limit, delivered or not.");

        public static readonly ValueKey<JournalFullPolicy> WhenFull = new("when_full",
            Scalars.Choice(("drop-by-class", JournalFullPolicy.DropByClass), ("stop-intake", JournalFullPolicy.StopIntake)), OptionDefaults.Pipeline.Journal.Retention.WhenFull,
            "At the hard limit: `drop-by-class` drops logs first, then events, then telemetry, the oldest first, counts them and reports the time ranges lost; alarms are never dropped. `stop-intake` reads no devices until a sink has caught up.");

        public static readonly Section Section = new("Retention", Age, Bytes, Limit, WhenFull);
    }

    public static class Journal
    {
        public static readonly ValueKey<string> Path = new("path", Scalars.Text(4096), "", "The journal's folder; made when missing. One process at a time. A relative path begins at the current directory.") { Required = true };

        public static readonly ValueKey<FsyncSetting> Fsync = new("fsync", FsyncSetting.Type, new FsyncSetting(OptionDefaults.Pipeline.Journal.Fsync, OptionDefaults.Pipeline.Journal.FsyncInterval),
            "When appended readings are forced to the disk: every interval, after every batch, or when the operating system likes.");

        public static readonly ValueKey<long> Segment = new("segment", Scalars.Size(1 << 20, 1 << 30), OptionDefaults.Pipeline.Journal.SegmentBytes, "Size of a segment file. Whole segments are deleted, so smaller ones make retention finer.");

        public static readonly SectionKey Retained = new("retention", Retention.Section, "What is kept and what may go.");

        public static readonly Section Section = new("Journal", Path, Fsync, Segment, Retained);
    }

    public static class Retry
    {
        public static readonly ValueKey<TimeSpan> First = new("first", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)), OptionDefaults.Pipeline.Delivery.Retry.First, "The first wait after a failed delivery; each further one doubles.");

        public static readonly ValueKey<TimeSpan> Longest = new("longest", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), OptionDefaults.Pipeline.Delivery.Retry.Longest, "The longest wait.");

        public static readonly Section Section = new("Retry", First, Longest);
    }

    public static class Breaker
    {
        public static readonly ValueKey<int> Failures = new("failures", Scalars.Integer(1, 1000), OptionDefaults.Pipeline.Delivery.Breaker.Failures, "Failures in a row that open the breaker of a sink.");

        public static readonly ValueKey<TimeSpan> OpenFor = new("open_for", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), OptionDefaults.Pipeline.Delivery.Breaker.OpenFor, "How long it stays open before one lane tries again.");

        public static readonly Section Section = new("Breaker", Failures, OpenFor);
    }

    public static class DeadLetters
    {
        public static readonly ValueKey<string> Path = new("path", Scalars.Text(4096), "", "Folder of the dead letters: readings a sink will not take, with the reason.") { DefaultText = "`dead-letters` in the journal's folder" };

        public static readonly ValueKey<long> Bytes = new("bytes", Scalars.Size(1 << 20, 1L << 40), OptionDefaults.Pipeline.Delivery.DeadLetters.MaxBytes, "Bytes the folder may hold; past it the oldest file is deleted and counted.");

        public static readonly Section Section = new("Dead letters", Path, Bytes);
    }

    public static class Delivery
    {
        public static readonly SectionKey Retrying = new("retry", Retry.Section, "Waits between tries.");

        public static readonly SectionKey Breaking = new("breaker", Breaker.Section, "When a sink is left alone for a while.");

        public static readonly SectionKey Dead = new("dead_letters", DeadLetters.Section, "Where readings go that a sink will not take.");

        public static readonly ValueKey<int> MemoryBatches = new("memory_batches", Scalars.Integer(1, 4096), OptionDefaults.Pipeline.Delivery.MemoryBatches, "Batches a lane may have waiting in memory; one further behind reads the journal instead.");

        public static readonly ValueKey<long> HoldIntakeAt = new("hold_intake_at", Scalars.Size(0, 1L << 50), OptionDefaults.Pipeline.Delivery.HoldIntakeAtLagBytes,
            "Journal bytes a sink may be behind before devices are polled no more; 0 never holds them, and the journal takes what a sink cannot.");

        public static readonly Section Section = new("Delivery", Retrying, Breaking, Dead, MemoryBatches, HoldIntakeAt);
    }

    public static class Http
    {
        public static readonly ValueKey<ListenAddress> Listen = new("listen", ListenAddress.Type, ListenAddress.Default,
            "Address and port of `/health/live`, `/health/ready`, `/status` and `/metrics`; `off` for none. It has no authentication: leave it on loopback, or put a network policy before it.");

        public static readonly Section Section = new("HTTP", Listen);
    }

    public static class Log
    {
        public static readonly ValueKey<LogLevel> Level = new("level",
            Scalars.Choice(("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("information", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error), ("critical", LogLevel.Critical)),
            LogLevel.Information, "The least severe level that is logged.");

        public static readonly ValueKey<LogFormat> Format = new("format", Scalars.Choice(("text", LogFormat.Text), ("json", LogFormat.Json)), LogFormat.Text,
            "How a log line looks on standard error; `--log-format` overrules it.");

        public static readonly Section Section = new("Log", Level, Format);
    }

    public static readonly SectionKey Batches = new("batch", Batch.Section, "When a batch is sealed: at whichever limit it meets first.");

    public static readonly SectionKey Journals = new("journal", Journal.Section, "Where every reading lands first.") { Required = true };

    public static readonly SectionKey Deliveries = new("delivery", Delivery.Section, "What happens when a sink does not take what it is brought.");

    public static readonly SectionKey HttpServer = new("http", Http.Section, "Health, status and metrics.");

    public static readonly SectionKey Logging = new("log", Log.Section, "What is logged.");

    public static readonly NamedSectionsKey Templates = new("templates", DeviceSchema.Template, "Tag lists by name, for devices of one kind.");

    public static readonly ListKey Devices = new("devices", DeviceSchema.Device, "What is polled; a site has devices or sources, or both.");

    public static readonly VariantListKey Sources = new("sources", SourceSchema.Type, [new(SourceSchema.Kafka, KafkaSourceSchema.Source), new(SourceSchema.Mqtt, MqttSourceSchema.Source), new(SourceSchema.OpcUa, OpcUaSourceSchema.Source)],
        "What else readings come from: those that other nodes have put into Kafka, the topics of MQTT brokers, and OPC UA servers.");

    public static readonly VariantListKey Sinks = new("sinks", SinkSchema.Type, [new(SinkSchema.Postgres, SinkSchema.Sink), new(SinkSchema.Kafka, KafkaSinkSchema.Sink), new(SinkSchema.Mqtt, MqttSinkSchema.Sink)], "Where readings are delivered; with none, the journal is the store.");

    public static readonly Section Root = new("Site file", Node, Shards, Ring, Drain, Batches, Journals, Deliveries, HttpServer, Logging, Templates, Devices, Sources, Sinks);
}
