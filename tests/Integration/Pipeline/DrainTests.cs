using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Pipeline;

public sealed class DrainTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-drain-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_drain_that_is_cut_short_waits_no_longer_for_a_sink_that_is_away_and_the_journal_has_it_all()
    {
        using MetricRegistry metrics = new();
        await using Core.Pipeline pipeline = Core.Pipeline.Open(
            new PipelineOptions { Shards = 1, Journal = new JournalOptions { Path = Path.Combine(_folder.FullName, "journal"), SegmentBytes = 4 << 20 } }, metrics, NullLoggerFactory.Instance);
        int series = pipeline.Catalog.Register(new SeriesDefinition("d", "t"));
        // Nobody listens on port 1.
        pipeline.AddSink(new PostgresSink(new PostgresOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=nobody" }, pipeline.Catalog, NullLogger.Instance));
        await pipeline.StartAsync(CancellationToken.None);
        ShardInlet inlet = pipeline.Intake.InletOf("d");
        Assert.True(inlet.TryClaim(1, out RingClaim<Reading> claim));
        claim[0] = new Reading(series, 0, 0, DateTime.UtcNow.Ticks, 1);
        inlet.Publish(claim);
        using CancellationTokenSource cutShort = new();
        Task<DrainReport> draining = pipeline.DrainAsync(TimeSpan.FromHours(1), cutShort.Token);
        await Eventually.IsTrue(() => pipeline.Shards[0].Readings == 1, "the shard is drained");
        Assert.False(draining.IsCompleted);
        await cutShort.CancelAsync();
        DrainReport report = await draining.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((true, false), (report.AllJournalled, report.AllDelivered));
    }
}
