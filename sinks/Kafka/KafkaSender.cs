using System.Diagnostics;
using HyperIngest.Core.Delivery;
using HyperIngest.Kafka;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// Hands records to a producer and takes in their reports. The lane's thread's. Whatever it waits for, it gives up after the stall time without a report: the records stay the library's, and waiting can
/// go on later.
/// </summary>
internal sealed unsafe class KafkaSender(KafkaProducer producer, KafkaRoutes routes, KafkaLaneMetrics metrics, TimeSpan stallTime)
{
    // How soon a cancelled delivery notices; reports that come wake the thread at once.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    // Purged records are reported at once by the library itself; nobody else is asked.
    private static readonly TimeSpan PurgeLimit = TimeSpan.FromSeconds(10);

    private readonly KafkaProducer _producer = producer;
    private readonly KafkaRoutes _routes = routes;
    private readonly KafkaLaneMetrics _metrics = metrics;
    private readonly TimeSpan _stallTime = stallTime;
    private readonly KafkaReport[] _reports = new KafkaReport[1024];
    private int[] _failed = new int[64];
    private int _failedCount;
    private long _faultsCounted;
    private long _progressAt;

    // Written by the lane's thread; a gauge reads it.
    private int _inFlight;

    /// <summary>The records at hand.</summary>
    public RecordTable Table { get; } = new();

    /// <summary>The library's records.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Numbers of the records that failed and were not dealt with yet, in the order in which they failed.</summary>
    public Span<int> Failed => _failed.AsSpan(0, _failedCount);

    /// <summary>Whoever dealt with the failed records says so.</summary>
    public void ForgetFailed() => _failedCount = 0;

    /// <summary>A delivery begins or is gone on with: the stall time counts from now.</summary>
    public void Begin() => _progressAt = Stopwatch.GetTimestamp();

    /// <summary>Sends the pending records among those numbered <paramref name="first"/> to <paramref name="end"/>-1, in order; false when the queue stayed full for the stall time.</summary>
    public bool Send(int first, int end, CancellationToken cancellationToken)
    {
        for (int number = first; number < end; number++)
        {
            if (Table[number].State == RecordState.Pending && !Gather(number, cancellationToken)) return false;
        }
        return Flush(cancellationToken);
    }

    /// <summary>Sends the pending records of these numbers, in order; false when the queue stayed full for the stall time.</summary>
    public bool Send(ReadOnlySpan<int> numbers, CancellationToken cancellationToken)
    {
        foreach (int number in numbers)
        {
            if (Table[number].State == RecordState.Pending && !Gather(number, cancellationToken)) return false;
        }
        return Flush(cancellationToken);
    }

    /// <summary>Takes in reports until none is missing; false when none came for the stall time.</summary>
    public bool AwaitReports(CancellationToken cancellationToken)
    {
        while (_inFlight > 0)
        {
            if (!AwaitProgress(cancellationToken)) return false;
        }
        return true;
    }

    /// <summary>
    /// Takes in reports until none is missing or one says that its record failed; false when none came for the stall time. A transaction that lacks a record can only be aborted, and the library
    /// says nothing of the other records until it is.
    /// </summary>
    public bool AwaitReportsOrFailure(CancellationToken cancellationToken)
    {
        while (_inFlight > 0 && _failedCount == 0)
        {
            if (!AwaitProgress(cancellationToken)) return false;
        }
        return true;
    }

    /// <summary>Gives up what is under way, before the producer is closed. Says how many records brokers may have all the same.</summary>
    public int Abandon()
    {
        if (_inFlight == 0) return 0;
        ForgetFailed();
        _producer.Purge();
        for (long began = Stopwatch.GetTimestamp(); _inFlight > 0 && Stopwatch.GetElapsedTime(began) < PurgeLimit;) TakeReports(LongestWait);
        int unknown = _inFlight;
        foreach (int number in Failed)
        {
            // What was purged from the queue was never sent.
            if (Table[number].Error != KafkaErrorCode.LocalPurgedInQueue) unknown++;
        }
        ForgetFailed();
        return unknown;
    }

    /// <summary>Takes in what reports there are, without waiting: a transaction's abort waits for them.</summary>
    public void TakeReports()
    {
        while (TakeReports(TimeSpan.Zero) > 0)
        {
        }
    }

    /// <summary>What a stall or an error of the client itself means: what the client said last, if it said anything.</summary>
    public DeliveryOutcome Stalled()
    {
        _metrics.Stalls.Add();
        return _producer.Fault is { } fault ? KafkaErrors.OutcomeOf("the brokers confirm nothing", fault.Error) : DeliveryOutcome.Retry("the brokers confirm nothing");
    }

