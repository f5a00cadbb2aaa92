using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// The batches one shard has ready in memory for one lane: bounded, one producer (the shard), one consumer (the lane). The queue holds each batch
/// (<see cref="ReadingBatch.Retain"/>) until the lane takes it over.
/// </summary>
internal sealed class LaneQueue
{
    private readonly ReadingBatch?[] _slots;
    private readonly int _capacity;
    private readonly int _mask;

    // Batches ever offered. Written by the shard alone (release, after the slot), read by the lane (acquire).
    private long _offered;

    // Batches ever taken. Written by the lane alone (release, after the slot is cleared), read by the shard (acquire).
    private long _taken;

    // These change once a batch of some 16,384 readings, a few dozen times a second: padding them apart would buy nothing.

    /// <summary>A queue of at most <paramref name="capacity"/> batches.</summary>
    public LaneQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _slots = new ReadingBatch?[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
    }

    public int Count => (int)(Volatile.Read(ref _offered) - Volatile.Read(ref _taken));

    /// <summary>Shard only: false when full; the batch is retained when true.</summary>
    public bool TryOffer(ReadingBatch batch)
    {
        long offered = _offered;
        if (offered - Volatile.Read(ref _taken) >= _capacity) return false;
        batch.Retain();
        _slots[(int)offered & _mask] = batch;
        Volatile.Write(ref _offered, offered + 1);
        return true;
    }

    /// <summary>Lane only: the oldest batch, left in the queue.</summary>
    public bool TryPeek([NotNullWhen(true)] out ReadingBatch? batch)
    {
        long taken = _taken;
        batch = taken == Volatile.Read(ref _offered) ? null : _slots[(int)taken & _mask];
        return batch is not null;
    }

    /// <summary>Lane only: takes the batch of the last <see cref="TryPeek"/>; the queue's hold on it is now the caller's.</summary>
    public ReadingBatch Take()
    {
        long taken = _taken;
        ref ReadingBatch? slot = ref _slots[(int)taken & _mask];
        ReadingBatch batch = slot!;
        slot = null;
        Volatile.Write(ref _taken, taken + 1);
        return batch;
    }
}
