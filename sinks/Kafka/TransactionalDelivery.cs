using System.Diagnostics;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// Exactly-once deliveries: each is a transaction of its records and the cursor. What is not committed for certain ends the producer (<see cref="SinkException"/>); the next one has the coordinator
/// end the transaction, and goes on from the cursor it finds.
/// </summary>
internal sealed class TransactionalDelivery : IKafkaDelivery
{
    // The library's calls are made again until they succeed or the limit is over, so that a cancelled lane does not wait for a coordinator that is away.
    private static readonly TimeSpan CallSlice = TimeSpan.FromMilliseconds(500);

    // A lane that waits for its coordinator says so after the stall time, but not before the coordinator may have answered: what is given up here costs a producer and a repetition.
    private static readonly TimeSpan LeastCallLimit = TimeSpan.FromSeconds(10);

    private readonly KafkaLaneParts _parts;
    private readonly TransactionCursor _cursor;
    private readonly string _sink;
    private readonly int _shard;
    private readonly ILogger _logger;
    private readonly TimeSpan _callLimit;
    private DeliveryOutcome? _fenced;

    private TransactionalDelivery(KafkaLaneParts parts, TransactionCursor cursor, string sink, int shard, TimeSpan stallTime, ILogger logger)
    {
        _callLimit = stallTime > LeastCallLimit ? stallTime : LeastCallLimit;
        _parts = parts;
        _cursor = cursor;
        _sink = sink;
        _shard = shard;
        _logger = logger;
    }

    /// <summary>Takes over the lane's transactional id, ends what an older producer left open, and reads the cursor. Blocks; owns the parts when it returns.</summary>
    /// <exception cref="SinkException">Nobody answers, or it is not allowed.</exception>
    public static TransactionalDelivery Open(
        KafkaLaneParts parts, TransactionCursor cursor, string sink, int shard, TimeSpan stallTime, ILogger logger, CancellationToken cancellationToken)
    {
        TransactionalDelivery delivery = new(parts, cursor, sink, shard, stallTime, logger);
        KafkaError error = delivery.Call(static p => p.InitTransactions(CallSlice), cancellationToken);
        if (error.IsError) throw new SinkException(KafkaErrors.OutcomeOf($"transactional id {cursor.Group}", error));
        // The topic must be there for an offset of it to be stored.
        _ = parts.PartitionsOf(parts.Producer.Topic(cursor.Topic), cancellationToken);
        cursor.Open(cancellationToken);
        KafkaEvents.Transactional(logger, sink, shard, cursor.Group, cursor.Group, cursor.Topic);
        return delivery;
    }

    /// <inheritdoc/>
    public JournalPosition? StoredCursor => _cursor.Stored;

    /// <inheritdoc/>
    public IReadOnlyList<RefusedReading> Refused => [];

    /// <inheritdoc/>
    public DeliveryOutcome Deliver(DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        if (_fenced is { } fenced) return fenced;
        DeliveryOutcome ready = _parts.Begin(chunk, cancellationToken);
        if (ready.Verdict != DeliveryVerdict.Accepted) return ready;
        if (Begin(cancellationToken) is { } notBegun) return notBegun;
        KafkaSender sender = _parts.Sender;
        sender.Begin();
        for (bool more = true; more;)
        {
            sender.Table.Reset();
            if (!_parts.SendWave(chunk, cancellationToken, out more) || !sender.AwaitReportsOrFailure(cancellationToken))
            {
                // Aborting needs the brokers as well: they are not there.
                if (sender.Failed.Length == 0) throw new SinkException(sender.Stalled());
            }
            if (sender.Failed.Length > 0) return Failed(cancellationToken);
            if (_parts.Encoder.Refused is [{ } refused, ..])
            {
                return Abort(DeliveryOutcome.Rejected(refused.Reason, refused.Index), cancellationToken);
            }
        }
        return Commit(chunk.End, cancellationToken);
    }

    /// <inheritdoc/>
    public DeliveryOutcome SkipTo(JournalPosition cursor, CancellationToken cancellationToken) => _fenced ?? Begin(cancellationToken) ?? Commit(cursor, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        // What is under way is in no committed transaction, and never will be.
        _parts.Sender.Abandon();
        _parts.Dispose();
    }

    private DeliveryOutcome? Begin(CancellationToken cancellationToken)
    {
        KafkaError error = _parts.Producer.BeginTransaction();
        return error.IsError ? Broken("the transaction could not be begun", error, cancellationToken) : null;
    }

