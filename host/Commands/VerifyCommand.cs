using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HyperIngest.Core.Journal;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Http;
using HyperIngest.Host.Logging;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands;

/// <summary><c>hyperingest verify PLANT</c>.</summary>
internal static class VerifyCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string> plantFile = new("PLANT") { Description = "The plant file the simulator ran." };
        Option<string> served = new("--served") { Description = "What the devices answered: the file hyperingest sim --served wrote.", HelpName = "PATH", Required = true };
        Option<string?> journal = new("--journal") { Description = "Verify a journal: its folder, or the site file that names it.", HelpName = "JOURNAL" };
        Option<string?> site = new("--site") { Description = "Verify a sink of this site file; with --sink.", HelpName = "FILE" };
        Option<string?> sink = new("--sink") { Description = "The sink's name; with --site.", HelpName = "NAME" };
        Option<string?> postgres = new("--postgres") { Description = "Verify the tables of a PostgreSQL sink: an Npgsql connection string, or ${NAME} for one in the environment.", HelpName = "CONNECTION" };
        Option<string> schema = new("--schema") { Description = "With --postgres: the schema of the sink's tables. Default: public.", HelpName = "NAME", DefaultValueFactory = _ => "public" };
        Option<string?> kafka = new("--kafka") { Description = "Verify Kafka topics: bootstrap brokers.", HelpName = "BROKERS" };
        Option<string[]> topics = new("--topic") { Description = "With --kafka: a topic. Again for more.", HelpName = "NAME" };
        Option<string?> format = new("--format") { Description = "With --kafka: json, protobuf or columnar, where the records do not say it themselves.", HelpName = "FORMAT" };
        Option<bool> follow = new("--follow") { Description = "With --kafka: read along until standard input ends, and judge then." };
        Option<string?> spool = new("--spool") { Description = "With --kafka: a file for the readings until they are judged, 32 bytes each. Default: a temporary one.", HelpName = "PATH" };
        Option<string[]> killed = new("--killed") { Description = "A moment at which the node was killed: what was answered just before and is in no journal is counted by itself. Again for more.", HelpName = "TIME" };
        Option<bool> json = CommonOptions.Json("The report as one JSON object.");
        Verb verb = new("verify", "Hold a journal or a sink against what simulated devices answered: every lost, duplicated, reordered or altered reading is found.",
            new("hyperingest verify samples/plant.yaml --served served.bin --journal site.yaml", "Verify the journal. Exit code 1 when anything is lost, doubled, out of order or changed."),
            new("hyperingest verify samples/plant.yaml --served served.bin --site site.yaml --sink historian", "Verify what a sink of the site has."),
            new("hyperingest verify samples/plant.yaml --served served.bin --postgres '${PG_CONNECTION}' --json", "Verify a database, with the connection from the environment."),
            new("hyperingest verify samples/plant.yaml --served served.bin --kafka broker:9092 --topic telemetry.raw", "Verify what a topic holds."))
        {
            plantFile, served, journal, site, sink, postgres, schema, kafka, topics, format, follow, spool, killed, json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            int targets = new[] { parsed.GetValue(journal), parsed.GetValue(site), parsed.GetValue(postgres), parsed.GetValue(kafka) }.Count(t => t is not null);
            if (targets != 1) throw new UsageException($"verify: expected one of --journal, --site, --postgres and --kafka, found {(targets == 0 ? "none" : targets.ToString(CultureInfo.InvariantCulture))}");
            DateTime now = DateTime.UtcNow;
            DateTime[] kills = [.. (parsed.GetValue(killed) ?? []).Select(t => new DateTime(QueryCommand.Ticks("--killed", t, now)!.Value, DateTimeKind.Utc))];
            PlantConfiguration? plant = await SiteLoading.LoadPlantAsync(parsed.GetRequiredValue(plantFile), io.Error);
            if (plant is null) return ExitCode.Usage;
            // What the devices answered is on file only when the run is over.
            using KafkaReadback? read = parsed.GetValue(kafka) is not { } brokers
                ? null
                : await ReadKafkaAsync(
                    brokers, parsed.GetValue(topics) ?? [], parsed.GetValue(format), parsed.GetValue(spool) ?? Path.Combine(Path.GetTempPath(), $"hyperingest-verify-{Environment.ProcessId}.spool"),
                    parsed.GetValue(follow), io);
            Verifier verifier = new(plant.Plant, ServedCounts.Load(parsed.GetRequiredValue(served), plant.Plant));

            if (read is not null)
            {
                await read.ReadAsync(verifier, cancelled);
            }
            else if (parsed.GetValue(journal) is { } journalPath)
            {
                if (await JournalArgument.FolderAsync(journalPath, io.Error) is not { } folder) return ExitCode.Usage;
                await ReadJournalAsync(folder, verifier, io.Error, cancelled);
            }
            else
            {
                PostgresOptions? options = await DatabaseAsync(parsed.GetValue(site), parsed.GetValue(sink), parsed.GetValue(postgres), parsed.GetRequiredValue(schema), io.Error);
                if (options is null) return ExitCode.Usage;
                await new PostgresReadback(options.ConnectionString, options.Schema, options.Table.Readings, options.Table.Series).ReadAsync(verifier, cancelled);
            }
            VerifyReport report = verifier.Conclude(kills);
            await WriteAsync(report, read, parsed.GetValue(json), io.Output);
            return report.IsClean ? ExitCode.Ok : ExitCode.Broken;
        });
        return verb;
    }

    private static async Task<KafkaReadback> ReadKafkaAsync(string brokers, string[] topics, string? format, string spool, bool follow, InvocationConfiguration io)
    {
        using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Warning, LogFormat.Text), new WriterLogTarget(io.Error));
        KafkaReadback read = await VerifyFollow.ReadAsync(brokers, topics, format, spool, follow, Console.In, io.Output, loggers.CreateLogger("HyperIngest.Verify"));
        if (read.Malformed > 0) await io.Error.WriteLineAsync($"verify: {read.Malformed:N0} records cannot be read, the first {read.FirstMalformed}");
        return read;
    }

    private static async Task ReadJournalAsync(string folder, Verifier verifier, TextWriter error, CancellationToken cancelled)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder; expected a journal");
        using JournalReadback journal = new(folder);
        await journal.ReadAsync(verifier, cancelled);
        foreach (LostRange gap in journal.Gaps) await error.WriteLineAsync(QueryCommand.Describe(folder, gap));
    }

    private static async Task<PostgresOptions?> DatabaseAsync(string? siteFile, string? sinkName, string? connection, string schema, TextWriter error)
    {
        if (siteFile is null)
        {
            if (!EnvironmentReferences.TryExpand(connection!, Environment.GetEnvironmentVariable, out string expanded, out _, out string? problem))
            {
                throw new UsageException($"--postgres: {problem}");
            }
            return new PostgresOptions { ConnectionString = expanded, Schema = schema };
        }
        SiteConfiguration? site = await SiteLoading.LoadAsync(siteFile, error);
        if (site is null) return null;
        PostgresOptions sink = ReplayCommand.SinkOf(site, sinkName ?? throw new UsageException("verify: --site needs --sink NAME"));
        return sink.Mapping is null ? sink : throw new UsageException($"--sink {sink.Name}: fills a table with columns of its own, which cannot be read back; verify the journal instead");
    }

    private static async Task WriteAsync(VerifyReport report, KafkaReadback? kafka, bool json, TextWriter output)
    {
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new
            {
                Clean = report.IsClean,
                report.Served,
                report.Received,
                report.Lost,
                report.Duplicated,
                report.Reordered,
                report.Altered,
                report.Unknown,
                report.Bad,
                report.Unverified,
                report.Unjournalled,
                UnjournalledReachMs = report.UnjournalledReach.TotalMilliseconds,
                Kafka = kafka is null ? null : new { kafka.Records, kafka.Bytes, kafka.Skipped, kafka.Malformed },
                Examples = report.Examples.Select(e => e.ToString()),
            }, StatusJson.Options));
            return;
        }
        CultureInfo format = CultureInfo.InvariantCulture;
        await output.WriteLineAsync(string.Create(format, $"answered    {report.Served:N0}"));
        await output.WriteLineAsync(string.Create(format, $"found       {report.Received:N0}"));
        await output.WriteLineAsync(string.Create(format, $"lost        {report.Lost:N0}"));
        await output.WriteLineAsync(string.Create(format, $"duplicated  {report.Duplicated:N0}"));
        await output.WriteLineAsync(string.Create(format, $"reordered   {report.Reordered:N0}"));
        await output.WriteLineAsync(string.Create(format, $"altered     {report.Altered:N0}"));
        if (report.Unknown > 0) await output.WriteLineAsync(string.Create(format, $"unknown     {report.Unknown:N0} of series the plant does not have"));
        if (report.Bad > 0) await output.WriteLineAsync(string.Create(format, $"bad         {report.Bad:N0} with a bad status, which carry no value"));
        if (report.Unverified > 0) await output.WriteLineAsync(string.Create(format, $"unverified  {report.Unverified:N0} of generators that cannot be verified"));
        if (report.Unjournalled > 0)
        {
            await output.WriteLineAsync(string.Create(format,
                $"unjournalled {report.Unjournalled:N0} answered at most {report.UnjournalledReach.TotalMilliseconds:F1} ms before a kill"));
        }
        if (kafka is not null) await output.WriteLineAsync(string.Create(format, $"records     {kafka.Records:N0} of {kafka.Bytes:N0} bytes; {kafka.Malformed:N0} cannot be read; {kafka.Skipped:N0} offsets were gone or hold no record"));
        foreach (VerifyExample example in report.Examples) await output.WriteLineAsync($"  {example}");
        await output.WriteLineAsync(report.IsClean ? "clean: all of it is there, once, in order, unaltered" : "NOT clean");
    }
}
