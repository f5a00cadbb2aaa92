using System.Runtime.CompilerServices;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Mqtt.Uns;

/// <summary>Where each reading of the delivery at hand stands, over all connections it takes. The lane's alone.</summary>
internal sealed class UnsProgress
{
    private enum State : byte
    {
        Pending,
        InFlight,
        Settled,
    }

    // By packet identifier: one more than the reading's index; 0 for none.
    private readonly int[] _readingOf = new int[ushort.MaxValue + 1];
    private State[] _states = [];
    private (JournalPosition Start, JournalPosition End, int Count)? _chunk;
    private int _count;

    // The next reading: its part, its place there, its index in the chunk.
    private int _part;
    private int _place;
    private int _index;

    // QoS 0: all before it is settled.
    private int _confirmed;

    /// <summary>Readings sent and not settled.</summary>
    public int InFlight { get; private set; }

    /// <summary>Readings neither sent nor settled.</summary>
    public int Pending { get; private set; }

    /// <summary>The chunk was gone through to its end; what was put back since is pending all the same.</summary>
    public bool IsAllSent => _index == _count;

    /// <summary>Whether it is this chunk that is at hand.</summary>
    public bool IsOf(DeliveryChunk chunk) => _chunk == (chunk.Start, chunk.End, chunk.Count);

    /// <summary>Another chunk is at hand, nothing of it sent. Nothing may be in flight.</summary>
    public void Begin(DeliveryChunk chunk)
    {
        _chunk = (chunk.Start, chunk.End, chunk.Count);
        _count = Pending = chunk.Count;
        if (_states.Length < _count) _states = new State[Math.Max(_count, 2 * _states.Length)];
        _states.AsSpan(0, _count).Clear();
        ToStart();
    }

    /// <summary>No chunk is at hand.</summary>
    public void Forget()
    {
        if (InFlight > 0) Array.Clear(_readingOf);
        InFlight = Pending = _count = 0;
        _chunk = null;
        ToStart();
    }

    /// <summary>The next pending reading; <see cref="Sent"/> or <see cref="Pass"/> moves on from it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(DeliveryChunk chunk, out Reading reading)
    {
        while (_index < _count)
        {
            ReadOnlySpan<Reading> readings = chunk.PartAt(_part);
            for (; _place < readings.Length; _place++, _index++)
            {
                if (_states[_index] != State.Pending) continue;
                reading = readings[_place];
                return true;
            }
            _part++;
            _place = 0;
        }
        reading = default;
        return false;
    }

    /// <summary>The reading at hand was sent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sent(ushort packetId)
    {
        _states[_index] = State.InFlight;
        // QoS 0 has none.
        if (packetId != 0) _readingOf[packetId] = _index + 1;
        InFlight++;
        Pending--;
        _place++;
        _index++;
    }

    /// <summary>The reading at hand is not sent, and is done with; its index.</summary>
    public int Pass()
    {
        _states[_index] = State.Settled;
        Pending--;
        _place++;
        return _index++;
    }

    /// <summary>The reading of a packet; -1 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadingOf(ushort packetId) => _readingOf[packetId] - 1;

    /// <summary>A reading is acknowledged, or refused.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Settle(ushort packetId, int index)
    {
        _readingOf[packetId] = 0;
        _states[index] = State.Settled;
        InFlight--;
    }

    /// <summary>A reading that was sent is to be sent again, when the others are settled.</summary>
    public void PutBack(ushort packetId, int index)
    {
        _readingOf[packetId] = 0;
        _states[index] = State.Pending;
        InFlight--;
        Pending++;
    }

    /// <summary>A reading that was settled is to be sent again.</summary>
    public void PutBack(int index)
    {
        _states[index] = State.Pending;
        Pending++;
    }

    /// <summary>QoS 0: all that was sent is settled; how many those are.</summary>
    public int ConfirmSent()
    {
        int confirmed = InFlight;
        for (; _confirmed < _index; _confirmed++)
        {
            if (_states[_confirmed] == State.InFlight) _states[_confirmed] = State.Settled;
        }
        InFlight = 0;
        return confirmed;
    }

    /// <summary>From the start again, with all that is not settled; how many of those had been sent.</summary>
    public int Rewind()
    {
        int again = InFlight;
        if (again > 0)
        {
            Array.Clear(_readingOf);
            for (int i = 0; i < _count; i++)
            {
                if (_states[i] == State.InFlight) _states[i] = State.Pending;
            }
        }
        Pending += again;
        InFlight = 0;
        ToStart();
        return again;
    }

    private void ToStart() => _part = _place = _index = _confirmed = 0;
}