    private DeliveryOutcome Commit(JournalPosition cursor, CancellationToken cancellationToken)
    {
        KafkaError error = Call(p => _cursor.Send(p, cursor, CallSlice), cancellationToken);
        if (error.IsError) return Broken("the cursor could not be stored", error, cancellationToken);
        error = Call(static p => p.CommitTransaction(CallSlice), cancellationToken);
        if (error.IsError) return Broken("the transaction could not be committed", error, cancellationToken);
        _cursor.Moved(cursor);
        _parts.Metrics.Committed.Add();
        return DeliveryOutcome.Accepted;
    }

    // Records failed: the library lets a transaction that lacks one be aborted only.
    private DeliveryOutcome Failed(CancellationToken cancellationToken)
    {
        KafkaSender sender = _parts.Sender;
        sender.Failed.Sort();
        DeliveryOutcome? outcome = null;
        foreach (int number in sender.Failed)
        {
            ref readonly KafkaRecord record = ref sender.Table[number];
            // Purged for another's sake.
            if (record.Error is KafkaErrorCode.LocalPurgedInQueue or KafkaErrorCode.LocalPurgedInFlight) continue;
            KafkaError error = new(record.Error);
            KafkaErrorKind kind = KafkaErrors.KindOf(record.Error);
            if (kind == KafkaErrorKind.Fenced) return Fenced(error, cancellationToken);
            // Brokers refuse a record batch as a whole: only a lone record says which reading it was.
            outcome ??= kind switch
            {
                KafkaErrorKind.Record when sender.Failed.Length == 1 && record.Count == 1 => DeliveryOutcome.Rejected(error.ToString(), _parts.Encoder.IndexOf(record)),
                KafkaErrorKind.Record => DeliveryOutcome.Rejected(error.ToString()),
                _ => KafkaErrors.OutcomeOf("the records were not taken", error),
            };
        }
        return Abort(outcome ?? DeliveryOutcome.Retry("the records were purged"), cancellationToken);
    }

    private DeliveryOutcome Broken(string what, KafkaError error, CancellationToken cancellationToken)
    {
        if (IsFenced(error)) return Fenced(error, cancellationToken);
        DeliveryOutcome outcome = KafkaErrors.OutcomeOf(what, error);
        // Only a transaction that can still be aborted is known not to be committed.
        return error.NeedsAbort && !error.IsFatal ? Abort(outcome, cancellationToken) : throw new SinkException(outcome);
    }

    private DeliveryOutcome Abort(DeliveryOutcome outcome, CancellationToken cancellationToken)
    {
        KafkaError error = Call(
            p =>
            {
                // The abort purges the queue and waits until that is reported.
                KafkaError aborted = p.AbortTransaction(CallSlice);
                _parts.Sender.TakeReports();
                return aborted;
            },
            cancellationToken);
        _parts.Sender.ForgetFailed();
        if (!error.IsError) _parts.Metrics.Aborted.Add();
        if (!error.IsError) return outcome;
        if (IsFenced(error)) return Fenced(error, cancellationToken);
        KafkaEvents.NotAborted(_logger, _sink, _shard, error.ToString());
        throw new SinkException(outcome.Verdict == DeliveryVerdict.Rejected ? DeliveryOutcome.Retry(outcome.Reason!) : outcome);
    }

    private bool IsFenced(KafkaError error) =>
        KafkaErrors.KindOf(error.Code) == KafkaErrorKind.Fenced || KafkaErrors.KindOf(_parts.Producer.FatalError.Code) == KafkaErrorKind.Fenced;

    // Either another process runs with this lane's transactional id, and then it has moved the cursor; or the coordinator took this one for dead because it was silent for too long.
    private DeliveryOutcome Fenced(KafkaError error, CancellationToken cancellationToken)
    {
        JournalPosition now = _cursor.Read(cancellationToken);
        if (now == _cursor.Stored) throw new SinkException(DeliveryOutcome.Retry($"the coordinator ended the transaction of {_cursor.Group} ({error}): the producer is made anew"));
        _fenced = DeliveryOutcome.Stop(
            $"sink {_sink}: the cursor in group {_cursor.Group} was moved to {now} by another process (this one left it at {_cursor.Stored}). Two processes run with the same node name and a copy of the "
            + "same journal: stop one, and restart this one");
        return _fenced.Value;
    }

    // Again while the library says that the same call may be made again.
    private KafkaError Call(Func<KafkaProducer, KafkaError> call, CancellationToken cancellationToken)
    {
        for (long began = Stopwatch.GetTimestamp(); ;)
        {
            KafkaError error = call(_parts.Producer);
            if (!error.IsError || !error.IsRetriable || error.NeedsAbort) return error;
            if (Stopwatch.GetElapsedTime(began) > _callLimit)
            {
                _parts.Metrics.Stalls.Add();
                return error;
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
