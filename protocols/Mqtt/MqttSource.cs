using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Protocols.Mqtt.Topics;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// Readings from the topics of an MQTT broker. A message of QoS 1 or 2 is acknowledged when its readings are durable in the journal, and lands there with a mark by which it is known
/// when the broker sends it again: so a kill loses nothing and brings nothing twice. What has no room is left in the socket.
/// </summary>
/// <remarks>
/// The connection's reading loop decodes and publishes; one thread acknowledges. After <see cref="StopAsync"/> nothing more is taken, but the connection stays until the source is
/// disposed of, so that what was taken is acknowledged once the journal has it: an orderly stop leaves nothing to be sent again.
/// </remarks>
public sealed class MqttSource : IReadingSource
{
    private readonly MqttSourceOptions _options;
    private readonly ILogger _logger;
    private readonly MqttSourceMetrics _metrics;
    private readonly AcknowledgementLedger _ledger = new();
    private readonly MessageIntake _messages;
    private readonly MqttAcknowledger _acknowledger;
    private readonly MqttSourceReceiver _receiver;
    private readonly SparkplugLink _sparkplug;
    private readonly MqttSession _session;
    private readonly IReadOnlyList<MqttSubscription> _subscriptions;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _end = new();

    // Written by whoever stops the source (release), read by the acknowledging thread (acquire).
    private bool _stopped;

    // The acknowledging thread's: faults of the session that are counted.
    private long _faults;
    private bool _started;
    private int _disposed;

    /// <summary>A source that is not started.</summary>
    /// <param name="options">What it subscribes to, and how.</param>
    /// <param name="catalog">Where new series are registered.</param>
    /// <param name="intake">Where the readings go.</param>
    /// <param name="letters">Where messages go that are no readings.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="loggers">Where it says what changes.</param>
    /// <exception cref="ArgumentException">The options are wrong; <see cref="MqttSourceValidation"/> has all errors.</exception>
    public MqttSource(MqttSourceOptions options, SeriesCatalog catalog, Intake intake, DeadLetters letters, MetricRegistry metrics, ILoggerFactory loggers)
    {
        IReadOnlyList<string> errors = MqttSourceValidation.Check(options);
        if (errors.Count > 0) throw new ArgumentException($"{options.Name}: {string.Join("; ", errors)}", nameof(options));
        _options = options;
        _logger = loggers.CreateLogger<MqttSource>();
        _metrics = new MqttSourceMetrics(metrics, options.Name);
        _sparkplug = new SparkplugLink(options, _metrics, _logger);
        SeriesRegistrar registrar = new(catalog, options.Limits.MaxNewSeries, options.Limits.MaxNameBytes);
        SparkplugHost? host = options.Sparkplug is { } sparkplug ? new SparkplugHost(sparkplug, registrar, _sparkplug, metrics, new MetricLabel("source", options.Name)) : null;
        TopicRouter router = new(options.Rules, registrar, host, options.Limits.MaxTopics);
        _subscriptions = router.Subscriptions;

        // With the client id in the name: another client is another session, whose packet identifiers mean something else.
        ulong source = SourceMark.SourceOf($"mqtt/{options.Name}/{options.Client.ClientId}");
        MqttLetters own = new(options, letters, _metrics, _logger);
        _messages = new MessageIntake(options, router, intake, new TakenMessages(intake, source), _ledger, own, _metrics, _logger);
        _acknowledger = new MqttAcknowledger(intake, _ledger, own, _metrics, source);
        _receiver = new MqttSourceReceiver(options, _messages, _sparkplug, host, _metrics, _logger);
        _session = new MqttSession(options.Name, options.Client with { OwnReadingThread = true }, _subscriptions, _receiver, _sparkplug.NextWill, loggers.CreateLogger<MqttSession>());
        _metrics.Show(() => _session.Connection is null ? 0 : 1, () => _ledger.Count, () => _messages.IsWaiting ? 1 : 0, () => router.KnownTopics);
        _thread = new Thread(Acknowledge) { Name = $"mqtt-{options.Name}", IsBackground = true };
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>The connection to the broker.</summary>
    public IReadOnlyList<DeviceStatus> Devices =>
        [new DeviceStatus($"broker {_options.Client.Address}", _session.Connection is not null, _messages.LastMessageTicks, _metrics.Readings.Value, _session.Faults, _session.Fault)];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string filters = string.Join(", ", _subscriptions.Select(s => s.Filter));
        MqttSourceLog.Starting(_logger, _options.Name, _options.Client.Address, _options.Client.ClientId, filters);
        _started = true;
        _thread.Start();
        _session.Start();
        return Task.CompletedTask;
    }

    /// <summary>Takes no message any more. When it returns, nothing more is published; what was is acknowledged once it is durable, as long as the source is not disposed of.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _stopped, true);
        _messages.Stop();
        return Task.CompletedTask;
    }

    /// <summary>Acknowledges what is durable by now and disconnects; the broker keeps the session as long as was agreed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Volatile.Write(ref _stopped, true);
        _messages.Stop();
        _end.Set();
        if (_started)
        {
            await Task.Run(_thread.Join).ConfigureAwait(false);
            if (_ledger.Count is > 0 and int left) MqttSourceLog.StoppedEarly(_logger, _options.Name, _options.Client.Address, left);
        }
        _sparkplug.GoOffline();
        await _session.StopAsync().ConfigureAwait(false);
        await _session.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private void Acknowledge()
    {
        bool ended;
        do
        {
            ended = _end.Wait(_options.AcknowledgeInterval);
            try
            {
                _acknowledger.Pass(_receiver.Upstream, mayMark: !Volatile.Read(ref _stopped));
                CountFaults();
            }
            catch (Exception defect)
            {
                // Without acknowledgements the broker keeps everything: nothing is lost, and the next pass tries again.
                MqttSourceLog.Defect(_logger, _options.Name, _options.Client.Address, defect);
                _end.Wait(TimeSpan.FromSeconds(1));
            }
        }
        while (!ended);
    }

    private void CountFaults()
    {
        long faults = _session.Faults;
        if (faults == _faults) return;
        _metrics.Faults.Add(faults - _faults);
        _faults = faults;
    }
}
