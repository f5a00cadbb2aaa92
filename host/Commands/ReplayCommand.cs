using System.CommandLine;
using System.Globalization;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Logging;
using HyperIngest.Host.Query;
using HyperIngest.Host.Running;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands;

/// <summary><c>hyperingest replay SITE</c>.</summary>
internal static class ReplayCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string> file = new("SITE") { Description = "The site file." };
        Option<string> sink = new("--sink") { Description = "The sink's name.", HelpName = "NAME", Required = true };
        Option<string> to = new("--to") { Description = $"Where it goes on: {TimePoint.Expected}, by when the gateway had the reading.", HelpName = "TIME", Required = true };
        Option<string?> journal = new("--journal") { Description = "The journal's folder, where it is not the one the site file names.", HelpName = "PATH" };
        Option<bool> dryRun = new("--dry-run") { Description = "Say what would be done, and do nothing." };
        Verb verb = new("replay",
            "Move a sink's cursor to a time, so that the next start delivers from there on. Back: readings the sink has already are delivered again, and are then there twice "
            + "unless you delete that range first. Forward: readings in between are never delivered. The node must be stopped.",
            new("hyperingest replay site.yaml --sink historian --to -2h --dry-run", "See from where each shard would be delivered again."),
            new("hyperingest replay site.yaml --sink historian --to 2026-01-31T08:00:00Z", "Deliver everything since then again, after the table was restored from a backup of that time."))
        {
            file, sink, to, journal, dryRun,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            long ticks = QueryCommand.Ticks("--to", parsed.GetRequiredValue(to), DateTime.UtcNow)!.Value;
            SiteConfiguration? site = await SiteLoading.LoadAsync(parsed.GetRequiredValue(file), io.Error);
            if (site is null) return ExitCode.Usage;
            string name = parsed.GetRequiredValue(sink);
            if (!SiteSinks.NamesOf(site).Contains(name)) throw NoSink(site, name);
            string folder = parsed.GetValue(journal) ?? site.Pipeline.Journal.Path;
            bool pretend = parsed.GetValue(dryRun);
            if (!pretend && ReadingJournal.IsInUse(folder))
            {
                throw new IOException($"{folder}: a node is running on this journal and would move the cursor on; stop it first");
            }
            using StoredJournal stored = StoredJournal.Open(folder);
            using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(site.Log, new WriterLogTarget(io.Error));
            using MetricRegistry metrics = new();
            await using ISink target = SiteSinks.Create(site, name, stored.Journal.Catalog, metrics, loggers)!;
            // Not even the sink's tables are looked at in a dry run: looking makes them when they are missing.
            if (!pretend) await target.PrepareAsync(cancelled);
            for (int shard = 0; shard < stored.Journal.ShardCount; shard++)
            {
                JournalPosition position = stored.PositionOf(shard, ticks);
                string effect = pretend
                    ? string.Create(CultureInfo.InvariantCulture, $"would be delivered from {position} on, {stored.Journal.Shard(shard).EndOffset - position.Offset:N0} bytes of the journal")
                    : await MoveAsync(target, stored, site.Pipeline.Node, shard, position, cancelled);
                await io.Output.WriteLineAsync($"{name}, shard {shard}: {effect}");
            }
            if (!pretend) await io.Output.WriteLineAsync("The next start delivers from there on. What the sink has from that time on is there twice then, unless you delete it first.");
            return ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>The PostgreSQL sink of a name.</summary>
    /// <exception cref="UsageException">The site has none of that name.</exception>
    internal static PostgresOptions SinkOf(SiteConfiguration site, string name)
    {
        if (site.PostgresSinks.FirstOrDefault(s => s.Name == name) is { } sink) return sink;
        string? kind = site.KafkaSinks.Any(s => s.Name == name) ? "a Kafka sink" : site.MqttSinks.Any(s => s.Name == name) ? "an MQTT sink" : null;
        throw kind is null ? NoSink(site, name) : new UsageException($"--sink: '{name}' is {kind}, and this needs a PostgreSQL sink");
    }

    private static UsageException NoSink(SiteConfiguration site, string name)
    {
        IReadOnlyList<string> names = SiteSinks.NamesOf(site);
        string hint = Nearest.Hint(name, names);
        return new UsageException($"--sink: {site.File} has no sink '{name}'{(hint.Length > 0 ? hint : names.Count == 0 ? "; it has none" : $"; it has {string.Join(", ", names)}")}");
    }

    // Moves one lane's cursor; what that does, in words.
    private static async Task<string> MoveAsync(
        ISink sink, StoredJournal stored, string node, int shard, JournalPosition position, CancellationToken cancelled)
    {
        await using ISinkLane lane = await sink.OpenLaneAsync(new LaneIdentity(node, stored.Journal.Id, shard), cancelled);
        JournalPosition before;
        if (lane.StoredCursor is { } kept)
        {
            before = kept;
            DeliveryOutcome outcome = await lane.SkipToAsync(position, cancelled);
            if (outcome.Verdict != DeliveryVerdict.Accepted) throw new IOException($"sink {sink.Name}, shard {shard}: the cursor was not moved: {outcome.Reason}");
        }
        else
        {
            using CursorFile cursor = stored.Journal.OpenCursor(sink.Name, shard);
            before = cursor.Cursor ?? JournalPosition.Start;
            cursor.Store(position);
        }
        long bytes = before.Offset - position.Offset;
        string effect = bytes switch
        {
            > 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes of the journal will be delivered again"),
            < 0 => string.Create(CultureInfo.InvariantCulture, $"{-bytes:N0} bytes of the journal will not be delivered"),
            _ => "it is there already",
        };
        return $"from {before} to {position}: {effect}";
    }
}
