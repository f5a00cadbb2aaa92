using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// Carries one shard's readings into one sink, in order, from the sink's cursor on. It takes batches from memory while it keeps up and from the journal
/// while it is behind, tries again what the sink cannot take now, and isolates what it will never take. It never blocks the shard or another lane.
/// </summary>
/// <remarks>
/// One loop, one delivery in flight. A delivery allocates nothing here in steady state. After a dead connection the sink's own cursor rules: it may be
/// ahead of the lane's when a commit's acknowledgement was lost, and then nothing is delivered twice.
/// </remarks>
public sealed class Lane : IAsyncDisposable
{
    // The journal knows of a record before it can be read back only for the length of a write call.
    private static readonly TimeSpan LateRecordWait = TimeSpan.FromMilliseconds(5);

    private readonly LaneIdentity _identity;
    private readonly ISink _sink;
    private readonly ILaneLog _log;
    private readonly LaneParts _parts;
    private readonly LaneFeed _feed;
    private readonly LaneMetrics _metrics;
    private readonly LaneProgress _progress = new();
    private readonly LaneCursor _cursor;
    private readonly LaneAttempts _attempts;
    private readonly CancellationTokenSource _stopping = new();
    private readonly DeliveryChunk _chunk = new();
    private readonly DeliveryChunk _slice = new();
    private readonly DeliveryChunk _taken = new();
    private readonly PoisonSearch _search = new();
    private readonly LaneLetters _letters;
    private Task _loop = Task.CompletedTask;
    private bool _disposed;

    // Written by whoever measures, read by the loop: a window to record in as well, or none.
    private MeasuredWindow? _window;

    // Loop only.
    private long _deliveredAt;

    /// <summary>A lane that has not started; the shard may offer to it from now on.</summary>
    /// <param name="identity">Whose readings it carries.</param>
    /// <param name="sink">Where to.</param>
    /// <param name="log">The shard's journal.</param>
    /// <param name="breaker">The sink's breaker, the same for all its lanes.</param>
    /// <param name="parts">What all lanes share.</param>
    public Lane(LaneIdentity identity, ISink sink, ILaneLog log, CircuitBreaker breaker, LaneParts parts)
    {
        _identity = identity;
        _sink = sink;
        _log = log;
        _parts = parts;
        _metrics = new LaneMetrics(parts.Metrics, sink.Name, identity.Shard);
        _letters = new LaneLetters(sink.Name, identity, parts, _metrics.DeadLetters);
        _cursor = new LaneCursor(sink.Name, log, _progress, parts.Time);
        _attempts = new LaneAttempts(sink.Name, identity.Shard, breaker, parts, _progress, _metrics, _stopping.Token);
        _feed = new LaneFeed(log, parts.Pool, parts.Options.MemoryBatches) { Lost = OnLost };
        parts.Metrics.Gauge("hyperingest_delivery_lag_bytes", "Journal bytes past the sink's cursor.", () => Status.LagBytes, _metrics.Labels);
        parts.Metrics.Gauge(
            "hyperingest_delivery_state", "0 starting, 1 running, 2 retrying, 3 breaker open, 4 stopped, 5 ended.", () => (int)Status.State, _metrics.Labels);
    }

    /// <summary>All before it is in the sink or in the dead letters.</summary>
    public JournalPosition Cursor => _progress.Cursor;

    /// <summary>From a reading's GatewayTime to its acceptance.</summary>
    public LatencyHistogram CommitLatency => _metrics.Commit;

    /// <summary>The lane as it is now.</summary>
    public LaneStatus Status
    {
        get
        {
            (JournalPosition cursor, LaneState state, string? reason) = _progress.Read();
            long lag = _log.BytesFrom(cursor.Offset);
            return new LaneStatus(
                _sink.Name, _identity.Shard, state, reason, cursor, lag, Math.Max(0, (lag / Reading.SizeInBytes) - cursor.Index),
                _metrics.Readings.Value, _metrics.Retries.Value, _metrics.DeadLetters.Value, _metrics.LostBytes.Value);
        }
    }

