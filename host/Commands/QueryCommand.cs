using System.CommandLine;
using System.Globalization;
using System.Text;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Query;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Host.Commands;

/// <summary><c>hyperingest query JOURNAL</c>.</summary>
internal static class QueryCommand
{
    private const int StandardOutput = 1;
    private const int WriteBufferChars = 64 * 1024;

    // Newest first keeps its readings in memory: 32 MB at most.
    private const int MostNewest = 1_000_000;
    private const int DefaultNewest = 1_000;

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string> journal = new("JOURNAL") { Description = JournalArgument.Description };
        Option<string[]> device = new("--device", "-d") { Description = "Devices, by name or pattern: * for any characters, ? for one. Again for more.", HelpName = "PATTERN" };
        Option<string[]> tag = new("--tag", "-t") { Description = "Tags, likewise.", HelpName = "PATTERN" };
        Option<string?> from = new("--from") { Description = $"When the gateway had the first: {TimePoint.Expected}.", HelpName = "TIME" };
        Option<string?> to = new("--to") { Description = "When the gateway had the one after the last.", HelpName = "TIME" };
        Option<int?> limit = CommonOptions.Choice("--limit", "N", $"Most readings; {DefaultNewest} with --order desc, else all.", Scalars.Integer(1, int.MaxValue));
        Option<QueryOrder?> order = CommonOptions.Choice("--order", "ORDER", "asc (oldest first, the default) or desc (the newest, newest first).", Scalars.Choice(("asc", QueryOrder.Ascending), ("desc", QueryOrder.Descending)));
        Option<bool> csv = new("--csv") { Description = "As CSV." };
        Option<bool> jsonLines = new("--jsonl") { Description = "As JSON, one object a line." };
        Verb verb = new("query", "Readings from a journal by device, tag and time, while a node runs or after. Streams: any amount, in little memory.",
            new("hyperingest query site.yaml --device 'press-*' --tag oil.temperature --from -5m", "The last five minutes of one tag of all presses."),
            new("hyperingest query /var/lib/hyperingest --from 2026-01-31T08:00 --to 2026-01-31T09:00 --csv > hour.csv", "An hour, for a spreadsheet."),
            new("hyperingest query site.yaml -d boiler --order desc --limit 10", "The newest ten readings of a device."),
            new("hyperingest query site.yaml --jsonl | head", "For other programs; ends when its reader does."))
        {
            journal, device, tag, from, to, limit, order, csv, jsonLines,
        };
        verb.SetAction(async (parsed, _) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            if (parsed.GetValue(csv) && parsed.GetValue(jsonLines)) throw new UsageException("query: expected --csv or --jsonl, found both");
            bool newest = parsed.GetValue(order) == QueryOrder.Descending;
            DateTime now = DateTime.UtcNow;
            JournalQuery query = new(
                [.. (parsed.GetValue(device) ?? []).Select(p => new Glob(p))],
                [.. (parsed.GetValue(tag) ?? []).Select(p => new Glob(p))],
                Ticks("--from", parsed.GetValue(from), now) ?? 0,
                Ticks("--to", parsed.GetValue(to), now) ?? long.MaxValue,
                parsed.GetValue(limit) ?? (newest ? DefaultNewest : long.MaxValue),
                newest);
            if (newest && query.Limit > MostNewest) throw new UsageException($"--limit: expected at most {MostNewest} with --order desc, found {query.Limit}");
            if (query.FromTicks >= query.ToTicks) throw new UsageException("query: --from must lie before --to");
            if (await JournalArgument.FolderAsync(parsed.GetRequiredValue(journal), io.Error) is not { } folder) return ExitCode.Usage;

            QueryFormat format = parsed.GetValue(csv) ? QueryFormat.Csv : parsed.GetValue(jsonLines) ? QueryFormat.JsonLines : QueryFormat.Table;
            using StoredJournal stored = StoredJournal.Open(folder);
            await using (TextWriter? direct = Direct(io.Output))
            {
                query.Run(stored.Journal.Catalog, stored.OpenShards(query.FromTicks), stored.Pool, direct ?? io.Output, format);
            }
            foreach (LostRange gap in stored.Gaps) await io.Error.WriteLineAsync(Describe(folder, gap));
            return ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>Reads a time option; null when it was not given.</summary>
    internal static long? Ticks(string option, string? text, DateTime now)
    {
        if (text is null) return null;
        return TimePoint.TryParse(text, now, out DateTime utc) ? utc.Ticks : throw new UsageException($"{option}: expected {TimePoint.Expected}, found '{text}'");
    }

    /// <summary>What a gap is, for a person.</summary>
    internal static string Describe(string folder, LostRange gap)
    {
        string times = gap is { AfterTime: > 0, BeforeTime: > 0 }
            ? string.Create(CultureInfo.InvariantCulture, $", between {new DateTime(gap.AfterTime, DateTimeKind.Utc):O} and {new DateTime(gap.BeforeTime, DateTimeKind.Utc):O}")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"hyperingest: {folder}: {gap.ToOffset - gap.FromOffset:N0} bytes are missing or damaged from offset {gap.FromOffset} on{times}");
    }

    // The console's writer flushes every line, and its stream swallows the news that the reader of a pipe is gone: a pipe or terminal is written to directly. A file is
    // not, because a file stream keeps a position of its own and whoever writes to the same redirection next would overwrite what it wrote.
    private static StreamWriter? Direct(TextWriter output)
    {
        if (!ReferenceEquals(output, Console.Out)) return null;
        FileStream standard = new(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, 1);
        return new StreamWriter(standard.CanSeek ? Console.OpenStandardOutput() : standard, new UTF8Encoding(false), WriteBufferChars);
    }

    private enum QueryOrder
    {
        Ascending,
        Descending,
    }
}
