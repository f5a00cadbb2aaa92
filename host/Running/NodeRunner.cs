using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Http;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Running;

/// <summary>Runs a node from start to drain: HTTP first, so that probes see it come up, and last, so that they see it go.</summary>
internal sealed partial class NodeRunner(SiteConfiguration site, ILoggerFactory loggers, IProgressDisplay progress)
{
    private readonly ILogger _logger = loggers.CreateLogger<NodeRunner>();

    /// <summary>Runs <paramref name="node"/> until <paramref name="stop"/> is cancelled or it can no longer work; the exit code.</summary>
    public async Task<int> RunAsync(INode node, CancellationToken stop)
    {
        HttpEndpoint? http = null;
        try
        {
            if (site.Http.Listen is { } listen)
            {
                http = new HttpEndpoint(listen, node, loggers);
                await ListenAsync(http, listen, stop);
                LogListening(http.Address);
            }
            long started = Stopwatch.GetTimestamp();
            try
            {
                await node.StartAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                LogStoppedEarly(site.Pipeline.Node);
                await node.DrainAsync(TimeSpan.Zero);
                return ExitCode.Ok;
            }
            double startMilliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            int sinks = SiteSinks.NamesOf(site).Count;
            int devices = site.ModbusDevices.Count + site.OpcUaSources.Sum(s => s.Options.Devices.Count);
            LogStarted(site.Pipeline.Node, devices, sinks, startMilliseconds);

            bool failed = await UntilStopAsync(node, stop);
            LogDraining(site.Pipeline.Node, site.DrainTime.TotalSeconds);
            await node.DrainAsync(site.DrainTime);
            NodeStatus status = node.Status();
            int behind = status.Lanes.Count(l => l.LagBytes > 0);
            LogStopped(site.Pipeline.Node, status.Readings, behind);
            if (!failed && node.Failure.Exception is { } unsaved)
            {
                string reason = unsaved.GetBaseException().Message;
                LogRefused(site.Pipeline.Node, site.File, reason);
                failed = true;
            }
            return failed ? ExitCode.Failed : ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // A port or a folder that is taken, missing or not ours: the message says which, and a stack helps nobody who has to mend it.
            LogRefused(site.Pipeline.Node, site.File, failure.Message);
            LogRefusedWhere(failure);
            return ExitCode.Failed;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(site.Pipeline.Node, site.File, failure);
            return ExitCode.Failed;
        }
        finally
        {
            await node.DisposeAsync();
            if (http is not null) await http.DisposeAsync();
        }
    }

    private static async Task ListenAsync(HttpEndpoint http, IPEndPoint listen, CancellationToken stop)
    {
        try
        {
            await http.StartAsync(stop);
        }
        catch (Exception taken) when (taken is IOException or SocketException)
        {
            throw new IOException($"http: listen: cannot listen at {listen}: {taken.GetBaseException().Message}; stop what has it, or give another address (or off)", taken);
        }
    }

    private async Task<bool> UntilStopAsync(INode node, CancellationToken stop)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task shown = progress.ShowAsync(node, ended.Token);
        Task stopped = Task.Delay(Timeout.Infinite, ended.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        // A progress display that breaks (a terminal gone) is no reason to stop ingesting.
        Task first = await Task.WhenAny(stopped, node.Failure);
        await ended.CancelAsync();
        try
        {
            await shown;
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            LogProgressLost(broken.Message);
        }
        if (first != node.Failure || !node.Failure.IsFaulted) return false;
        Exception cause = node.Failure.Exception!.GetBaseException();
        LogFailed(site.Pipeline.Node, site.File, cause);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Health, status and metrics at {Address}")]
    private partial void LogListening(Uri address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} started with {Devices} devices and {Sinks} sinks in {Milliseconds:F0} ms")]
    private partial void LogStarted(string node, int devices, int sinks, double milliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} was told to stop before it had started")]
    private partial void LogStoppedEarly(string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is draining: no new polls; sinks have {Seconds} s; a second signal ends it at once")]
    private partial void LogDraining(string node, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} stopped after {Readings} readings; {Behind} lanes go on from the journal at the next start")]
    private partial void LogStopped(string node, long readings, int behind);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Node {Node} of {File} cannot go on")]
    private partial void LogFailed(string node, string file, Exception failure);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Node {Node} of {File} cannot go on: {Reason}")]
    private partial void LogRefused(string node, string file, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Where it could not")]
    private partial void LogRefusedWhere(Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress display ended: {Reason}")]
    private partial void LogProgressLost(string reason);
}
