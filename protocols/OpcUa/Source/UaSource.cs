using HyperIngest.Core;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Protocols.OpcUa.Session;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// Readings from OPC UA servers, by subscription or by Read. A notification is acknowledged when its readings are durable in the journal, so that what a kill takes away is still at the server as long as it
/// keeps the subscription. What has no room is not asked for: a poll is delayed, and no Publish request is sent.
/// </summary>
/// <remarks>
/// Each device has a session of its own, whose channel's loop decodes and publishes; one thread acknowledges, goes on where there was no room and watches. After <see cref="StopAsync"/> nothing more is taken,
/// but the sessions stay until the source is disposed of, so that what was taken is acknowledged once the journal has it.
/// </remarks>
public sealed class UaSource : IReadingSource
{
    private readonly UaSourceOptions _options;
    private readonly ILogger _logger;
    private readonly PollScheduler _scheduler;
    private readonly UaDevice[] _devices;
    private readonly UaSession[] _sessions;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _end = new();
    private bool _isStarted;
    private int _isStopped;
    private int _isDisposed;

    /// <summary>A source that is not started. Tags whose kind the configuration says are in the catalog when the constructor returns; the others when their server has said what they are.</summary>
    /// <param name="options">Its devices.</param>
    /// <param name="catalog">Where series are registered.</param>
    /// <param name="intake">Where the readings go.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="loggers">Where it says what changes.</param>
    /// <param name="clock">The clock of schedule and deadlines; the system's when null.</param>
    /// <exception cref="ArgumentException">The options are wrong (<see cref="UaSourceValidation"/> has all errors), or a series is known with another kind.</exception>
    public UaSource(UaSourceOptions options, SeriesCatalog catalog, Intake intake, MetricRegistry metrics, ILoggerFactory loggers, TimeProvider? clock = null)
    {
        IReadOnlyList<string> errors = UaSourceValidation.Check(options);
        if (errors.Count > 0) throw new ArgumentException($"{options.Name}: {string.Join("; ", errors)}", nameof(options));
        _options = options;
        _logger = loggers.CreateLogger<UaSource>();
        _scheduler = new PollScheduler(metrics, _logger, clock);
        UaSourceMetrics own = new(metrics, options.Name);
        UaSourceParts parts = new(options, catalog, intake, own, _scheduler, _logger, clock ?? TimeProvider.System);
        catalog.EnsureCapacity(catalog.Count + options.Devices.Sum(d => d.Tags.Count));
        _devices = [.. options.Devices.Select(d => new UaDevice(d, parts))];
        ILogger sessions = loggers.CreateLogger<UaSession>();
        _sessions = [.. _devices.Select(d => new UaSession(d.Options.Session, d, sessions, clock))];
        for (int i = 0; i < _devices.Length; i++) _devices[i].GiveSessionUp = _sessions[i].GiveUp;
        own.Show(
            () => _devices.Count(d => d.IsOnline), () => _devices.Sum(d => d.BadTags.Count), () => _devices.Sum(d => d.Unacknowledged), () => _devices.Count(d => d.IsWaiting));
        _thread = new Thread(Run) { Name = $"opcua-{options.Name}", IsBackground = true };
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>When its polled devices are read: its clock, its pace, and what became of the polls.</summary>
    public PollScheduler Scheduler => _scheduler;

    /// <summary>Faults counted on all devices and their sessions, of all kinds.</summary>
    public long FaultCount
    {
        get
        {
            long faults = 0;
            for (int i = 0; i < _devices.Length; i++) faults += _devices[i].Faults + _sessions[i].Faults;
            return faults;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DeviceStatus> Devices => [.. _devices.Select((d, i) => d.Status(_sessions[i].Faults, _sessions[i].Fault))];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int tags = _devices.Sum(d => d.Tags.Count);
        UaSourceLog.Starting(_logger, Name, _devices.Length, tags);
        _isStarted = true;
        foreach (UaSession session in _sessions) session.Start();
        _thread.Start();
        UaPoller[] pollers = [.. _devices.Select(d => d.Collector).OfType<UaPoller>()];
        foreach (UaPoller poller in pollers) _scheduler.Add(poller);
        if (pollers.Length > 0) _scheduler.Start();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Asks for nothing more; waits for reads under way and publishes what came, until <paramref name="cancellationToken"/> fires. When it returns, nothing more is published; what was is acknowledged
    /// once it is durable, as long as the source is not disposed of. What servers publish meanwhile is not taken.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0) return;
        _scheduler.StopPolls();
        foreach (UaDevice device in _devices) device.Stop();
        while (!cancellationToken.IsCancellationRequested && !Array.TrueForAll(_devices, d => d.IsQuiet())) await Task.Delay(_options.AcknowledgeInterval, CancellationToken.None).ConfigureAwait(false);
        foreach (UaDevice device in _devices) device.Close();
        _scheduler.Dispose();
    }

    /// <summary>Acknowledges what is durable by now, ends the sessions and their subscriptions.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _end.Set();
        if (_isStarted)
        {
            await Task.Run(_thread.Join).ConfigureAwait(false);
            if (_devices.Sum(d => d.Unacknowledged) is > 0 and int left) UaSourceLog.StoppedEarly(_logger, Name, left);
            await Task.WhenAll(_sessions.Select(s => s.StopAsync())).ConfigureAwait(false);
        }
        foreach (UaSession session in _sessions) await session.DisposeAsync().ConfigureAwait(false);
        foreach (UaDevice device in _devices) device.Request.Dispose();
        _end.Dispose();
    }

    private void Run()
    {
        bool ended;
        do
        {
            ended = _end.Wait(_options.AcknowledgeInterval);
            foreach (UaDevice device in _devices)
            {
                try
                {
                    device.Tick();
                }
                catch (Exception defect) when (defect is not OutOfMemoryException)
                {
                    // The other devices go on; what is not acknowledged stays with the server.
                    UaSourceLog.TickDefect(_logger, device.Name, defect);
                }
            }
        }
        while (!ended);
    }
}
