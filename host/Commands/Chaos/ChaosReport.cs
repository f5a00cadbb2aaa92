using System.Globalization;
using System.Text;
using System.Text.Json;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Http;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>A fault that was done.</summary>
/// <param name="AtS">When it began, seconds from the begin of the run.</param>
/// <param name="TookS">Seconds until it was mended.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Seen">What was seen of it, or what should have been.</param>
/// <param name="AsExpected">Whether that is what must be seen.</param>
internal sealed record FaultDone(double AtS, double TookS, string Kind, string Seen, bool AsExpected);

/// <summary>What a store held at the end.</summary>
/// <param name="Store">The journal, or the sink's name.</param>
/// <param name="Found">What the verifier said.</param>
internal sealed record StoreVerified(string Store, VerifySummary Found);

/// <summary>How a chaos run went.</summary>
internal sealed record ChaosReport
{
    /// <summary>The schedule's seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Seconds faults were begun in.</summary>
    public required double Seconds { get; init; }

    /// <summary>Faults in the order they ended.</summary>
    public required IReadOnlyList<FaultDone> Faults { get; init; }

    /// <summary>Kills of the node.</summary>
    public required int Kills { get; init; }

    /// <summary>What the sinks' servers were.</summary>
    public required IReadOnlyList<string> Sinks { get; init; }

    /// <summary>The journal, then every sink.</summary>
    public required IReadOnlyList<StoreVerified> Stores { get; init; }

    /// <summary>What did not hold besides the counts.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Nothing lost, duplicated, reordered or altered in any store, and everything held that must.</summary>
    public bool Clean => Problems.Count == 0 && Stores.Count > 1 && Stores.All(s => s.Found is { Clean: true, Received: > 0 });

    /// <summary>As one JSON object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Clean,
            Seed,
            Seconds,
            Faults,
            FaultsByKind = Faults.GroupBy(f => f.Kind, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count()),
            Kills,
            Sinks,
            Unjournalled = Stores[0].Found.Unjournalled,
            UnjournalledReachMs = Stores[0].Found.UnjournalledReachMs,
            Stores = Stores.Select(s => new
            {
                s.Store,
                s.Found.Served,
                s.Found.Received,
                s.Found.Lost,
                s.Found.Duplicated,
                s.Found.Reordered,
                s.Found.Altered,
                s.Found.Unknown,
                s.Found.Bad,
                s.Found.Unjournalled,
                s.Found.Examples,
            }),
            Problems,
        },
        StatusJson.Options);

    /// <summary>For a person.</summary>
    public string ToText()
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.Append(format, $"seed          {Seed}, {Seconds:F0} s\n");
        text.Append(format, $"faults        {Faults.Count}: {string.Join(", ", Faults.GroupBy(f => f.Kind, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"))}\n");
        foreach (string sink in Sinks) text.Append(format, $"sink          {sink}\n");
        foreach (StoreVerified store in Stores)
        {
            VerifySummary found = store.Found;
            text.Append(format, $"{store.Store,-13} {found.Received:N0} of {found.Served:N0} answered: {found.Lost:N0} lost, {found.Duplicated:N0} duplicated, {found.Reordered:N0} reordered, {found.Altered + found.Unknown:N0} altered\n");
            foreach (string example in found.Clean ? [] : found.Examples) text.Append(format, $"  {example}\n");
        }
        VerifySummary journal = Stores[0].Found;
        text.Append(format, $"unjournalled  {journal.Unjournalled:N0} answered at most {journal.UnjournalledReachMs:F1} ms before one of {Kills} kills\n");
        foreach (string problem in Problems) text.Append(format, $"problem       {problem}\n");
        return text.Append(Clean ? "clean: all that reached the journal is in every sink, once, in order, unaltered" : "NOT clean").ToString();
    }
}
