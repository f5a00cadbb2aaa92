using System.Globalization;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>The metrics of one lane, labelled with its sink and shard.</summary>
internal sealed class MqttLaneMetrics
{
    private readonly MetricRegistry _registry;
    private readonly MetricLabel[] _labels;

    public MqttLaneMetrics(MetricRegistry registry, string sink, int shard)
    {
        _registry = registry;
        _labels = [new("sink", sink), new("shard", shard.ToString(CultureInfo.InvariantCulture))];
        Messages = Counter("messages_total", "Messages given to the connection; those sent again count again.");
        Bytes = Counter("bytes_total", "Bytes of those messages' payloads.");
        Acknowledged = Counter("acknowledged_total", "Messages of QoS 1 that the broker acknowledged.");
        Refused = Counter("refused_total", "Readings the broker refused, or that can be no message.");
        Skipped = Counter("skipped_total", "Readings of bad status not published, because a plain payload could not say that they are bad.");
        Again = Counter("sent_again_total", "Messages sent again because their connection was lost before they were acknowledged.");
        Stalls = Counter("stalls_total", "Times the broker took or acknowledged nothing for the stall time.");
        Connects = Counter("connects_total", "Connections made.");
        Losses = Counter("connection_faults_total", "Connections lost or not made.");
        Births = Counter("births_total", "Sparkplug: NBIRTH and DBIRTH published.");
        Rebirths = Counter("rebirth_requests_total", "Sparkplug: rebirths asked for by NCMD.");
        Historical = Counter("historical_total", "Sparkplug: metrics published as historical.");
        Unreadable = Counter("unreadable_commands_total", "Sparkplug: commands and STATE messages that could not be read.");
    }

    public Counter Messages { get; }

    public Counter Bytes { get; }

    public Counter Acknowledged { get; }

    public Counter Refused { get; }

    public Counter Skipped { get; }

    public Counter Again { get; }

    public Counter Stalls { get; }

    public Counter Connects { get; }

    public Counter Losses { get; }

    public Counter Births { get; }

    public Counter Rebirths { get; }

    public Counter Historical { get; }

    public Counter Unreadable { get; }

    /// <summary>The gauges of a lane that was opened; those of the lane before it are replaced.</summary>
    public void Observe(Func<double> connected, Func<double> inFlight)
    {
        _registry.Gauge("hyperingest_mqtt_sink_connected", "1 while the lane is connected to the broker.", connected, _labels);
        _registry.Gauge("hyperingest_mqtt_sink_in_flight", "Messages sent and not acknowledged yet.", inFlight, _labels);
    }

    private Counter Counter(string name, string help) => _registry.Counter($"hyperingest_mqtt_sink_{name}", help, _labels);
}
