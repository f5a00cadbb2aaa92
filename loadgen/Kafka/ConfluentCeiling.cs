using System.Diagnostics;
using Confluent.Kafka;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>A record as Confluent's client takes it.</summary>
/// <param name="Key">The device.</param>
/// <param name="Value">The record.</param>
/// <param name="Partition">Where the run put it.</param>
public readonly record struct CeilingRecord(byte[] Key, byte[] Value, int Partition);

/// <summary>What the client library that .NET programs use reaches by itself: a loop of <c>Produce</c> over records made beforehand, with a delivery handler that counts.</summary>
public sealed class ConfluentCeiling(string brokers, string topic, IReadOnlyDictionary<string, string> properties, int producers)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    // A full local queue is waited out for so long.
    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(1);

    private long _confirmed;
    private long _failed;

    /// <summary>Confirmed records a second over ten seconds, and how many that were.</summary>
    /// <exception cref="InvalidOperationException">A record was not confirmed.</exception>
    public async Task<(double PerSecond, long Count)> MeasureAsync(IReadOnlyList<CeilingRecord> records, CancellationToken cancellationToken)
    {
        ConfluentClient.FindLibrary();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Thread[] loops = [.. Enumerable.Range(0, producers).Select(n => new Thread(() => Loop(records, n, stop.Token)) { IsBackground = true, Name = $"ceiling-{n}" })];
        foreach (Thread loop in loops) loop.Start();
        await Task.Delay(WarmUp, cancellationToken).ConfigureAwait(false);
        long before = Volatile.Read(ref _confirmed), started = Stopwatch.GetTimestamp();
        await Task.Delay(Time, cancellationToken).ConfigureAwait(false);
        long count = Volatile.Read(ref _confirmed) - before;
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await stop.CancelAsync().ConfigureAwait(false);
        foreach (Thread loop in loops) loop.Join();
        if (Volatile.Read(ref _failed) is var failed and > 0) throw new InvalidOperationException($"ceiling: {failed:N0} records were not confirmed");
        return (count / seconds, count);
    }

    private void Loop(IReadOnlyList<CeilingRecord> records, int number, CancellationToken stop)
    {
        ProducerConfig config = new(properties.ToDictionary()) { BootstrapServers = brokers, EnableIdempotence = true, Acks = Acks.All };
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        Action<DeliveryReport<byte[], byte[]>> count = report =>
        {
            if (report.Error.IsError) Interlocked.Increment(ref _failed);
            else Interlocked.Increment(ref _confirmed);
        };
        for (int i = records.Count / producers * number; !stop.IsCancellationRequested; i = (i + 1) % records.Count)
        {
            CeilingRecord record = records[i];
            while (!TryProduce(producer, record, count) && !stop.IsCancellationRequested) Thread.Sleep(FullPause);
        }
        producer.Flush(TimeSpan.FromSeconds(30));
    }

    private bool TryProduce(IProducer<byte[], byte[]> producer, in CeilingRecord record, Action<DeliveryReport<byte[], byte[]>> count)
    {
        try
        {
            producer.Produce(new TopicPartition(topic, record.Partition), new Message<byte[], byte[]> { Key = record.Key, Value = record.Value }, count);
            return true;
        }
        catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }
}
