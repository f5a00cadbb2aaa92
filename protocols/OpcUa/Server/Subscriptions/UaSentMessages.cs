using System.Buffers;
using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>The messages of a subscription that were sent and not acknowledged, oldest first, as bytes in arrays of the pool. Bounded: the oldest goes first, and is counted.</summary>
internal sealed class UaSentMessages(UaServerCounters counters, int most)
{
    // However long its messages are, a subscription does not keep more than that, but for one.
    private const int MostBytes = 32 << 20;

    private readonly List<Sent> _sent = [];
    private int _bytes;

    /// <summary>Keeps a copy.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="message">The message.</param>
    /// <param name="values">How many values it has.</param>
    public void Keep(uint sequence, ReadOnlySpan<byte> message, int values)
    {
        if (most == 0)
        {
            counters.Forgotten += values;
            return;
        }
        while (_sent.Count >= most || (_sent.Count > 0 && _bytes + message.Length > MostBytes)) counters.Forgotten += Remove(0);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(message.Length);
        message.CopyTo(bytes);
        _sent.Add(new Sent(sequence, bytes, message.Length, values));
        _bytes += message.Length;
    }

    /// <summary>Makes room for one more, and writes the numbers of those that can be asked for again, that one's behind them.</summary>
    public ReadOnlySpan<uint> Available(Span<uint> into, uint? next)
    {
        int count = 0;
        int skipped = next is not null && most > 0 && _sent.Count >= most ? 1 : 0;
        for (int i = skipped; i < _sent.Count && count < into.Length; i++) into[count++] = _sent[i].Sequence;
        if (next is { } one && most > 0 && count < into.Length) into[count++] = one;
        return into[..count];
    }

    /// <summary>A message arrived; false when it is not kept.</summary>
    public bool Acknowledge(uint sequence)
    {
        int at = IndexOf(sequence);
        if (at < 0) return false;
        counters.Acknowledged += Remove(at);
        return true;
    }

    /// <summary>Writes a message again; false when it is not kept.</summary>
    public bool TryWrite(uint sequence, UaWriter writer)
    {
        int at = IndexOf(sequence);
        if (at < 0) return false;
        _sent[at].Bytes.AsSpan(0, _sent[at].Length).CopyTo(writer.Take(_sent[at].Length));
        return true;
    }

    /// <summary>The subscription is gone.</summary>
    public void Clear()
    {
        while (_sent.Count > 0) counters.Forgotten += Remove(_sent.Count - 1);
    }

    private int IndexOf(uint sequence)
    {
        for (int i = 0; i < _sent.Count; i++)
        {
            if (_sent[i].Sequence == sequence) return i;
        }
        return -1;
    }

    private int Remove(int at)
    {
        Sent sent = _sent[at];
        ArrayPool<byte>.Shared.Return(sent.Bytes);
        _bytes -= sent.Length;
        _sent.RemoveAt(at);
        return sent.Values;
    }

    private readonly record struct Sent(uint Sequence, byte[] Bytes, int Length, int Values);
}
