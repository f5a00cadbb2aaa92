using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Sinks.Mqtt;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds an MQTT sink.</summary>
internal static class MqttSinkBinder
{
    /// <summary>The sink; nothing is connected to.</summary>
    public static MqttSinkOptions Bind(SectionReader reader)
    {
        int before = reader.Problems.ErrorCount;
        MqttSinkOptions sink = new()
        {
            Name = reader.Get(SinkSchema.Name),
            Client = MqttClientBinder.Bind(reader) with { ClientId = reader.Get(MqttSinkSchema.ClientId) },
            Mode = reader.Get(MqttSinkSchema.Mode),
            Uns = new MqttUnsOptions
            {
                Topic = reader.Get(MqttSinkSchema.Topic),
                Slash = reader.Get(MqttSinkSchema.Slash),
                Payload = reader.Get(MqttSinkSchema.Payload),
                Qos = reader.Get(MqttSinkSchema.Qos),
                Retain = reader.Get(MqttSinkSchema.Retain),
            },
            Sparkplug = EdgeNode(reader.Section(MqttSinkSchema.Sparkplug)),
            Limits = new MqttSinkLimits
            {
                MaxReadingsPerDelivery = reader.Get(MqttSinkSchema.ReadingsPerDelivery),
                Linger = reader.Get(MqttSinkSchema.Linger),
                MaxInFlight = reader.Get(MqttSinkSchema.InFlight),
                StallTime = reader.Get(MqttSinkSchema.StallTime),
            },
        };
        if (sink.Mode == MqttSinkMode.Sparkplug)
        {
            foreach (Key uns in (Key[])[MqttSinkSchema.Topic, MqttSinkSchema.Slash, MqttSinkSchema.Payload, MqttSinkSchema.Qos, MqttSinkSchema.Retain, MqttSinkSchema.InFlight])
            {
                if (reader.Has(uns)) reader.Error(uns, $"{uns.Name} is for mode: uns; Sparkplug says by itself how data is sent. Remove one of the two");
            }
        }
        else if (reader.Has(MqttSinkSchema.Sparkplug))
        {
            reader.Error(MqttSinkSchema.Sparkplug, "this is for mode: sparkplug; add that, or remove the section");
        }
        // Only options that are right so far: one mistake is one message.
        if (reader.Problems.ErrorCount == before && MqttSinkOptionsCheck.ProblemOf(sink) is { } problem)
        {
            reader.Error(sink.Mode == MqttSinkMode.Sparkplug ? MqttSinkSchema.Sparkplug : MqttSinkSchema.Topic, problem);
        }
        return sink;
    }

    private static MqttEdgeNodeOptions EdgeNode(SectionReader reader) => new()
    {
        Group = reader.Get(MqttSinkSchema.Edge.Group),
        EdgeNode = reader.Get(MqttSinkSchema.Edge.EdgeNode),
        PrimaryHost = reader.Has(MqttSinkSchema.Edge.PrimaryHost) ? reader.Get(MqttSinkSchema.Edge.PrimaryHost) : null,
        MaxMetricsPerMessage = reader.Get(MqttSinkSchema.Edge.MetricsPerMessage),
        MaxMessageBytes = (int)reader.Get(MqttSinkSchema.Edge.MessageBytes),
    };
}
