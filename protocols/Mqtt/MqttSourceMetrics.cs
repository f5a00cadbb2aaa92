using HyperIngest.Core.Telemetry;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>The counters of one MQTT source; see docs/mqtt.md for each.</summary>
internal sealed class MqttSourceMetrics
{
    private readonly MetricRegistry _registry;
    private readonly MetricLabel _label;

    // The reading loop's, until it has given all that had arrived.
    private long _messages;
    private long _readings;
    private long _bytes;

    public MqttSourceMetrics(MetricRegistry registry, string source)
    {
        _registry = registry;
        _label = new MetricLabel("source", source);
        Messages = registry.Counter("hyperingest_mqtt_source_messages_total", "Messages taken.", _label);
        Readings = registry.Counter("hyperingest_mqtt_source_readings_total", "Readings in them.", _label);
        Bytes = registry.Counter("hyperingest_mqtt_source_bytes_total", "Bytes of the messages' topics and payloads.", _label);
        Unparseable = registry.Counter("hyperingest_mqtt_source_unparseable_total", "Messages put into the dead letters because they are no readings.", _label);
        Repeated = registry.Counter("hyperingest_mqtt_source_repeated_total", "Messages the broker sent again whose readings are in the journal, or on their way there, already; not taken again.", _label);
        Duplicates = registry.Counter("hyperingest_mqtt_source_duplicates_total", "Messages that came with the DUP flag, taken or not.", _label);
        Retained = registry.Counter("hyperingest_mqtt_source_retained_total", "Messages that were their topic's last value, given because of a new subscription.", _label);
        TextsRefused = registry.Counter("hyperingest_mqtt_source_texts_refused_total", "Readings whose text the text table had no room for; they are there with a bad status.", _label);
        Skipped = registry.Counter("hyperingest_mqtt_source_skipped_values_total", "Values in messages that are no readings: templates, datasets, null for a series that is not known yet.", _label);
        Acknowledged = registry.Counter("hyperingest_mqtt_source_acknowledged_total", "Messages of QoS 1 and 2 acknowledged, which is after their readings were durable.", _label);
        Dropped = registry.Counter("hyperingest_mqtt_source_unacknowledged_at_close_total", "Messages whose connection ended before they could be acknowledged; the broker sends them again.", _label);
        Refusals = registry.Counter("hyperingest_mqtt_source_waits_total", "Times the reading of the socket stopped because a shard had no room.", _label);
        Connects = registry.Counter("hyperingest_mqtt_source_connects_total", "Connections made.", _label);
        Faults = registry.Counter("hyperingest_mqtt_source_faults_total", "Connections lost or not made, and subscriptions refused.", _label);
        LetterFailures = registry.Counter("hyperingest_mqtt_source_letter_failures_total", "Times the dead letters could not be written; the source waits meanwhile.", _label);
        Rebirths = registry.Counter("hyperingest_mqtt_source_rebirths_requested_total", "Rebirths requested of Sparkplug edge nodes.", _label);
    }

    public Counter Messages { get; }

    public Counter Readings { get; }

    public Counter Bytes { get; }

    public Counter Unparseable { get; }

    public Counter Repeated { get; }

    public Counter Duplicates { get; }

    public Counter Retained { get; }

    public Counter TextsRefused { get; }

    public Counter Skipped { get; }

    public Counter Acknowledged { get; }

    public Counter Dropped { get; }

    public Counter Refusals { get; }

    public Counter Connects { get; }

    public Counter Faults { get; }

    public Counter LetterFailures { get; }

    public Counter Rebirths { get; }

    /// <summary>Counts a message that was taken.</summary>
    public void Took(int bytes, int readings)
    {
        _messages++;
        _readings += readings;
        _bytes += bytes;
    }

    /// <summary>Enters what <see cref="Took"/> has counted since: once for all that had arrived, because adding costs an interlocked instruction.</summary>
    public void Enter()
    {
        if (_messages == 0) return;
        Messages.Add(_messages);
        Readings.Add(_readings);
        Bytes.Add(_bytes);
        _messages = _readings = _bytes = 0;
    }

    /// <summary>Shows the state of the source from now on.</summary>
    public void Show(Func<double> connected, Func<double> unacknowledged, Func<double> waiting, Func<double> topics)
    {
        _registry.Gauge("hyperingest_mqtt_source_topics", "Topics remembered; limits.topics bounds it.", topics, _label);
        _registry.Gauge("hyperingest_mqtt_source_connected", "1 while there is a connection to the broker.", connected, _label);
        _registry.Gauge("hyperingest_mqtt_source_unacknowledged", "Messages of QoS 1 and 2 whose readings are not known to be durable; one of several shards counts once for each.", unacknowledged, _label);
        _registry.Gauge("hyperingest_mqtt_source_waiting", "1 while the socket is not read because a shard has no room.", waiting, _label);
    }
}
