using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a rule of an MQTT source.</summary>
internal static class MqttRuleBinder
{
    // Keys that belong to some payloads only.
    private static readonly (Key Key, MqttPayloadWord[] Payloads)[] Particular =
    [
        (MqttRuleSchema.JsonSection, [MqttPayloadWord.Json]),
        (MqttRuleSchema.BinarySection, [MqttPayloadWord.Binary]),
        (MqttRuleSchema.Format, [MqttPayloadWord.Record]),
        (MqttRuleSchema.Kind, [MqttPayloadWord.Json, MqttPayloadWord.Text]),
        (MqttRuleSchema.Device, [MqttPayloadWord.Json, MqttPayloadWord.Text, MqttPayloadWord.Binary]),
        (MqttRuleSchema.Tag, [MqttPayloadWord.Json, MqttPayloadWord.Text, MqttPayloadWord.Binary]),
    ];

    /// <summary>The rule; what is wrong with it by itself is reported where it stands.</summary>
    public static MqttRuleOptions Bind(SectionReader reader)
    {
        int before = reader.Problems.ErrorCount;
        MqttPayloadWord payload = reader.Get(MqttRuleSchema.Payload);
        foreach ((Key key, MqttPayloadWord[] payloads) in Particular)
        {
            if (reader.Has(key) && !payloads.Contains(payload))
            {
                string words = string.Join(" and ", payloads.Select(MqttRuleSchema.Payload.Type.Format));
                reader.Error(key, $"{key.Name} is for {words} payloads, and this rule's are {MqttRuleSchema.Payload.Type.Format(payload)}; remove one of the two");
            }
        }
        MqttRuleOptions rule = new()
        {
            Topic = reader.Get(MqttRuleSchema.Topic),
            Group = reader.Has(MqttRuleSchema.Group) ? reader.Get(MqttRuleSchema.Group) : null,
            Qos = reader.Get(MqttRuleSchema.Qos),
            Device = reader.Get(MqttRuleSchema.Device),
            Tag = reader.Has(MqttRuleSchema.Tag) ? reader.Get(MqttRuleSchema.Tag) : null,
            Tenant = reader.Get(MqttRuleSchema.Tenant),
            Unit = reader.Get(MqttRuleSchema.Unit),
            Classification = reader.Get(MqttRuleSchema.Class),
            Payload = Payload(reader, payload),
        };
        if (reader.Problems.ErrorCount > before) return rule;
        foreach (string problem in MqttRuleValidation.Check(rule)) reader.Error(MqttRuleSchema.Topic, problem);
        return rule;
    }

    private static MqttPayloadOptions Payload(SectionReader reader, MqttPayloadWord payload) => payload switch
    {
        MqttPayloadWord.Text => new MqttTextPayload { Kind = reader.Get(MqttRuleSchema.Kind) },
        MqttPayloadWord.Binary => Binary(reader),
        MqttPayloadWord.Record => new MqttRecordPayload { Format = reader.GetOrNull(MqttRuleSchema.Format) },
        MqttPayloadWord.Sparkplug => new MqttSparkplugPayload(),
        _ => Json(reader.Section(MqttRuleSchema.JsonSection), reader.Get(MqttRuleSchema.Kind)),
    };

    private static MqttJsonPayload Json(SectionReader reader, MqttValueKind kind)
    {
        MqttJsonShape shape = reader.Get(MqttRuleSchema.Json.Shape);
        foreach (Key own in (Key[])[MqttRuleSchema.Json.Items, MqttRuleSchema.Json.Tag])
        {
            if (reader.Has(own) && shape != MqttJsonShape.Items) reader.Error(own, $"{own.Name} is for shape: items; add that, or remove it");
        }
        return new MqttJsonPayload
        {
            Shape = shape,
            Value = reader.Get(MqttRuleSchema.Json.Value),
            Time = reader.Get(MqttRuleSchema.Json.Time),
            TimeUnit = reader.Get(MqttRuleSchema.Json.TimeUnit),
            Quality = reader.Get(MqttRuleSchema.Json.Quality),
            QualityType = reader.Get(MqttRuleSchema.Json.QualityType),
            Items = reader.Get(MqttRuleSchema.Json.Items),
            ItemTag = reader.Get(MqttRuleSchema.Json.Tag),
            Kind = kind,
        };
    }

    private static MqttBinaryPayload Binary(SectionReader rule)
    {
        if (!rule.Has(MqttRuleSchema.BinarySection)) rule.Error(MqttRuleSchema.BinarySection, "missing; binary payloads need fields, such as binary: { fields: [ { type: float32, offset: 0 } ] }");
        SectionReader reader = rule.Section(MqttRuleSchema.BinarySection);
        return new MqttBinaryPayload
        {
            Fields = rule.Has(MqttRuleSchema.BinarySection) ? [.. reader.List(MqttRuleSchema.Binary.Fields).Select(Field)] : [],
            Time = reader.Has(MqttRuleSchema.Binary.Time) ? Time(reader.Section(MqttRuleSchema.Binary.Time)) : null,
        };
    }

    private static MqttBinaryField Field(SectionReader reader) => new()
    {
        Tag = reader.Get(MqttRuleSchema.Field.Tag),
        Type = reader.Get(MqttRuleSchema.Field.Type),
        Offset = reader.Get(MqttRuleSchema.Field.Offset),
        Order = reader.Get(MqttRuleSchema.Field.Order),
        Bit = reader.GetOrNull(MqttRuleSchema.Field.Bit),
        Count = reader.Get(MqttRuleSchema.Field.Count),
    };

    private static MqttBinaryTime Time(SectionReader reader) => new()
    {
        Offset = reader.Get(MqttRuleSchema.BinaryTime.Offset),
        Type = reader.Get(MqttRuleSchema.BinaryTime.Type),
        Order = reader.Get(MqttRuleSchema.BinaryTime.Order),
        Unit = reader.Get(MqttRuleSchema.BinaryTime.Unit),
    };
}
