namespace HyperIngest.Mqtt;

/// <summary>The SUBSCRIBEs and UNSUBSCRIBEs that wait for their answers. Guarded by the outbox's gate.</summary>
internal sealed class MqttRequests
{
    private readonly Dictionary<ushort, Request> _waiting = [];

    /// <summary>Notes a request; its answer, or null when the connection ended first.</summary>
    public Task<IReadOnlyList<MqttReasonCode>?> Add(ushort id, MqttPacketType answer, int filters)
    {
        Request request = new(answer, filters);
        _waiting[id] = request;
        return request.Answer.Task;
    }

    /// <summary>An answer came; false when nobody asked for such.</summary>
    public bool TryAnswer(MqttPacketType type, in MqttSubAck packet)
    {
        if (!_waiting.TryGetValue(packet.PacketId, out Request? request) || request.Type != type) return false;
        MqttReasonCode[] codes = new MqttReasonCode[request.Filters];
        // 3.1.1: UNSUBACK has no codes.
        if (!packet.Codes.IsEmpty)
        {
            if (packet.Codes.Length != codes.Length) return false;
            for (int i = 0; i < codes.Length; i++) codes[i] = (MqttReasonCode)packet.Codes[i];
        }
        _waiting.Remove(packet.PacketId);
        request.Answer.SetResult(codes);
        return true;
    }

    /// <summary>The connection has ended.</summary>
    public void Clear()
    {
        foreach (Request request in _waiting.Values) request.Answer.SetResult(null);
        _waiting.Clear();
    }

    private sealed class Request(MqttPacketType type, int filters)
    {
        public MqttPacketType Type => type;

        public int Filters => filters;

        public TaskCompletionSource<IReadOnlyList<MqttReasonCode>?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