    /// <summary>Also records what is accepted in <paramref name="window"/> from now on; null ends that. One window a lane.</summary>
    public void Measure(MeasuredWindow? window) => Volatile.Write(ref _window, window);

    /// <summary>Starts the loop.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        if (_loop != Task.CompletedTask) throw new InvalidOperationException($"Lane {_sink.Name}/{_identity.Shard} was started before.");
        _loop = Task.Run(RunAsync);
    }

    /// <summary>
    /// The shard's thread only; never blocks. Offers a batch that has been appended to the journal; the lane retains it when true, and reads it from the
    /// journal when false.
    /// </summary>
    public bool Offer(ReadingBatch batch) => _feed.Offer(batch);

    /// <summary>Moves the cursor, the sink's own too, to <paramref name="from"/> and delivers from there: what the sink had of it, it gets again.</summary>
    public void ReplayFrom(JournalPosition from)
    {
        _progress.RequestReplay(from);
        _feed.Wake();
    }

    /// <summary>Completes when the cursor is at <paramref name="target"/> or past it (true), or after <paramref name="limit"/> or the lane's end (false).</summary>
    public async Task<bool> DrainAsync(JournalPosition target, TimeSpan limit)
    {
        try
        {
            return await _progress.Reaches(target).WaitAsync(limit, _parts.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Stops the loop, also in the middle of a delivery, and lets go of all batches. The shard must not offer any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _feed.Wake();
        await _loop.ConfigureAwait(false);
        _progress.Enter(LaneState.Ended);
        _chunk.Clear();
        _slice.Clear();
        _taken.Clear();
        _feed.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            ISinkLane? lane = null;
            try
            {
                await _attempts.EnterBreakerAsync().ConfigureAwait(false);
                lane = await OpenAsync().ConfigureAwait(false);
                await ResumeAsync(lane).ConfigureAwait(false);
                await DeliverAllAsync(lane).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (SinkException e)
            {
                await _attempts.HoldAsync(e.Outcome).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                LaneEvents.Failed(_parts.Logger, e, _sink.Name, _identity.Shard);
                await _attempts.HoldAsync(DeliveryOutcome.Retry($"{e.GetType().Name}: {e.Message}")).ConfigureAwait(false);
            }
            finally
            {
                _slice.Clear();
                _taken.Clear();
                _chunk.Clear();
                _search.Clear();
                if (lane is not null) await CloseAsync(lane).ConfigureAwait(false);
            }
        }
        try
        {
            _cursor.Store(force: true);
        }
        catch (IOException e)
        {
            // The last stored one stands: what came after it is delivered again.
            LaneEvents.Failed(_parts.Logger, e, _sink.Name, _identity.Shard);
        }
    }

    private async Task<ISinkLane> OpenAsync()
    {
        try
        {
            await _sink.PrepareAsync(_stopping.Token).ConfigureAwait(false);
            ISinkLane lane = await _sink.OpenLaneAsync(_identity, _stopping.Token).ConfigureAwait(false);
            if (_cursor.IsKnown) _metrics.Reopens.Add();
            _attempts.Opened();
            return lane;
        }
        catch (Exception e)
        {
            _attempts.Threw(e);
            throw;
        }
    }

    private async Task CloseAsync(ISinkLane lane)
    {
        try
        {
            await lane.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LaneEvents.CloseFailed(_parts.Logger, e, _sink.Name, _identity.Shard);
        }
    }

    private async Task ResumeAsync(ISinkLane lane)
    {
        JournalPosition cursor = _cursor.Of(lane);
        JournalPosition recovered = new(_log.RecoveredEndOffset, 0);
        if (!_cursor.IsKnown && cursor > recovered)
        {
            LaneEvents.TailLost(_parts.Logger, _sink.Name, _identity.Shard, cursor, recovered.Offset);
            await MoveSinkToAsync(lane, recovered).ConfigureAwait(false);
            cursor = recovered;
        }
        // It had everything there was: between here and the end no record stands, and waiting for one there would look like lag.
        if (cursor.Offset >= _log.RecoveredRecordsEnd && cursor < recovered) cursor = recovered;
        // A sink that is new to a journal begins with what the journal still has; that is no loss.
        if (cursor == JournalPosition.Start && _log.StartOffset > 0) cursor = new JournalPosition(_log.StartOffset, 0);
        _feed.SeekTo(cursor);
        _cursor.ResumeAt(cursor);
        _progress.Enter(LaneState.Running);
        LaneEvents.Running(_parts.Logger, _sink.Name, _identity.Shard, cursor, _log.EndOffset);
    }

    private async Task DeliverAllAsync(ISinkLane lane)
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (_progress.TakeReplay() is { } from) await ReplayAsync(lane, from).ConfigureAwait(false);
            FeedOutcome fed = _feed.Fill(_chunk, _sink.MaxReadingsPerDelivery);
            if (fed == FeedOutcome.Filled)
            {
                if (LingerLeft() is { Ticks: > 0 } linger)
                {
                    await Task.Delay(linger, _parts.Time, _stopping.Token).ConfigureAwait(false);
                    _feed.Fill(_chunk, _sink.MaxReadingsPerDelivery);
                }
                _deliveredAt = _parts.Time.GetTimestamp();
                // The first try stands here and not in a method of its own: an await inside this loop allocates nothing, a nested async method would.
                await _attempts.EnterBreakerAsync().ConfigureAwait(false);
                DeliveryOutcome outcome;
                try
                {
                    outcome = await lane.DeliverAsync(_chunk, _stopping.Token).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    _attempts.Threw(e);
                    throw;
                }
                if (_attempts.Answered(outcome) && outcome.Verdict == DeliveryVerdict.Accepted) Accepted(_chunk);
                else await SettleAsync(lane, outcome).ConfigureAwait(false);
                _chunk.Clear();
                continue;
            }
            _cursor.Store(force: false);
            if (fed == FeedOutcome.Late) await Task.Delay(LateRecordWait, _parts.Time, _stopping.Token).ConfigureAwait(false);
            else await _feed.WaitAsync().ConfigureAwait(false);
        }
    }

    // How long the chunk may wait for more readings: the sink likes deliveries to be apart unless they are full.
    private TimeSpan LingerLeft() =>
        _deliveredAt == 0 || _chunk.Count >= _sink.MaxReadingsPerDelivery ? TimeSpan.Zero : _sink.Linger - _parts.Time.GetElapsedTime(_deliveredAt);

    // The chunk was not accepted at once.
    private async Task SettleAsync(ISinkLane lane, DeliveryOutcome outcome)
    {
        if (outcome.Verdict is DeliveryVerdict.Retry or DeliveryVerdict.Stop)
        {
            await _attempts.HoldAsync(outcome).ConfigureAwait(false);
            outcome = await _attempts.AskAsync(lane, _chunk, default).ConfigureAwait(false);
        }
        if (outcome.Verdict == DeliveryVerdict.Accepted) Accepted(_chunk);
        else if (outcome.Verdict == DeliveryVerdict.AcceptedExcept) await BuryRefusedAsync(lane, _chunk).ConfigureAwait(false);
        else await IsolateAsync(lane, outcome).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds the poison in <see cref="_chunk"/>, which the sink rejected. Ranges are delivered in order, each with its own cursor, and split where the sink
    /// says the poison is, or in half; a single reading that is rejected is poison.
    /// </summary>
    private async Task IsolateAsync(ISinkLane lane, DeliveryOutcome rejection)
    {
        if (_chunk.Count == 1)
        {
            await BuryAsync(lane, 0, rejection.Reason).ConfigureAwait(false);
            return;
        }
        _search.Split(0, _chunk.Count, rejection.PoisonHint - 1);
        while (_search.TryNext(out int first, out int count))
        {
            _chunk.SliceInto(_slice, first, count);
            DeliveryOutcome outcome = await _attempts.AskAsync(lane, _slice, default).ConfigureAwait(false);
            if (outcome.Verdict == DeliveryVerdict.Accepted) Accepted(_slice);
            else if (outcome.Verdict == DeliveryVerdict.AcceptedExcept) await BuryRefusedAsync(lane, _slice).ConfigureAwait(false);
            else if (count == 1) await BuryAsync(lane, first, outcome.Reason).ConfigureAwait(false);
            else _search.Split(first, count, outcome.PoisonHint - 1);
            _slice.Clear();
        }
    }

    private async Task BuryAsync(ISinkLane lane, int index, string? reason)
    {
        _letters.Write(_chunk, index, reason ?? "rejected without a reason");
        _chunk.SliceInto(_slice, index, 1);
        JournalPosition next = _slice.End;
        await MoveSinkToAsync(lane, next).ConfigureAwait(false);
        _letters.Forget();
        _cursor.MoveTo(next);
    }

    /// <summary>The sink has all of the chunk but what it refused. The letters are on the disk before the cursor moves.</summary>
    private async Task BuryRefusedAsync(ISinkLane lane, DeliveryChunk chunk)
    {
        IReadOnlyList<RefusedReading> refused = lane.Refused;
        foreach (RefusedReading reading in refused) _letters.Write(chunk, reading.Index, reading.Reason);
        int first = 0;
        for (int i = 0; i <= refused.Count; i++)
        {
            int end = i < refused.Count ? refused[i].Index : chunk.Count;
            chunk.SliceInto(_taken, first, end - first);
            _metrics.Readings.Add(_taken.Count);
            RecordLatency(_taken);
            first = end + 1;
        }
        _taken.Clear();
        await MoveSinkToAsync(lane, chunk.End).ConfigureAwait(false);
        _letters.Forget();
        _metrics.Deliveries.Add();
        _cursor.MoveTo(chunk.End);
    }

    private async Task ReplayAsync(ISinkLane lane, JournalPosition from)
    {
        LaneEvents.Replaying(_parts.Logger, _sink.Name, _identity.Shard, from, Cursor);
        await MoveSinkToAsync(lane, from).ConfigureAwait(false);
        _letters.Forget();
        _feed.SeekTo(from);
        _cursor.MoveTo(from);
        _cursor.Store(force: true);
    }

    private async Task MoveSinkToAsync(ISinkLane lane, JournalPosition cursor)
    {
        DeliveryOutcome outcome = await _attempts.AskAsync(lane, null, cursor).ConfigureAwait(false);
        if (outcome.Verdict == DeliveryVerdict.Rejected)
        {
            throw new SinkException(DeliveryOutcome.Retry($"the cursor {cursor} was rejected: {outcome.Reason}"));
        }
        if (!_cursor.SinkKeeps) _log.StoreCursor(_sink.Name, cursor);
    }

    private void Accepted(DeliveryChunk chunk)
    {
        _metrics.Deliveries.Add();
        _metrics.Readings.Add(chunk.Count);
        RecordLatency(chunk);
        _cursor.MoveTo(chunk.End);
    }

    // Readings of one answer carry one GatewayTime: a record a run of equal ones, not a record a reading.
    private void RecordLatency(DeliveryChunk chunk)
    {
        long now = _parts.Time.GetUtcNow().UtcTicks;
        MeasuredWindow? window = Volatile.Read(ref _window);
        for (int part = 0; part < chunk.PartCount; part++)
        {
            ReadOnlySpan<Reading> readings = chunk.PartAt(part);
            int runStart = 0;
            for (int i = 1; i <= readings.Length; i++)
            {
                if (i < readings.Length && readings[i].GatewayTime == readings[runStart].GatewayTime) continue;
                _metrics.Commit.Record(now - readings[runStart].GatewayTime, i - runStart);
                window?.Record(readings[runStart].GatewayTime, now, i - runStart);
                runStart = i;
            }
        }
    }

    private void OnLost(long from, long to)
    {
        _metrics.LostBytes.Add(to - from);
        LaneEvents.Lost(_parts.Logger, _sink.Name, _identity.Shard, from, to);
    }
}
