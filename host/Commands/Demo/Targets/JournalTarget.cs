using HyperIngest.Core;
using HyperIngest.LoadGen.Report;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Targets;

/// <summary>No sink: the journal is the store.</summary>
internal sealed class JournalTarget(string journalPath) : IDemoTarget
{
    private const double MostLatencyMs = 250;
    private const double MostAllocatedBytes = 0.1;

    // Timers, progress lines and the conversation with the simulator allocate some 13 KB a second, however little is read: at 600,000 readings/s that is a fiftieth of a byte.
    private const double MostAllocatedAtRestPerS = 32_768;
    private const double LeastMaxRate = 2_000_000;

    /// <inheritdoc/>
    public string Route => "journal";

    // One shard's thread takes 20 million readings a second into the journal.
    /// <inheritdoc/>
    public int Shards => 1;

    /// <inheritdoc/>
    public bool HasSink => false;

    /// <inheritdoc/>
    public Task PrepareAsync(string plantPath, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, ILoggerFactory loggers)
    {
    }

    /// <inheritdoc/>
    public Task<VerifySummary> VerifyAsync(string plantPath, string servedPath, CancellationToken cancellationToken) =>
        VerifyChild.OfJournalAsync(plantPath, servedPath, journalPath, cancellationToken);

    /// <inheritdoc/>
    public Task<Ceiling?> MeasureCeilingAsync(CancellationToken cancellationToken) => Task.FromResult<Ceiling?>(null);

    /// <inheritdoc/>
    public IEnumerable<PromiseReport> Promises(DemoOptions options, LoadReport report)
    {
        if (options.Max)
        {
            // What a broker passes on is its own affair; --ceiling shows it.
            if (options.Source == DemoSource.Modbus) yield return PromiseReport.AtLeast("readings/s durable", LeastMaxRate, report.ReadingsPerS);
            yield break;
        }
        yield return PromiseReport.AtMost("durable p99 ms", MostLatencyMs, report.LatencyMs.P99);
        yield return PromiseReport.AtMost("allocated bytes a reading", Math.Round(Math.Max(MostAllocatedBytes, MostAllocatedAtRestPerS / Math.Max(1, report.ReadingsPerS)), 3), report.AllocatedBytesPerReading);
        yield return PromiseReport.AtMost("resident MiB", DemoReport.MostRssMb(options), report.RssMb);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
