using HyperIngest.Core.Journal;
using HyperIngest.Core.Polling;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// The tries of one lane: the breaker is asked before each and told after it, failures are waited out, and what is wrong is said once.
/// Used by the lane's loop alone.
/// </summary>
internal sealed class LaneAttempts
{
    private readonly string _sink;
    private readonly int _shard;
    private readonly CircuitBreaker _breaker;
    private readonly LaneParts _parts;
    private readonly LaneProgress _progress;
    private readonly LaneMetrics _metrics;
    private readonly CancellationToken _stopping;
    private readonly ExponentialBackoff _backoff;

    // What was last logged as wrong; null since the sink last took something.
    private string? _reported;

    public LaneAttempts(
        string sink, int shard, CircuitBreaker breaker, LaneParts parts, LaneProgress progress, LaneMetrics metrics, CancellationToken stopping)
    {
        _sink = sink;
        _shard = shard;
        _breaker = breaker;
        _parts = parts;
        _progress = progress;
        _metrics = metrics;
        _stopping = stopping;
        _backoff = new ExponentialBackoff(parts.Options.Retry.First, parts.Options.Retry.Longest, Random.Shared.Next());
    }

    /// <summary>The lane was let in to open a connection, and has it. Open is not delivered: the breaker closes when the sink takes something.</summary>
    public void Opened() => _breaker.Abandon();

    /// <summary>Delivers the chunk, or without one moves the sink's cursor, until the sink says Accepted, AcceptedExcept or Rejected.</summary>
    public async Task<DeliveryOutcome> AskAsync(ISinkLane lane, DeliveryChunk? chunk, JournalPosition cursor)
    {
        while (true)
        {
            _stopping.ThrowIfCancellationRequested();
            await EnterBreakerAsync().ConfigureAwait(false);
            DeliveryOutcome outcome;
            try
            {
                outcome = chunk is null
                    ? await lane.SkipToAsync(cursor, _stopping).ConfigureAwait(false)
                    : await lane.DeliverAsync(chunk, _stopping).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Threw(e);
                throw;
            }
            if (Answered(outcome)) return outcome;
            await HoldAsync(outcome).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the breaker, and says whether that was an answer: Accepted, AcceptedExcept or Rejected.</summary>
    public bool Answered(DeliveryOutcome outcome)
    {
        switch (outcome.Verdict)
        {
            case DeliveryVerdict.Accepted:
                _breaker.Success();
                Ran();
                return true;
            case DeliveryVerdict.AcceptedExcept:
                _breaker.Success();
                _metrics.Rejections.Add();
                Ran();
                return true;
            case DeliveryVerdict.Rejected:
                _breaker.Success();
                _metrics.Rejections.Add();
                return true;
            default:
                _breaker.Failure();
                return false;
        }
    }

    /// <summary>The sink threw.</summary>
    public void Threw(Exception exception)
    {
        if (exception is OperationCanceledException && _stopping.IsCancellationRequested) _breaker.Abandon();
        else _breaker.Failure();
    }

    /// <summary>Completes when the breaker lets the lane try; allocates nothing while it is closed.</summary>
    public ValueTask EnterBreakerAsync() => _breaker.TryEnter(out TimeSpan wait) ? ValueTask.CompletedTask : new ValueTask(WaitForBreakerAsync(wait));

    private async Task WaitForBreakerAsync(TimeSpan wait)
    {
        do
        {
            _progress.Enter(LaneState.Open);
            await Task.Delay(wait, _parts.Time, _stopping).ConfigureAwait(false);
        }
        while (!_breaker.TryEnter(out wait));
    }

    /// <summary>Says once what is wrong and waits before the next try. A wait that is cancelled just ends: the caller looks whether the lane is stopping.</summary>
    public async Task HoldAsync(DeliveryOutcome outcome)
    {
        string reason = outcome.Reason ?? "no reason given";
        bool stop = outcome.Verdict == DeliveryVerdict.Stop;
        TimeSpan wait;
        if (stop)
        {
            _metrics.Stops.Add();
            wait = _backoff.Longest();
            if (_reported != reason) LaneEvents.Stopped(_parts.Logger, _sink, _shard, _progress.Cursor, reason);
        }
        else
        {
            _metrics.Retries.Add();
            wait = _backoff.Failed();
            if (wait < outcome.RetryAfter) wait = outcome.RetryAfter;
            if (_reported != reason) LaneEvents.Retrying(_parts.Logger, _sink, _shard, reason);
        }
        _reported = reason;
        _progress.Enter(stop ? LaneState.Stopped : LaneState.Retrying, reason);
        await Task.Delay(wait, _parts.Time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Ran()
    {
        _backoff.Succeeded();
        if (_reported is not null) LaneEvents.Recovered(_parts.Logger, _sink, _shard);
        _reported = null;
        _progress.Enter(LaneState.Running);
    }
}
