using HyperIngest.Core.Records;
using HyperIngest.Protocols.Kafka;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a Kafka source. The cluster's are the Kafka sink's.</summary>
internal static class KafkaSourceSchema
{
    public static class Fetch
    {
        public static readonly ValueKey<long> Queue = new("queue", Scalars.Size(1 << 20, 1 << 30), OptionDefaults.KafkaSource.Fetch.QueueBytes,
            "Bytes fetched and not taken yet, over all partitions; librdkafka needs about twice that again where records are small.");

        public static readonly ValueKey<long> Partition = new("partition", Scalars.Size(1 << 14, 1 << 28), OptionDefaults.KafkaSource.Fetch.PartitionBytes, "Bytes of one partition in one fetch.");

        public static readonly ValueKey<TimeSpan> MaxWait = new("max_wait", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(30)), OptionDefaults.KafkaSource.Fetch.MaxWait,
            "How long a broker may wait for records before it answers that there are none.");

        public static readonly Section Section = new("Kafka fetches", Queue, Partition, MaxWait);
    }

    public static class Limits
    {
        public static readonly ValueKey<int> NewSeries = new("new_series", Scalars.Integer(0, 100_000_000), OptionDefaults.KafkaSource.Limits.MaxNewSeries,
            "Series its records may add to the catalog between two starts; records with more are dead letters.");

        public static readonly ValueKey<int> NameBytes = new("name_bytes", Scalars.Integer(1, 4096), OptionDefaults.KafkaSource.Limits.MaxNameBytes, "Longest device, tag, unit, topic or tenant, in UTF-8 bytes.");

        public static readonly ValueKey<int> Readings = new("readings", Scalars.Integer(1, 16_777_216), OptionDefaults.KafkaSource.Limits.MaxReadings, "Most readings in a record.");

        public static readonly Section Section = new("Kafka record limits", NewSeries, NameBytes, Readings);
    }

    public static readonly ValueKey<string> Group = new("group", Scalars.Text(255), OptionDefaults.KafkaSource.Group, "The consumer group. Nodes of one group share the partitions among them; a new group reads everything anew.") { Required = true };

    public static readonly ValuesKey<string> Topics = new("topics", Scalars.Text(4096), "Topics; one that begins with `^` is a regular expression for their names.") { Required = true };

    public static readonly ValueKey<string> GroupInstance = new("group_instance", Scalars.Text(255), "",
        "Static membership: a name unique in the group, such as the pod's, under which a restarted member has its partitions again without a rebalance.")
    { DefaultText = "none" };

    public static readonly ValueKey<KafkaStart> Start = new("start", Scalars.Choice(("earliest", KafkaStart.Earliest), ("latest", KafkaStart.Latest)), OptionDefaults.KafkaSource.Start,
        "Where a group begins that has committed nothing.");

    public static readonly ValueKey<RecordFormat> Format = new("format",
        Scalars.Choice(("json", RecordFormat.Json), ("protobuf", RecordFormat.Protobuf), ("columnar", RecordFormat.Columnar)), RecordFormat.Json,
        "Format of records without the header `hyperingest-format`.")
    { DefaultText = "by their first bytes" };

    public static readonly ValueKey<TimeSpan> SessionTimeout = new("session_timeout", Scalars.Duration(TimeSpan.FromSeconds(6), TimeSpan.FromMinutes(30)), OptionDefaults.KafkaSource.SessionTimeout,
        "How long a member may be silent before its partitions are others'.");

    public static readonly ValueKey<TimeSpan> CommitInterval = new("commit_interval", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)), OptionDefaults.KafkaSource.CommitInterval,
        "From one commit of offsets to the next.");

    public static readonly ValueKey<TimeSpan> HandOverTimeout = new("hand_over_timeout", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)), OptionDefaults.KafkaSource.HandOverTimeout,
        "How long partitions that move to another member wait until what was taken of them is durable and committed.");

    public static readonly SectionKey Fetching = new("fetch", Fetch.Section, "How much is fetched ahead.");

    public static readonly SectionKey Limited = new("limits", Limits.Section, "What is taken from a record.");

    public static readonly Section Source = new(
        "Kafka source", SourceSchema.Name, SourceSchema.Type, KafkaSinkSchema.Brokers, Group, Topics, Format, Start, GroupInstance, KafkaSinkSchema.Encryption, KafkaSinkSchema.Authentication, Fetching, Limited,
        CommitInterval, SessionTimeout, HandOverTimeout, KafkaSinkSchema.ClientId, KafkaSinkSchema.Properties);
}
