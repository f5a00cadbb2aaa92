using HyperIngest.Core.Records;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Kafka;
using HyperIngest.Protocols.Kafka;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a Kafka source.</summary>
internal static class KafkaSourceBinder
{
    /// <summary>The source; what librdkafka thinks of it is asked as well, without connecting.</summary>
    public static KafkaSourceOptions Bind(SectionReader reader)
    {
        int before = reader.Problems.ErrorCount;
        SectionReader fetch = reader.Section(KafkaSourceSchema.Fetching);
        SectionReader limits = reader.Section(KafkaSourceSchema.Limited);
        KafkaSourceOptions source = new()
        {
            Name = reader.Get(SourceSchema.Name),
            Client = KafkaSinkBinder.Client(reader),
            Group = reader.Get(KafkaSourceSchema.Group),
            Topics = reader.Values(KafkaSourceSchema.Topics),
            GroupInstance = reader.Has(KafkaSourceSchema.GroupInstance) ? reader.Get(KafkaSourceSchema.GroupInstance) : null,
            Start = reader.Get(KafkaSourceSchema.Start),
            Format = reader.GetOrNull(KafkaSourceSchema.Format),
            Limits = new RecordReaderLimits
            {
                MaxNewSeries = limits.Get(KafkaSourceSchema.Limits.NewSeries),
                MaxNameBytes = limits.Get(KafkaSourceSchema.Limits.NameBytes),
                MaxReadings = limits.Get(KafkaSourceSchema.Limits.Readings),
            },
            Fetch = new KafkaFetchOptions
            {
                QueueBytes = (int)fetch.Get(KafkaSourceSchema.Fetch.Queue),
                PartitionBytes = (int)fetch.Get(KafkaSourceSchema.Fetch.Partition),
                MaxWait = fetch.Get(KafkaSourceSchema.Fetch.MaxWait),
            },
            SessionTimeout = reader.Get(KafkaSourceSchema.SessionTimeout),
            CommitInterval = reader.Get(KafkaSourceSchema.CommitInterval),
            HandOverTimeout = reader.Get(KafkaSourceSchema.HandOverTimeout),
        };
        if (source.Client is { Sasl.Mechanism: KafkaSaslMechanism.Plain, Tls: null })
        {
            reader.Warning(KafkaSinkSchema.Authentication, "the password goes over the wire as it is: add tls, or use scram-sha-512");
        }
        // Only options that are right so far: one mistake is one message.
        if (reader.Problems.ErrorCount > before) return source;
        foreach (string problem in KafkaSourceValidation.Check(source))
        {
            reader.Error(problem.Contains("property", StringComparison.Ordinal) && reader.Has(KafkaSinkSchema.Properties) ? KafkaSinkSchema.Properties
                : problem.StartsWith("topic", StringComparison.Ordinal) ? KafkaSourceSchema.Topics : KafkaSinkSchema.Brokers, problem);
        }
        return source;
    }
}
