using System.CommandLine;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Logging;
using HyperIngest.Host.Running;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace HyperIngest.Host.Commands;

/// <summary>Makes the node that a site file describes; starts nothing.</summary>
internal delegate INode NodeFactory(SiteConfiguration site, ILoggerFactory loggers);

/// <summary><c>hyperingest run FILE</c>.</summary>
internal static class RunCommand
{
    // Journald and log files keep every line; once in ten seconds is what a person scrolling back wants.
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LiveInterval = TimeSpan.FromSeconds(1);

    /// <summary>The verb.</summary>
    public static Verb Create(NodeFactory makeNode)
    {
        Argument<string> file = new("FILE") { Description = "The site file." };
        Option<LogFormat?> format = CommonOptions.LogFormat();
        Option<LogLevel?> level = CommonOptions.LogLevel();
        Option<TimeSpan?> progress = CommonOptions.Choice("--progress", "INTERVAL",
            "Time between progress reports, such as 1s, or 0 for none. Default: a table drawn every 1s on a terminal, a line every 10s otherwise.",
            Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "none"));
        Verb verb = new("run", "Run a node: read the site's devices and deliver to its sinks until SIGTERM or Ctrl-C.",
            new("hyperingest run samples/site.yaml", "Run it; a table on the terminal shows rates, rings and lanes."),
            new("hyperingest run site.yaml --log-format json --progress 0", "Under systemd or Kubernetes: JSON log lines on standard error and nothing else."),
            new("PG_CONNECTION='Host=db;Database=plant;Username=ingest' hyperingest run site.yaml", "With a secret from the environment."))
        {
            file, format, level, progress,
        };
        verb.SetAction(async (parsed, _) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            SiteConfiguration? site = await SiteLoading.LoadAsync(parsed.GetRequiredValue(file), io.Error);
            if (site is null) return ExitCode.Usage;
            site = site with { Log = new LogOptions(parsed.GetValue(level) ?? site.Log.Level, parsed.GetValue(format) ?? site.Log.Format) };

            // Before the node is made: a signal in its start must already drain it.
            using ShutdownSignals signals = new(Environment.Exit);
            var (display, target) = Display(parsed.GetValue(progress), io, site.Log);
            using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(site.Log, target);
            return await new NodeRunner(site, loggers, display).RunAsync(makeNode(site, loggers), signals.Requested);
        });
        return verb;
    }

    // A table on a terminal. Its log lines go through the table's console, or the two would draw over each other.
    private static (IProgressDisplay Display, ILogTarget Target) Display(TimeSpan? interval, InvocationConfiguration io, LogOptions log)
    {
        WriterLogTarget toError = new(io.Error);
        if (interval == TimeSpan.Zero) return (new NoProgress(), toError);
        if (!Terminal.IsOutput(io.Output)) return (new PlainProgress(io.Output, interval ?? PlainInterval), toError);
        LiveProgress live = new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(io.Output), ColorSystem = Terminal.Colors }), interval ?? LiveInterval);
        bool together = !Console.IsErrorRedirected && log.Format == LogFormat.Text;
        return (live, together ? live : toError);
    }
}
