namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// Pinned memory for the values of the records under way: the library sends them from here and never copies them, so that they stay until they are reported. Used again and again; it grows to
/// what the largest delivery needed.
/// </summary>
internal sealed unsafe class RecordArena
{
    // A JSON record has some 300 bytes: thousands to a block, and little is left over at its end.
    private const int BlockBytes = 1 << 20;

    private readonly List<byte[]> _blocks = [];
    private int _block = -1;
    private int _used;

    /// <summary>Bytes taken since <see cref="Reset"/>.</summary>
    public long Taken { get; private set; }

    /// <summary>Room for at least <paramref name="bytes"/> bytes at <paramref name="address"/>; what is used of it is said by <see cref="Take"/>.</summary>
    public Span<byte> Reserve(int bytes, out byte* address)
    {
        while (_block < 0 || _blocks[_block].Length - _used < bytes)
        {
            _block++;
            _used = 0;
            if (_block == _blocks.Count || _blocks[_block].Length < bytes) _blocks.Insert(_block, GC.AllocateUninitializedArray<byte>(Math.Max(BlockBytes, bytes), pinned: true));
        }
        byte[] block = _blocks[_block];
        address = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(block, _used);
        return block.AsSpan(_used);
    }

    /// <summary>Keeps the first bytes of what was reserved last.</summary>
    public void Take(int bytes)
    {
        _used += bytes;
        Taken += bytes;
    }

    /// <summary>All of it is free again: nothing may be under way.</summary>
    public void Reset()
    {
        _block = -1;
        _used = 0;
        Taken = 0;
    }
}
