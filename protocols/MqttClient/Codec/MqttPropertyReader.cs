namespace HyperIngest.Mqtt;

/// <summary>
/// Goes through a packet's properties (MQTT 5.0, 2.2.2) and holds each against the table: known, allowed in this packet, of its type and range, and there once unless it may repeat.
/// </summary>
internal ref struct MqttPropertyReader
{
    private readonly MqttPropertyPlace _place;
    private MqttReader _reader;

    // A bit for each property seen; the largest identifier is 42.
    private ulong _seen;

    public MqttPropertyReader(ReadOnlySpan<byte> properties, MqttPropertyPlace place)
    {
        _reader = new MqttReader(properties);
        _place = place;
    }

    /// <summary>What is wrong; <see cref="MqttReasonCode.Success"/> for nothing. To be asked when <see cref="Next"/> has said no.</summary>
    public readonly MqttReasonCode Fault => _reader.Fault;

    /// <summary>The property.</summary>
    public MqttProperty Property { get; private set; }

    /// <summary>Its value, when it is a number.</summary>
    public uint Number { get; private set; }

    /// <summary>Its value, when it is text, binary, or a pair's value.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>A pair's name.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Reads the next one; false at the end, and at a fault.</summary>
    public bool Next()
    {
        if (_reader.IsAtEnd) return false;
        int identifier = _reader.Varint();
        MqttPropertyRule rule = MqttPropertyRule.Of(identifier);
        // 2.2.2.2: an identifier that is not valid for the packet makes it malformed.
        if (rule.Type == MqttPropertyType.None || (rule.Places & _place) == 0) return Fail(MqttReasonCode.MalformedPacket);
        Property = (MqttProperty)identifier;
        bool seen = (_seen & (1UL << identifier)) != 0;
        _seen |= 1UL << identifier;
        if (seen && !MayRepeat()) return Fail(MqttReasonCode.ProtocolError);
        Read(rule.Type);
        return _reader.Fault == MqttReasonCode.Success && IsInRange(rule.Type);
    }

    private readonly bool MayRepeat() =>
        // 3.3.2.3.8: a message that matches several subscriptions has the identifiers of all; a SUBSCRIBE has one.
        Property == MqttProperty.UserProperty || (Property == MqttProperty.SubscriptionIdentifier && _place == MqttPropertyPlace.Publish);

    private void Read(MqttPropertyType type)
    {
        switch (type)
        {
            case MqttPropertyType.Flag: Number = _reader.Byte(); break;
            case MqttPropertyType.UInt16: Number = _reader.UInt16(); break;
            case MqttPropertyType.UInt32: Number = _reader.UInt32(); break;
            case MqttPropertyType.Varint: Number = (uint)_reader.Varint(); break;
            case MqttPropertyType.Text: Bytes = _reader.Text(); break;
            case MqttPropertyType.Binary: Bytes = _reader.Binary(); break;
            case MqttPropertyType.Pair:
                Name = _reader.Text();
                Bytes = _reader.Text();
                break;
        }
    }

    private bool IsInRange(MqttPropertyType type)
    {
        if (type == MqttPropertyType.Flag) return Number <= 1 || Fail(MqttReasonCode.ProtocolError);
        return Property switch
        {
            MqttProperty.TopicAlias => Number > 0 || Fail(MqttReasonCode.TopicAliasInvalid),
            MqttProperty.SubscriptionIdentifier or MqttProperty.ReceiveMaximum or MqttProperty.MaximumPacketSize => Number > 0 || Fail(MqttReasonCode.ProtocolError),
            MqttProperty.ResponseTopic => MqttTopic.IsName(Bytes) || Fail(MqttReasonCode.ProtocolError),
            _ => true,
        };
    }

    private bool Fail(MqttReasonCode reason)
    {
        _reader.Fail(reason);
        return false;
    }
}
