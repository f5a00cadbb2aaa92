using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// Readings from Kafka topics, as one member of a consumer group. An offset is committed when the readings of all records before it are durable in the journal, and each group of
/// readings lands there with a mark that says how far its partition was taken: so a kill loses nothing and brings nothing twice.
/// </summary>
/// <remarks>
/// One thread consumes, decodes and publishes. After <see cref="StopAsync"/> it publishes nothing more but stays in the group until the journal has what it published, commits that and
/// leaves: an orderly stop leaves nothing to be read again.
/// </remarks>
public sealed class KafkaSource : IReadingSource
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Leaving a group whose brokers are away: the hand-over gives up after a second, and the library's own goodbye is bounded too.
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(30);

    private readonly KafkaSourceParts _parts;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private int _disposed;

    /// <summary>A source that is not started.</summary>
    /// <param name="options">What it reads, and how.</param>
    /// <param name="catalog">Where new series are registered.</param>
    /// <param name="intake">Where the readings go.</param>
    /// <param name="letters">Where records go that are no readings.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="loggers">Where it says what changes.</param>
    /// <exception cref="ArgumentException">The options are wrong (<see cref="KafkaSourceValidation"/> has all errors), or librdkafka is missing.</exception>
    public KafkaSource(KafkaSourceOptions options, SeriesCatalog catalog, Intake intake, DeadLetters letters, MetricRegistry metrics, ILoggerFactory loggers)
    {
        IReadOnlyList<string> errors = KafkaSourceValidation.Check(options);
        if (errors.Count > 0) throw new ArgumentException($"{options.Name}: {string.Join("; ", errors)}", nameof(options));
        _logger = loggers.CreateLogger<KafkaSource>();
        KafkaSourceMetrics own = new(metrics, options.Name);
        _parts = new KafkaSourceParts
        {
            Options = options,
            Intake = intake,
            Letters = letters,
            Decoder = new KafkaRecordDecoder(catalog, options.Format, options.Limits),
            Assignment = new KafkaAssignment(options, intake, own),
            Health = new KafkaHealth(options.Name, own, _logger),
            Metrics = own,
            Logger = _logger,
        };
        own.Show(() => _parts.IsPaused ? 1 : 0, () => _parts.Assignment.Current.Length);
        _thread = new Thread(Run) { Name = $"kafka-{options.Name}", IsBackground = true };
    }

    /// <inheritdoc/>
    public string Name => _parts.Options.Name;

    /// <summary>The group, with what is wrong with the client, and each partition this member has.</summary>
    public IReadOnlyList<DeviceStatus> Devices
    {
        get
        {
            KafkaPartition[] partitions = _parts.Assignment.Current;
            string? fault = _parts.Health.Fault;
            List<DeviceStatus> devices = new(partitions.Length + 1)
            {
                new DeviceStatus(
                    $"group {_parts.Options.Group}", partitions.Length > 0 && fault is null, partitions.Select(p => p.LastRecordTicks).DefaultIfEmpty().Max(),
                    _parts.Metrics.Readings.Value, _parts.Metrics.Faults.Value, fault),
            };
            foreach (KafkaPartition p in partitions) devices.Add(new DeviceStatus(p.Name, fault is null, p.LastRecordTicks, p.Readings, p.Unparseable, p.LastFault));
            return devices;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _started = true;
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>Stops consuming. When it returns, nothing more is published; the offsets of what was are committed once it is durable, and the group is left then.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _parts.Stop.Ask();
        if (!_started) return;
        await using (cancellationToken.UnsafeRegister(static stop => ((KafkaSourceStop)stop!).GiveUp(), _parts.Stop).ConfigureAwait(false))
        {
            await _published.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Leaves the group, if that is still to be done, with what is durable committed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _parts.Stop.End();
        if (_started) await Task.Run(() => _thread.Join(LongestGoodbye)).ConfigureAwait(false);
    }

    private void Run()
    {
        ExponentialBackoff backoff = new(ShortestPause, LongestPause, Environment.ProcessId);
        KafkaSourceOptions options = _parts.Options;
        string topics = string.Join(", ", options.Topics);
        KafkaSourceLog.Joining(_logger, options.Name, options.Group, options.Client.Brokers, topics);
        while (!_parts.Stop.Asked)
        {
            long records = _parts.Metrics.Records.Value;
            try
            {
                using KafkaSession session = new(_parts);
                session.Consume();
                _published.TrySetResult();
                session.Linger();
            }
            catch (KafkaException broken)
            {
                TimeSpan pause = Pause();
                _parts.Health.Report(broken.Error, broken.Message);
                KafkaSourceLog.Broken(_logger, options.Name, broken.Message, pause);
                _parts.Stop.Wait(pause);
            }
            catch (Exception defect)
            {
                // One consumer may die of it, the source and the node must not.
                TimeSpan pause = Pause();
                _parts.Health.Report(default, defect.Message);
                KafkaSourceLog.Defect(_logger, options.Name, pause, defect);
                _parts.Stop.Wait(pause);
            }

            TimeSpan Pause()
            {
                if (_parts.Metrics.Records.Value > records) backoff.Succeeded();
                return backoff.Failed();
            }
        }
        _published.TrySetResult();
    }
}
