using System.Text.Json;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Tests.EndToEnd;

namespace HyperIngest.Tests.Faults;

/// <summary>
/// A plant under load, a node over it and the sinks it fills, each a process of its own, for one fault. A row of the list ends with the four counts of every sink, which a sink
/// joins by standing in <see cref="Sinks"/>.
/// </summary>
internal sealed class FaultRig : IAsyncDisposable
{
    private FaultRig(NodeRig plant) => Plant = plant;

    /// <summary>The plant, the site file and the verifier.</summary>
    public NodeRig Plant { get; }

    /// <summary>The sinks of the site file, by name.</summary>
    public IReadOnlyList<string> Sinks => Plant.Sinks;

    /// <summary>How many series the devices have.</summary>
    public long SeriesCount => (long)Plant.Options.Devices * Plant.Options.Tags;

    public static async Task<FaultRig> StartAsync(NodeRigOptions options) => new(await NodeRig.StartAsync(options));

    /// <summary>Starts the node; its readiness is watched from then on.</summary>
    public async Task<FaultRun> RunAsync(IReadOnlyDictionary<string, string>? environment = null) => new(await Plant.RunAsync(environment));

    /// <summary>Asserts that the journal and every sink have every answer once, in order and unaltered, except <paramref name="but"/>; no node may be running.</summary>
    public async Task AssertEverywhereAsync(FourCounts but = default, params IReadOnlyList<DateTime> kills)
    {
        string served = await Plant.ServedAsync();
        AssertCounts("journal", but, await Plant.VerifyJournalAsync(served, kills));
        await AssertSinksAsync(served, but, kills);
    }

    /// <summary>The same of the sinks alone.</summary>
    public async Task AssertSinksAsync(string served, FourCounts but = default, params IReadOnlyList<DateTime> kills)
    {
        foreach (string sink in Sinks) AssertCounts(sink, but, await Plant.VerifySinkAsync(sink, served, kills));
    }

    /// <summary>Asserts that the journal and every sink miss the same readings of the same series, not only as many.</summary>
    public async Task AssertSameGapsAsync(string served)
    {
        var journal = await Plant.GapsOfJournalAsync(Plant.JournalFolder, served);
        foreach (string name in Sinks)
        {
            var sink = await Plant.GapsOfSinkAsync(name, served);
            Assert.Equal(journal.Gaps.Select(Place), sink.Gaps.Select(Place));
        }
    }

    public ValueTask DisposeAsync() => Plant.DisposeAsync();

    private static (int, int, long, long) Place(SeriesGap gap) => (gap.Device, gap.Tag, gap.FirstN, gap.Count);

    private static void AssertCounts(string store, FourCounts expected, JsonElement report) =>
        Assert.True(FourCounts.Of(report) == expected, $"{store}: expected {expected}, found {report}");
}
