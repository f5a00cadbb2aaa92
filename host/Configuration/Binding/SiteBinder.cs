using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Sharding;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Kafka;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds the root of a site file.</summary>
internal static class SiteBinder
{
    /// <summary>The configuration; only to be used when the reader's problems hold no error.</summary>
    public static SiteConfiguration Bind(SectionReader root)
    {
        SectionReader http = root.Section(SiteSchema.HttpServer);
        SectionReader log = root.Section(SiteSchema.Logging);
        if (!root.Has(SiteSchema.Devices) && !root.Has(SiteSchema.Sources)) root.Error(SiteSchema.Devices, "expected a list with at least one item, here or in sources, found neither");
        (IReadOnlyList<PostgresOptions> postgres, IReadOnlyList<KafkaSinkOptions> kafka, IReadOnlyList<MqttSinkOptions> mqtt) = SinkBinder.Bind(root);
        Dictionary<string, int> deviceNames = new(StringComparer.Ordinal);
        IReadOnlyList<ModbusDeviceOptions> modbusDevices = DeviceBinder.Bind(root, deviceNames);
        (IReadOnlyList<KafkaSourceOptions> kafkaSources, IReadOnlyList<MqttSourceOptions> mqttSources, IReadOnlyList<OpcUaSourceConfiguration> opcUaSources) = SourceBinder.Bind(root, deviceNames);
        PipelineOptions pipeline = Pipeline(root);
        CheckMarks(root, pipeline, mqttSources);
        return new SiteConfiguration
        {
            File = root.Problems.File,
            Pipeline = pipeline,
            Http = new HttpOptions(http.Get(SiteSchema.Http.Listen).EndPoint),
            Log = new LogOptions(log.Get(SiteSchema.Log.Level), log.Get(SiteSchema.Log.Format)),
            DrainTime = root.Get(SiteSchema.Drain),
            ModbusDevices = modbusDevices,
            KafkaSources = kafkaSources,
            MqttSources = mqttSources,
            OpcUaSources = opcUaSources,
            PostgresSinks = postgres,
            KafkaSinks = kafka,
            MqttSinks = mqtt,
        };
    }

    // A segment begins with the last mark of every packet identifier of a kept session; with little more in it the journal would write little else.
    private static void CheckMarks(SectionReader root, PipelineOptions pipeline, IReadOnlyList<MqttSourceOptions> sources)
    {
        const long leastPerSource = 2L * (ushort.MaxValue + 1) * SourceMark.SizeInBytes;
        long least = leastPerSource * sources.Count(s => s.Client.SessionExpiry > TimeSpan.Zero && s.Rules.Any(r => r.Qos > MqttQos.AtMostOnce));
        if (pipeline.Journal.SegmentBytes >= least) return;
        root.Section(SiteSchema.Journals).Error(SiteSchema.Journal.Segment,
            $"expected at least {ByteSize.Format(least)}, found {ByteSize.Format(pipeline.Journal.SegmentBytes)}: a segment begins with what is known of each MQTT session's messages, 2 MiB a source");
    }

    private static PipelineOptions Pipeline(SectionReader root)
    {
        SectionReader batch = root.Section(SiteSchema.Batches);
        BatchOptions batches = new()
        {
            MaxReadings = batch.Get(SiteSchema.Batch.Readings),
            MaxBytes = (int)batch.Get(SiteSchema.Batch.Bytes),
            MaxAge = batch.Get(SiteSchema.Batch.Age),
        };
        return new PipelineOptions
        {
            Node = root.Get(SiteSchema.Node),
            Shards = root.Get(SiteSchema.Shards),
            RingCapacity = root.Get(SiteSchema.Ring),
            Batch = batches,
            Journal = Journal(root.Section(SiteSchema.Journals), batches),
            Delivery = Delivery(root.Section(SiteSchema.Deliveries)),
        };
    }

    private static JournalOptions Journal(SectionReader reader, BatchOptions batches)
    {
        FsyncSetting fsync = reader.Get(SiteSchema.Journal.Fsync);
        long segment = reader.Get(SiteSchema.Journal.Segment);
        SectionReader retention = reader.Section(SiteSchema.Journal.Retained);
        JournalRetention retained = new()
        {
            MaxAge = retention.Get(SiteSchema.Retention.Age),
            MaxBytes = retention.Get(SiteSchema.Retention.Bytes),
            LimitBytes = retention.Get(SiteSchema.Retention.Limit),
            WhenFull = retention.Get(SiteSchema.Retention.WhenFull),
        };
        if (segment < 2L * batches.MaxBytes)
        {
            reader.Error(SiteSchema.Journal.Segment, $"expected at least two batches of batch.bytes ({ByteSize.Format(2L * batches.MaxBytes)}), found {ByteSize.Format(segment)}");
        }
        if (retained.LimitBytes < retained.MaxBytes)
        {
            retention.Error(SiteSchema.Retention.Limit, $"expected at least retention.bytes ({ByteSize.Format(retained.MaxBytes)}), found {ByteSize.Format(retained.LimitBytes)}");
        }
        if (retained.LimitBytes < 2 * segment)
        {
            retention.Error(SiteSchema.Retention.Limit, $"expected at least two segments ({ByteSize.Format(2 * segment)}), found {ByteSize.Format(retained.LimitBytes)}");
        }
        return new JournalOptions
        {
            Path = reader.Get(SiteSchema.Journal.Path),
            Fsync = fsync.Policy,
            FsyncInterval = fsync.Interval,
            SegmentBytes = segment,
            Retention = retained,
        };
    }

    private static DeliveryOptions Delivery(SectionReader reader)
    {
        SectionReader retry = reader.Section(SiteSchema.Delivery.Retrying);
        SectionReader breaker = reader.Section(SiteSchema.Delivery.Breaking);
        SectionReader dead = reader.Section(SiteSchema.Delivery.Dead);
        RetryOptions retries = new() { First = retry.Get(SiteSchema.Retry.First), Longest = retry.Get(SiteSchema.Retry.Longest) };
        if (retries.Longest < retries.First)
        {
            retry.Error(SiteSchema.Retry.Longest, $"expected at least delivery.retry.first ({Duration.Format(retries.First)}), found {Duration.Format(retries.Longest)}");
        }
        return new DeliveryOptions
        {
            Retry = retries,
            Breaker = new BreakerOptions { Failures = breaker.Get(SiteSchema.Breaker.Failures), OpenFor = breaker.Get(SiteSchema.Breaker.OpenFor) },
            DeadLetters = new DeadLetterOptions
            {
                Path = dead.Has(SiteSchema.DeadLetters.Path) ? dead.Get(SiteSchema.DeadLetters.Path) : null,
                MaxBytes = dead.Get(SiteSchema.DeadLetters.Bytes),
            },
            MemoryBatches = reader.Get(SiteSchema.Delivery.MemoryBatches),
            HoldIntakeAtLagBytes = reader.Get(SiteSchema.Delivery.HoldIntakeAt),
        };
    }
}
