using System.Threading.Tasks.Sources;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// One shard's producer and the thread that drives it. librdkafka's calls wait by blocking (for reports, for a transaction's commit), so that they are made on a thread of the lane's own: the pool's
/// never wait for a broker, a delivery costs two wake-ups, and nothing is allocated for one.
/// </summary>
internal sealed class KafkaLane : ISinkLane, IValueTaskSource<DeliveryOutcome>
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AutoResetEvent _called = new(false);
    private readonly Func<CancellationToken, IKafkaDelivery> _open;
    private readonly CancellationTokenSource _disposing = new();

    // Written by the caller before _called is set, and by the thread before the outcome is; each time the other side waits, so that no two touch it at once.
    private ManualResetValueTaskSourceCore<DeliveryOutcome> _outcome = new() { RunContinuationsAsynchronously = true };
    private IKafkaDelivery? _delivery;
    private DeliveryChunk? _chunk;
    private JournalPosition _cursor;
    private CancellationToken _cancelled;
    private volatile bool _ending;

    private KafkaLane(Func<CancellationToken, IKafkaDelivery> open) => _open = open;

    /// <summary>A lane whose producer is made by <paramref name="open"/>, on the lane's thread.</summary>
    public static async Task<ISinkLane> OpenAsync(string name, Func<CancellationToken, IKafkaDelivery> open, CancellationToken cancellationToken)
    {
        KafkaLane lane = new(open);
        new Thread(lane.Run) { IsBackground = true, Name = name }.Start();
        try
        {
            await using (cancellationToken.Register(static l => ((KafkaLane)l!)._disposing.Cancel(), lane).ConfigureAwait(false))
            {
                await lane._opened.Task.ConfigureAwait(false);
            }
            return lane;
        }
        catch
        {
            await lane.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public JournalPosition? StoredCursor => _delivery!.StoredCursor;

    /// <inheritdoc/>
    public IReadOnlyList<RefusedReading> Refused => _delivery!.Refused;

    /// <inheritdoc/>
    public ValueTask<DeliveryOutcome> DeliverAsync(DeliveryChunk chunk, CancellationToken cancellationToken) => Call(chunk, default, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeliveryOutcome> SkipToAsync(JournalPosition cursor, CancellationToken cancellationToken) => Call(null, cursor, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        await _disposing.CancelAsync().ConfigureAwait(false);
        _called.Set();
        await _closed.Task.ConfigureAwait(false);
        _called.Dispose();
        _disposing.Dispose();
    }

    /// <inheritdoc/>
    DeliveryOutcome IValueTaskSource<DeliveryOutcome>.GetResult(short token) => _outcome.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<DeliveryOutcome>.GetStatus(short token) => _outcome.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<DeliveryOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    private ValueTask<DeliveryOutcome> Call(DeliveryChunk? chunk, JournalPosition cursor, CancellationToken cancellationToken)
    {
        _chunk = chunk;
        _cursor = cursor;
        _cancelled = cancellationToken;
        _outcome.Reset();
        _called.Set();
        return new ValueTask<DeliveryOutcome>(this, _outcome.Version);
    }

    private void Run()
    {
        try
        {
            _delivery = _open(_disposing.Token);
            _opened.SetResult();
            while (true)
            {
                _called.WaitOne();
                if (_ending) break;
                Answer(_delivery);
            }
        }
        catch (Exception e)
        {
            // Before it was open: whoever opens it is told. An answer's own exceptions are told with the answer.
            _opened.TrySetException(e);
        }
        try
        {
            _delivery?.Dispose();
            _closed.SetResult();
        }
        catch (Exception e)
        {
            _closed.SetException(e);
        }
    }

    private void Answer(IKafkaDelivery delivery)
    {
        DeliveryOutcome outcome;
        try
        {
            outcome = _chunk is null ? delivery.SkipTo(_cursor, _cancelled) : delivery.Deliver(_chunk, _cancelled);
        }
        catch (Exception e)
        {
            _chunk = null;
            _outcome.SetException(e);
            return;
        }
        _chunk = null;
        _outcome.SetResult(outcome);
    }
}
