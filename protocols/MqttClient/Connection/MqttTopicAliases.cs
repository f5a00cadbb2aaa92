namespace HyperIngest.Mqtt;

/// <summary>The topic names that the broker has given numbers (MQTT 5.0, 3.3.2.3.4). The reading loop's own.</summary>
/// <param name="maximum">The largest number allowed, as said in CONNECT; 0 for none.</param>
internal sealed class MqttTopicAliases(int maximum)
{
    private const int SmallestTable = 16;

    // By alias; grows with what the broker uses.
    private byte[]?[] _topics = [];

    /// <summary>Gives an alias its name, or finds the name of a topic that is left out; the reason why it cannot, or <see cref="MqttReasonCode.Success"/>.</summary>
    public MqttReasonCode Resolve(ushort alias, ref ReadOnlySpan<byte> topic)
    {
        if (alias > maximum) return MqttReasonCode.TopicAliasInvalid;
        byte[]? known = alias < _topics.Length ? _topics[alias] : null;
        if (topic.IsEmpty)
        {
            topic = known;
            return known is null ? MqttReasonCode.ProtocolError : MqttReasonCode.Success;
        }
        // A broker may send the name along every time; only a new one is kept.
        if (known is null || !topic.SequenceEqual(known)) Keep(alias, topic);
        return MqttReasonCode.Success;
    }

    private void Keep(ushort alias, ReadOnlySpan<byte> topic)
    {
        if (alias >= _topics.Length) Array.Resize(ref _topics, Math.Min(maximum + 1, Math.Max(SmallestTable, Math.Max(alias + 1, _topics.Length * 2))));
        _topics[alias] = topic.ToArray();
    }
}
