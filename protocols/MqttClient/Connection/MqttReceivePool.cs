using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace HyperIngest.Mqtt;

/// <summary>
/// The receive buffers of all connections of the process. A connection has one only while there is something to read, so that thousands of idle ones cost nothing here; a busy one gets a large one,
/// because a broker sends every message by itself and only a large read takes many at once.
/// </summary>
internal sealed class MqttReceivePool : MemoryPool<byte>
{
    /// <summary>Bytes of a buffer: some 700 messages of 180 bytes in one read; beyond it a read no longer gets cheaper by the message.</summary>
    public const int BlockBytes = 128 * 1024;

    // 8 MiB: more connections than that do not read at once on the cores a node has.
    private const int MaxIdle = 64;

    private readonly ConcurrentQueue<Block> _idle = new();

    // Changed by any thread with Interlocked; may run ahead of the queue by a block or two.
    private int _idleCount;

    /// <summary>The process's.</summary>
    public static new MqttReceivePool Shared { get; } = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_idle.TryDequeue(out Block? block)) return new Block(this);
        Interlocked.Decrement(ref _idleCount);
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _idle.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _idleCount) <= MaxIdle) _idle.Enqueue(block);
        else Interlocked.Decrement(ref _idleCount);
    }

    private sealed class Block(MqttReceivePool pool) : IMemoryOwner<byte>
    {
        // Pinned: the socket reads into it at any time.
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        /// <summary>Gives the block back; a pipe does so once.</summary>
        public void Dispose() => pool.Return(this);
    }
}
