using System.Diagnostics;
using System.Text;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>
/// Data that came before its birth: a host that has just come, or come back, asks for births, and what is published until they are there waits for them. When the edge node dies meanwhile, its next
/// birth is another session's, whose aliases may stand for something else: then it is given up. Bounded; a host's reading loop's.
/// </summary>
internal sealed class WaitingData(SparkplugReadings readings, SparkplugHostMetrics metrics, long maxBytes)
{
    // What a message costs beside its payload.
    private const int OverheadBytes = 128;

    private readonly Dictionary<SparkplugNode, List<Message>> _byNode = [];
    private readonly MessageReadings _birth = new();
    private long _bytes;

    private sealed record Message(string Device, byte[] Payload, int Metrics, long GatewayTicks)
    {
        public long Bytes => Payload.Length + OverheadBytes;
    }

    /// <summary>Keeps a message; false when there is no room for it.</summary>
    public bool TryHold(SparkplugNode node, ReadOnlySpan<byte> device, ReadOnlySpan<byte> payload, int metricCount, long nowTicks)
    {
        if (_bytes + payload.Length + OverheadBytes > maxBytes) return false;
        Message message = new(Encoding.UTF8.GetString(device), payload.ToArray(), metricCount, nowTicks);
        if (!_byNode.TryGetValue(node, out List<Message>? waiting)) _byNode.Add(node, waiting = []);
        waiting.Add(message);
        _bytes += message.Bytes;
        return true;
    }

    /// <summary>Gives up what waits for births of an edge node; metrics in it.</summary>
    public int Drop(SparkplugNode node)
    {
        if (!_byNode.Remove(node, out List<Message>? waiting)) return 0;
        _bytes -= waiting.Sum(m => m.Bytes);
        return waiting.Sum(m => m.Metrics);
    }

    /// <summary>A device was born: what waited for that is decoded, and stands before the readings of the birth, which are newer.</summary>
    /// <param name="node">The edge node.</param>
    /// <param name="place">The device's place in it; 0: the node itself.</param>
    /// <param name="device">Its name in topics; empty: the node itself.</param>
    /// <param name="into">Has the readings of the birth, and gets the others.</param>
    public void Born(SparkplugNode node, int place, ReadOnlySpan<byte> device, MessageReadings into)
    {
        // A birth nobody waits for costs nothing.
        if (_byNode.TryGetValue(node, out List<Message>? waiting)) Born(node, place, device, waiting, into);
    }

    private void Born(SparkplugNode node, int place, ReadOnlySpan<byte> device, List<Message> waiting, MessageReadings into)
    {
        string name = Encoding.UTF8.GetString(device);
        List<Message> now = waiting.FindAll(m => m.Device == name);
        if (now.Count == 0) return;
        waiting.RemoveAll(m => m.Device == name);
        if (waiting.Count == 0) _byNode.Remove(node);
        _birth.Clear();
        _birth.Append(into);
        into.Clear();
        foreach (Message message in now)
        {
            _bytes -= message.Bytes;
            // It was sound when it was kept.
            bool isSound = SparkplugPayload.TryParse(message.Payload, out SparkplugPayload payload);
            Debug.Assert(isSound, "Only what could be parsed is kept.");
            metrics.Waited.Add();
            metrics.Unresolved.Add(readings.Data(node, place, payload, message.GatewayTicks, isCurrent: false, into));
        }
        into.Append(_birth);
    }
}
