using System.Text;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.MqttSink;

/// <summary>A metric as it was found in a message.</summary>
internal sealed record EdgeMetric(string Name, ulong? Alias, ulong Timestamp, SparkplugDataType Type, bool IsNull, bool IsHistorical, ulong Bits, string Text, ulong? Quality, string? Unit);

/// <summary>A message of an edge node, taken apart.</summary>
internal sealed record EdgeMessage(int Connection, string Topic, string Type, string Device, ulong? Seq, EdgeMetric[] Metrics)
{
    public static EdgeMessage Of(ScriptedBroker.Published message)
    {
        string[] levels = message.Topic.Split('/');
        Assert.True(SparkplugPayload.TryParse(message.Payload, out SparkplugPayload payload), payload.Reason);
        Assert.True(payload.HasTimestamp);
        List<EdgeMetric> metrics = [];
        foreach (SparkplugMetric metric in payload.Metrics)
        {
            metrics.Add(new EdgeMetric(
                Encoding.UTF8.GetString(metric.Name), metric.HasAlias ? metric.Alias : null, metric.Timestamp, metric.DataType, metric.IsNull, metric.IsHistorical, metric.ValueBits,
                Encoding.UTF8.GetString(metric.Text),
                metric.Properties.TryFind("Quality"u8, out SparkplugProperty quality) ? quality.ValueBits : null,
                metric.Properties.TryFind("engUnit"u8, out SparkplugProperty unit) ? Encoding.UTF8.GetString(unit.Text) : null));
        }
        return new EdgeMessage(message.Connection, message.Topic, levels[2], levels.Length > 4 ? levels[4] : "", payload.HasSeq ? payload.Seq : null, [.. metrics]);
    }
}
