using System.Globalization;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Sinks.Kafka;

/// <summary>The metrics of one lane, labelled with its sink and shard.</summary>
internal sealed class KafkaLaneMetrics
{
    private readonly MetricRegistry _registry;
    private readonly MetricLabel[] _labels;
    private readonly Counter[] _errors;

    public KafkaLaneMetrics(MetricRegistry registry, string sink, int shard)
    {
        _registry = registry;
        _labels = [new("sink", sink), new("shard", shard.ToString(CultureInfo.InvariantCulture))];
        Records = registry.Counter("hyperingest_kafka_records_total", "Records the brokers confirmed.", _labels);
        Bytes = registry.Counter("hyperingest_kafka_bytes_total", "Bytes of the confirmed records' values, before compression.", _labels);
        QueueFull = registry.Counter("hyperingest_kafka_queue_full_waits_total", "Waits for room in the producer's queue.", _labels);
        Stalls = registry.Counter("hyperingest_kafka_stalls_total", "Times the brokers confirmed nothing for the stall time.", _labels);
        Faults = registry.Counter("hyperingest_kafka_client_faults_total", "Errors the client reported by itself: no connection stands any more, authentication.", _labels);
        Unconfirmed = registry.Counter("hyperingest_kafka_unconfirmed_records_total", "Records given up while a broker may have had them: they may be there twice.", _labels);
        Committed = registry.Counter("hyperingest_kafka_transactions_committed_total", "Transactions committed.", _labels);
        Aborted = registry.Counter("hyperingest_kafka_transactions_aborted_total", "Transactions aborted.", _labels);
        _errors =
        [
            .. Enum.GetNames<KafkaErrorKind>().Select(kind => registry.Counter(
                "hyperingest_kafka_record_errors_total", "Records not confirmed, by what their error means.", [.. _labels, new("kind", kind.ToLowerInvariant())])),
        ];
    }

    public Counter Records { get; }

    public Counter Bytes { get; }

    public Counter QueueFull { get; }

    public Counter Stalls { get; }

    public Counter Faults { get; }

    public Counter Unconfirmed { get; }

    public Counter Committed { get; }

    public Counter Aborted { get; }

    public Counter Errors(KafkaErrorKind kind) => _errors[(int)kind];

    /// <summary>The gauges of a lane that was opened; those of the lane before it are replaced.</summary>
    public void Observe(Func<double> inFlight, Func<double> fault)
    {
        _registry.Gauge("hyperingest_kafka_in_flight_records", "Records produced and not reported yet.", inFlight, _labels);
        _registry.Gauge("hyperingest_kafka_broker_fault", "1 while the client reports a fault: brokers down, authentication.", fault, _labels);
    }
}
