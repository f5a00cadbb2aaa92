namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>A message that is kept: its topic and its payload in one buffer that is used again.</summary>
internal sealed class StoredMessage
{
    private byte[] _bytes = [];
    private int _topicLength;
    private int _length;

    /// <summary>When it was first sent, counted up: the order to send it again in.</summary>
    public long Order { get; set; }

    /// <summary>Whether it was sent before.</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>Its readings that were due in the measured time; 0 for all else.</summary>
    public int Measured { get; set; }

    /// <summary>Its topic.</summary>
    public ReadOnlySpan<byte> Topic => _bytes.AsSpan(0, _topicLength);

    /// <summary>Its payload.</summary>
    public ReadOnlySpan<byte> Payload => _bytes.AsSpan(_topicLength, _length - _topicLength);

    /// <summary>Takes a message in, copied.</summary>
    public void Set(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
    {
        _topicLength = topic.Length;
        _length = topic.Length + payload.Length;
        if (_bytes.Length < _length) _bytes = new byte[Math.Max(_length, 256)];
        topic.CopyTo(_bytes);
        payload.CopyTo(_bytes.AsSpan(topic.Length));
    }
}

/// <summary>
/// The messages of QoS 1 of a connection that the broker has not acknowledged. After a new connection they are sent again before anything else, in the order they had. One publishing thread's.
/// </summary>
/// <remarks>
/// A packet identifier may be free and in use again before its acknowledgement is looked at here, because that comes over a queue. Then the one that comes next settles the message before, which is gone.
/// </remarks>
internal sealed class UnsettledMessages
{
    private readonly Dictionary<ushort, StoredMessage> _byId = [];
    private readonly Dictionary<ushort, int> _overtaken = [];
    private readonly Stack<StoredMessage> _free = new();
    private long _order;

    /// <summary>Messages.</summary>
    public int Count => _byId.Count;

    /// <summary>A message has gone out under an identifier.</summary>
    /// <returns>Whether it took the place of another, which so was settled.</returns>
    public bool Add(ushort packetId, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int measured = 0)
    {
        StoredMessage message = _free.TryPop(out StoredMessage? used) ? used : new StoredMessage();
        message.Set(topic, payload);
        message.Order = _order++;
        message.Measured = measured;
        return Add(packetId, message);
    }

    /// <summary>A message that was kept already has gone out under an identifier.</summary>
    /// <returns>Whether it took the place of another, which so was settled.</returns>
    public bool Add(ushort packetId, StoredMessage message)
    {
        bool overtakes = _byId.Remove(packetId, out StoredMessage? before);
        if (overtakes)
        {
            _overtaken[packetId] = _overtaken.GetValueOrDefault(packetId) + 1;
            Free(before!);
        }
        _byId.Add(packetId, message);
        return overtakes;
    }

    /// <summary>The broker has settled an identifier; false when its message was known to be settled.</summary>
    /// <param name="packetId">The identifier.</param>
    /// <param name="measured">The message's readings that were due in the measured time.</param>
    public bool Settle(ushort packetId, out int measured)
    {
        measured = 0;
        if (_overtaken.Count > 0 && _overtaken.TryGetValue(packetId, out int times))
        {
            if (times == 1) _overtaken.Remove(packetId);
            else _overtaken[packetId] = times - 1;
            return false;
        }
        if (!_byId.Remove(packetId, out StoredMessage? message)) return false;
        measured = message.Measured;
        Free(message);
        return true;
    }

    /// <summary>The connection is another one: all that is left, in order, to be sent again; none is left here.</summary>
    public void TakeAll(Queue<StoredMessage> into)
    {
        foreach (StoredMessage message in _byId.Values.OrderBy(m => m.Order))
        {
            message.IsDuplicate = true;
            into.Enqueue(message);
        }
        _byId.Clear();
        _overtaken.Clear();
    }

    /// <summary>A message is of no more use.</summary>
    public void Free(StoredMessage message)
    {
        message.IsDuplicate = false;
        // As many as were ever under way at once are there at most.
        _free.Push(message);
    }
}
