using HyperIngest.Bench.Ceilings.Stages;

namespace HyperIngest.Bench.Ceilings;

/// <summary>The stages by name, in the order of a reading's way.</summary>
internal static class StageCatalog
{
    // Opened when their turn comes: a stage may start servers and fill memory.
    private static readonly (string Name, Func<CeilingsOptions, Task<CeilingStage>> Open)[] Stages =
    [
        ("polls", async _ => await PollsStage.InTurnAsync().ConfigureAwait(false)),
        ("polls-pipelined", async _ => await PollsStage.PipelinedAsync().ConfigureAwait(false)),
        ("modbus-decode", _ => Opened(new ModbusDecodeStage())),
        ("ring-spsc", _ => Opened(RingStage.Spsc())),
        ("ring-mpsc", _ => Opened(RingStage.Mpsc())),
        ("shape-journal", options => Opened(new ShapeJournalStage(options.Folder))),
        ("journal-append", options => Opened(JournalAppendStage.Cached(options.Folder))),
        ("journal-append-fsync", options => Opened(JournalAppendStage.Synced(options.Folder))),
        ("copy-encode", _ => Opened(new CopyEncodeStage())),
    ];

    /// <summary>The sinks whose limit the demo measures: they need servers.</summary>
    public static IReadOnlyList<string> Sinks { get; } = ["postgres", "kafka"];

    /// <summary>All names that may be asked for.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Stages.Select(s => s.Name), .. Sinks];

    /// <summary>The stages that the options ask for, opened one by one; the caller disposes each before it takes the next.</summary>
    public static IEnumerable<Func<Task<CeilingStage>>> AskedFor(CeilingsOptions options) => Stages
        .Where(s => options.Only.Count == 0 || options.Only.Contains(s.Name))
        .Select(s => (Func<Task<CeilingStage>>)(() => s.Open(options)));

    /// <summary>The sinks that the options ask for: by name, or all with <see cref="CeilingsOptions.All"/>.</summary>
    public static IEnumerable<string> SinksAskedFor(CeilingsOptions options) =>
        Sinks.Where(s => options.Only.Count == 0 ? options.All : options.Only.Contains(s));

    private static Task<CeilingStage> Opened(CeilingStage stage) => Task.FromResult(stage);
}