    private bool Gather(int number, CancellationToken cancellationToken)
    {
        ref KafkaRecord record = ref Table[number];
        ref readonly KafkaRoute route = ref _routes[record.Route];
        LaneTopic topic = _routes.Topics[route.Topic];
        KafkaMessage message = new()
        {
            Partition = route.Partition,
            Value = record.Value,
            ValueLength = record.Length,
            Key = route.Key,
            KeyLength = route.KeyLength,
            Opaque = number,
        };
        if (topic.Headers is not null) return SendOne(topic, message, cancellationToken);
        topic.Gather(message);
        return !topic.IsFull || Flush(topic, cancellationToken);
    }

    private bool Flush(CancellationToken cancellationToken)
    {
        foreach (LaneTopic topic in _routes.Topics)
        {
            if (topic.Gathered > 0 && !Flush(topic, cancellationToken)) return false;
        }
        return true;
    }

    // What is not sent when it returns false stays pending.
    private bool Flush(LaneTopic topic, CancellationToken cancellationToken)
    {
        while (true)
        {
            Span<KafkaMessage> slice = topic.Slice;
            int taken = _producer.Produce(topic.Handle, slice);
            int kept = 0;
            foreach (ref KafkaMessage message in slice)
            {
                int number = (int)message.Opaque;
                if (message.Error == 0) Table[number].State = RecordState.InFlight;
                else if (message.Error != KafkaErrorCode.LocalQueueFull) Fail(number, message.Error);
                else slice[kept++] = message with { Error = 0 };
            }
            _inFlight += taken;
            topic.Gathered = kept;
            if (kept == 0) return true;
            // The library takes none after the first that it has no room for: order is kept.
            _metrics.QueueFull.Add();
            if (!AwaitRoom(cancellationToken)) return false;
        }
    }

    private bool SendOne(LaneTopic topic, in KafkaMessage message, CancellationToken cancellationToken)
    {
        while (true)
        {
            KafkaError error = _producer.Produce(topic.Handle, message, topic.Headers!);
            if (!error.IsError)
            {
                Table[(int)message.Opaque].State = RecordState.InFlight;
                _inFlight++;
                return true;
            }
            if (error.Code != KafkaErrorCode.LocalQueueFull)
            {
                Fail((int)message.Opaque, error.Code);
                return true;
            }
            _metrics.QueueFull.Add();
            if (!AwaitRoom(cancellationToken)) return false;
        }
    }

    private bool AwaitRoom(CancellationToken cancellationToken)
    {
        if (AwaitProgress(cancellationToken)) return true;
        foreach (LaneTopic topic in _routes.Topics) topic.Gathered = 0;
        return false;
    }

    private bool AwaitProgress(CancellationToken cancellationToken)
    {
        while (TakeReports(LongestWait) == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_producer.Fault is { Error.IsFatal: true } fatal) throw new SinkException(DeliveryOutcome.Retry($"the producer is out of order and is made anew: {fatal.Error}"));
            if (Stopwatch.GetElapsedTime(_progressAt) > _stallTime) return false;
        }
        return true;
    }

    // How many reports came.
    private int TakeReports(TimeSpan limit)
    {
        int count = _producer.Poll(_reports, limit);
        if (_producer.Faults != _faultsCounted) CountFaults();
        if (count == 0) return 0;
        _progressAt = Stopwatch.GetTimestamp();
        long bytes = 0;
        int good = 0;
        foreach (ref readonly KafkaReport report in _reports.AsSpan(0, count))
        {
            int number = (int)report.Opaque;
            if (report.Error != 0)
            {
                Fail(number, report.Error);
                continue;
            }
            Table[number].State = RecordState.Settled;
            bytes += Table[number].Length;
            good++;
        }
        Volatile.Write(ref _inFlight, _inFlight - count);
        _metrics.Records.Add(good);
        _metrics.Bytes.Add(bytes);
        // Whatever the client complained of, brokers confirm again.
        if (good > 0 && _producer.Fault is not null) _producer.ClearFault();
        return count;
    }

    private void CountFaults()
    {
        _metrics.Faults.Add(_producer.Faults - _faultsCounted);
        _faultsCounted = _producer.Faults;
    }

    private void Fail(int number, int code)
    {
        Table[number].State = RecordState.Failed;
        Table[number].Error = code;
        if (code is not (KafkaErrorCode.LocalPurgedInQueue or KafkaErrorCode.LocalPurgedInFlight)) _metrics.Errors(KafkaErrors.KindOf(code)).Add();
        if (_failedCount == _failed.Length) Array.Resize(ref _failed, 2 * _failedCount);
        _failed[_failedCount++] = number;
    }
}
