using System.Net;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Host;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Http;
using HyperIngest.Host.Running;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Host;

public sealed class NodeRunnerTests : IDisposable
{
    private readonly FakeNode _node = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_signal_drains_the_node_and_ends_with_0()
    {
        Task<int> run = Runner(Site()).RunAsync(_node, _stop.Token);
        await _node.Started.Task;
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Ok, await run);
        Assert.Equal(["start", "drain", "dispose"], _node.Calls);
        Assert.Equal(TimeSpan.FromSeconds(7), _node.DrainedWith);
    }

    [Fact]
    public async Task A_node_that_cannot_go_on_is_drained_and_ends_with_3()
    {
        Task<int> run = Runner(Site()).RunAsync(_node, _stop.Token);
        await _node.Started.Task;
        _node.Failing.SetException(new IOException("the journal's disk is gone"));
        Assert.Equal(ExitCode.Failed, await run);
        Assert.Equal(["start", "drain", "dispose"], _node.Calls);
    }

    [Fact]
    public async Task A_drain_that_cannot_save_everything_ends_with_3()
    {
        _node.Unsaved = new IOException("the journal refused to the end");
        Task<int> run = Runner(Site()).RunAsync(_node, _stop.Token);
        await _node.Started.Task;
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Failed, await run);
    }

    [Fact]
    public async Task A_node_that_does_not_start_ends_with_3()
    {
        _node.StartFailure = new IOException("another process has the journal");
        Assert.Equal(ExitCode.Failed, await Runner(Site()).RunAsync(_node, _stop.Token));
        Assert.Equal(["start", "dispose"], _node.Calls);
    }

    [Fact]
    public async Task A_signal_during_the_start_ends_with_0()
    {
        await _stop.CancelAsync();
        _node.StartFailure = new OperationCanceledException(_stop.Token);
        Assert.Equal(ExitCode.Ok, await Runner(Site()).RunAsync(_node, _stop.Token));
        Assert.Equal("dispose", _node.Calls[^1]);
    }

    [Fact]
    public async Task A_taken_http_port_ends_with_3_before_anything_is_read()
    {
        await using HttpEndpoint taken = new(new IPEndPoint(IPAddress.Loopback, 0), _node, NullLoggerFactory.Instance);
        await taken.StartAsync(CancellationToken.None);
        await using FakeNode second = new();
        Assert.Equal(ExitCode.Failed, await Runner(Site() with { Http = new HttpOptions(new IPEndPoint(IPAddress.Loopback, taken.Address.Port)) }).RunAsync(second, _stop.Token));
        Assert.Equal(["dispose"], second.Calls);
    }

    [Fact]
    public async Task A_progress_display_that_breaks_does_not_stop_the_node()
    {
        Task<int> run = new NodeRunner(Site(), NullLoggerFactory.Instance, new BrokenProgress()).RunAsync(_node, _stop.Token);
        await _node.Started.Task;
        Assert.False(run.IsCompleted);
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Ok, await run);
    }

    [Fact]
    public void The_second_signal_exits_at_once_with_130()
    {
        List<int> exits = [];
        using ShutdownSignals signals = new(exits.Add);
        signals.Count();
        Assert.True(signals.Requested.IsCancellationRequested);
        Assert.Empty(exits);
        signals.Count();
        Assert.Equal([130], exits);
    }

    [Fact]
    public void Plain_progress_has_rates_between_two_statuses()
    {
        ProgressRates rates = new();
        rates.Take(_node.Status(), 0);
        _node.Readings += 5000;
        rates.Take(_node.Status(), 2 * System.Diagnostics.Stopwatch.Frequency);
        Assert.Equal(2500, rates.Of(s => s.Readings));
        string line = PlainProgress.Line(_node.Status(), rates, 3);
        Assert.EndsWith("in 2,500/s, durable 2,500/s, ring 6%, faults 3; historian 0/s retrying, lag 2.5 s", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', line);
    }

    [Fact]
    public void The_live_table_shows_node_lanes_and_what_is_wrong()
    {
        using StringWriter text = new();
        Spectre.Console.IAnsiConsole console = Spectre.Console.AnsiConsole.Create(new Spectre.Console.AnsiConsoleSettings
        {
            Ansi = Spectre.Console.AnsiSupport.No,
            Out = new Spectre.Console.AnsiConsoleOutput(text),
        });
        console.Profile.Width = 160;
        console.Write(LiveProgress.Draw(_node, new ProgressRates()));
        Assert.Contains("historian 0", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("1,234,567", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("retrying, lag 2.5 s, 1 dead letters: connection refused", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text.ToString());
    }

    private static NodeRunner Runner(SiteConfiguration site) => new(site, NullLoggerFactory.Instance, new NoProgress());

    private static SiteConfiguration Site() => new()
    {
        File = "site.yaml",
        Pipeline = new PipelineOptions { Node = "edge-1", Journal = new JournalOptions { Path = "/var/j" } },
        ModbusDevices = [],
        PostgresSinks = [],
        Http = new HttpOptions(null),
        Log = new LogOptions(LogLevel.Information, LogFormat.Text),
        DrainTime = TimeSpan.FromSeconds(7),
    };

    private sealed class BrokenProgress : IProgressDisplay
    {
        public Task ShowAsync(INodeView node, CancellationToken stop) => Task.FromException(new IOException("terminal gone"));
    }
}
