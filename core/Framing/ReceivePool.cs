using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace HyperIngest.Core.Framing;

/// <summary>
/// The receive buffers of many connections: pinned blocks of one size, kept when they come back. The shared array pool keeps 32 of a size for each core and
/// drops the rest, which with a thousand connections means that every stall of a ring ends in garbage.
/// </summary>
public sealed class ReceivePool : MemoryPool<byte>
{
    private readonly ConcurrentQueue<Block> _idle = new();
    private readonly int _blockBytes;
    private readonly int _maxIdle;

    // Changed by any thread with Interlocked; may run ahead of the queue by a block or two.
    private int _idleCount;

    /// <summary>A pool of blocks of <paramref name="blockBytes"/> that keeps at most <paramref name="maxIdle"/> of them.</summary>
    public ReceivePool(int blockBytes, int maxIdle)
    {
        _blockBytes = blockBytes;
        _maxIdle = maxIdle;
    }

    /// <inheritdoc/>
    public override int MaxBufferSize => _blockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, _blockBytes);
        if (!_idle.TryDequeue(out Block? block)) return new Block(this, _blockBytes);
        Interlocked.Decrement(ref _idleCount);
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _idle.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _idleCount) <= _maxIdle) _idle.Enqueue(block);
        else Interlocked.Decrement(ref _idleCount);
    }

    private sealed class Block(ReceivePool pool, int bytes) : IMemoryOwner<byte>
    {
        // Pinned: the socket reads into it at any time, and a thousand pins in a compacting heap would hold that heap apart.
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(
            GC.AllocateUninitializedArray<byte>(bytes, pinned: true), 0, bytes);

        /// <summary>Gives the block back; a pipe does so once.</summary>
        public void Dispose() => pool.Return(this);
    }
}
