using System.Runtime.CompilerServices;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>
/// One shard as a Sparkplug edge node. A delivery is accepted when the operating system has it: data is QoS 0 in Sparkplug. Between deliveries the edge node is tended: it connects again, is born again
/// when it is asked to, and goes when its primary host does.
/// </summary>
internal sealed class EdgeNodeLane : ISinkLane
{
    // How soon a connection that was lost while there is nothing to deliver is noticed; commands and STATE are seen at once.
    private static readonly TimeSpan TendInterval = TimeSpan.FromSeconds(1);

    private readonly Link _link;
    private readonly EdgeNode _node;
    private readonly DeviceRuns _runs;
    private readonly SeriesCatalog _catalog;
    private readonly MqttEdgeNodeOptions _options;
    private readonly MqttLaneMetrics _metrics;
    private readonly ExponentialBackoff _backoff;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Pulse _attention;
    private readonly CancellationTokenSource _stopping = new();
    private Task? _tending;

    // The delivery at hand, and how far it is: device's run, and reading of it. What is confirmed is with the operating system.
    private (JournalPosition Start, JournalPosition End, int Count)? _chunk;
    private (int Run, int Reading) _at;
    private (int Run, int Reading) _confirmed;
    private int _losses;

    public EdgeNodeLane(Link link, Pulse attention, EdgeNode node, SeriesCatalog catalog, MqttSinkOptions options, MqttLaneMetrics metrics)
    {
        _link = link;
        _attention = attention;
        _node = node;
        _catalog = catalog;
        _runs = new DeviceRuns(catalog);
        _options = options.Sparkplug;
        _metrics = metrics;
        _backoff = new ExponentialBackoff(options.Client.FirstPause, options.Client.LongestPause, Random.Shared.Next());
        metrics.Observe(() => link.IsUp ? 1 : 0, static () => 0);
    }

    /// <inheritdoc/>
    public JournalPosition? StoredCursor => null;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        _tending ??= Task.Run(TendAsync, CancellationToken.None);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await PublishAsync(chunk, cancellationToken).ConfigureAwait(false);
        }
        catch (SinkException refused)
        {
            return refused.Outcome;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken)
    {
        // The cursor is the lane's.
        _chunk = null;
        return ValueTask.FromResult(DeliveryOutcome.Accepted);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _attention.Set();
        if (_tending is not null) await _tending.ConfigureAwait(false);
        await _node.DieAsync(CancellationToken.None).ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        _attention.Dispose();
        _gate.Dispose();
        _stopping.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DeliveryOutcome> PublishAsync(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        if (_chunk != (chunk.Start, chunk.End, chunk.Count) && Begin(chunk) is { } poison) return poison;
        while (true)
        {
            if (!_node.IsReady && await _node.ReadyAsync(cancellationToken).ConfigureAwait(false) is { Verdict: not DeliveryVerdict.Accepted } unready) return unready;
            if (_losses != _node.Losses)
            {
                // What a connection had not passed on is sent again, after the birth.
                _losses = _node.Losses;
                _at = _confirmed;
            }
            DeliveryOutcome outcome;
            if (_at.Run == _runs.Count)
            {
                outcome = await _node.DrainAsync(cancellationToken).ConfigureAwait(false);
                if (outcome.Verdict == DeliveryVerdict.Accepted) _chunk = null;
                return outcome;
            }
            if (_node.IsDrained) _confirmed = _at;
            EdgeDevice device = _node.Devices.Meet(_runs.DeviceAt(_at.Run));
            outcome = LastSeriesOf(_at.Run) > device.LastBorn ? await _node.BearAsync(device, cancellationToken).ConfigureAwait(false) : DeliveryOutcome.Accepted;
            if (outcome.Verdict != DeliveryVerdict.Accepted) return outcome;
            int metrics = Encode();
            outcome = await _node.SendAsync(device.DataTopic, cancellationToken).ConfigureAwait(false);
            if (outcome.Verdict != DeliveryVerdict.Accepted) return outcome;
            _at.Reading += metrics;
            if (_at.Reading == _runs.ReadingsAt(_at.Run).Length) _at = (_at.Run + 1, 0);
        }
    }

    // A reading that can be no metric is found before anything is sent.
    private DeliveryOutcome? Begin(DeliveryChunk chunk)
    {
        _chunk = null;
        for (int part = 0, first = 0; part < chunk.PartCount; first += chunk.PartAt(part).Length, part++)
        {
            int poison = Writable.IndexOfUnwritable(_catalog, chunk.PartAt(part), out string? reason);
            if (poison >= 0) return DeliveryOutcome.Rejected(reason!, first + poison);
        }
        _runs.Group(chunk);
        _at = _confirmed = default;
        _losses = _node.Losses;
        _chunk = (chunk.Start, chunk.End, chunk.Count);
        return null;
    }

    private int LastSeriesOf(int run)
    {
        int last = -1;
        foreach (ref readonly Reading reading in _runs.ReadingsAt(run)) last = Math.Max(last, reading.SeriesId);
        return last;
    }

    private int Encode()
    {
        ReadOnlySpan<Reading> readings = _runs.ReadingsAt(_at.Run)[_at.Reading..];
        if (readings.Length > _options.MaxMetricsPerMessage) readings = readings[.._options.MaxMetricsPerMessage];
        (int metrics, int historical) = _node.Payloads.DeviceData(readings, _node.Seq, DateTime.UtcNow, _node.BornAt, _options.MaxMessageBytes);
        if (historical > 0) _metrics.Historical.Add(historical);
        return metrics;
    }

    // While nothing is delivered; a delivery does the same by itself.
    private async Task TendAsync()
    {
        TimeSpan wait = TendInterval;
        while (!_stopping.IsCancellationRequested)
        {
            await _attention.WaitAsync(wait).ConfigureAwait(false);
            wait = TendInterval;
            if (_stopping.IsCancellationRequested || _node.IsReady || !_gate.Wait(0, CancellationToken.None)) continue;
            try
            {
                DeliveryOutcome outcome = await _node.ReadyAsync(_stopping.Token).ConfigureAwait(false);
                if (outcome.Verdict == DeliveryVerdict.Accepted || _link.IsUp) _backoff.Succeeded();
                else wait = _backoff.Failed();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            finally
            {
                _gate.Release();
            }
        }
    }
}
