using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Kafka;
using HyperIngest.Protocols.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>A node with a Kafka source and a journal of its own, and what came into that journal.</summary>
internal sealed class SourceNode : IAsyncDisposable
{
    /// <summary>Readings a shard gathers before it writes them.</summary>
    public const int BatchReadings = 1000;

    private readonly Core.Pipeline _pipeline;

    private SourceNode(Core.Pipeline pipeline, KafkaSource source, string folder)
    {
        _pipeline = pipeline;
        Source = source;
        Folder = folder;
    }

    public KafkaSource Source { get; }

    public string Folder { get; }

    public MetricRegistry Metrics => _pipeline.Metrics;

    public Core.Pipeline Pipeline => _pipeline;

    public static KafkaSourceOptions Options(string brokers, params string[] topics) => new()
    {
        Name = "in",
        Group = "g",
        Topics = topics,
        Client = new KafkaClientOptions { Brokers = brokers },
        CommitInterval = TimeSpan.FromMilliseconds(20),
        SessionTimeout = TimeSpan.FromSeconds(10),
    };

    public static async Task<SourceNode> StartAsync(
        KafkaSourceOptions options, string folder, Func<JournalOptions, JournalOptions>? journal = null, int ring = 1 << 14, Action<Core.Pipeline>? prepare = null, ILoggerFactory? loggers = null)
    {
        JournalOptions stored = new() { Path = folder, SegmentBytes = 1 << 20, FsyncInterval = TimeSpan.FromMilliseconds(10) };
        Core.Pipeline pipeline = Core.Pipeline.Open(
            new PipelineOptions
            {
                Node = "n",
                Shards = 2,
                RingCapacity = ring,
                Batch = new BatchOptions { MaxReadings = BatchReadings, MaxAge = TimeSpan.FromMilliseconds(2) },
                Journal = journal is null ? stored : journal(stored),
            },
            new MetricRegistry(),
            NullLoggerFactory.Instance);
        KafkaSource source = new(options, pipeline.Catalog, pipeline.Intake, pipeline.DeadLetters, pipeline.Metrics, loggers ?? NullLoggerFactory.Instance);
        pipeline.AddSource(source);
        prepare?.Invoke(pipeline);
        await pipeline.StartAsync(CancellationToken.None);
        return new SourceNode(pipeline, source, folder);
    }

    /// <summary>A counter of the source.</summary>
    public long Count(string name) => Metrics.Counter($"hyperingest_kafka_source_{name}_total", "", new MetricLabel("source", "in")).Value;

    /// <summary>Stops in order.</summary>
    public async Task StopAsync()
    {
        DrainReport report = await _pipeline.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.True(report.AllJournalled);
        await _pipeline.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await _pipeline.DisposeAsync();

    /// <summary>The values in a journal, by device, in the order they stand there; text and numbers alike as text.</summary>
    public static Dictionary<string, List<string>> Stored(string folder)
    {
        using ReadingJournal journal = ReadingJournal.OpenRead(folder);
        Dictionary<string, List<string>> stored = [];
        BatchPool pool = new(journal.LargestBatch, 2);
        for (int shard = 0; shard < journal.ShardCount; shard++)
        {
            using JournalReader reader = journal.Shard(shard).OpenReader(default);
            ReadingBatch batch = pool.Rent();
            while (reader.TryRead(batch) is { Status: not ReadStatus.AtEnd } outcome)
            {
                Assert.NotEqual(ReadStatus.Gap, outcome.Status);
                foreach (ref readonly Reading reading in batch.Readings)
                {
                    SeriesDefinition series = journal.Catalog[reading.SeriesId];
                    if (!stored.TryGetValue(series.Device, out List<string>? values)) stored.Add(series.Device, values = []);
                    values.Add(series.Kind switch
                    {
                        ValueKind.Float64 => $"{reading.Float64:R}",
                        ValueKind.Text => journal.Catalog.Texts[reading.ValueBits],
                        _ => $"{reading.ValueBits}",
                    });
                }
            }
            batch.Release();
        }
        return stored;
    }

    /// <summary>All numbers stored over all devices, ascending.</summary>
    public static long[] Numbers(params string[] folders) => [.. folders.SelectMany(f => Stored(f).Values).SelectMany(v => v).Select(long.Parse).Order()];
}
