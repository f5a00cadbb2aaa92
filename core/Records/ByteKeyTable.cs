using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>
/// A hash table from byte strings to the numbers 0, 1, 2, ... in the order they were added: open addressing over a dense list of keys that lie one behind the other, so that what came
/// in together (the tags of a device) lies together. Finding allocates nothing. One thread.
/// </summary>
public sealed class ByteKeyTable
{
    // Drawn once a process: who writes hostile names cannot know which of them collide.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue) | 1;

    private Entry[] _entries = new Entry[8];
    // One more than the entry's number; 0 is free. Twice the entries' capacity, so that it is never more than half full.
    private int[] _buckets = new int[16];
    private byte[] _keys = new byte[256];
    private int _keyBytes;

    private readonly record struct Entry(uint Hash, int Start, int Length);

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The number of a key; -1 when it is not there.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        uint hash = HashOf(key);
        int[] buckets = _buckets;
        for (int i = (int)hash & (buckets.Length - 1); buckets[i] != 0; i = (i + 1) & (buckets.Length - 1))
        {
            int number = buckets[i] - 1;
            if (_entries[number].Hash == hash && IsAt(number, key)) return number;
        }
        return -1;
    }

    /// <summary>Whether the key of <paramref name="number"/>, which may be past the last one, is <paramref name="key"/>: cheaper than finding it, where it can be guessed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(int number, ReadOnlySpan<byte> key) => (uint)number < (uint)Count && KeyAt(number).SequenceEqual(key);

    /// <summary>The bytes of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> KeyAt(int number)
    {
        ref readonly Entry entry = ref _entries[number];
        return _keys.AsSpan(entry.Start, entry.Length);
    }

    /// <summary>Adds a key that is not there and returns its number.</summary>
    public int Add(ReadOnlySpan<byte> key)
    {
        int number = Count;
        if (number == _entries.Length) Grow();
        if (_keys.Length - _keyBytes < key.Length) Array.Resize(ref _keys, Math.Max(2 * _keys.Length, _keyBytes + key.Length));
        key.CopyTo(_keys.AsSpan(_keyBytes));
        _entries[number] = new Entry(HashOf(key), _keyBytes, key.Length);
        _keyBytes += key.Length;
        Count = number + 1;
        Place(number);
        return number;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, 2 * _entries.Length);
        _buckets = new int[2 * _entries.Length];
        for (int number = 0; number < Count; number++) Place(number);
    }

    private void Place(int number)
    {
        int i = (int)_entries[number].Hash & (_buckets.Length - 1);
        while (_buckets[i] != 0) i = (i + 1) & (_buckets.Length - 1);
        _buckets[i] = number + 1;
    }

    // 8 bytes a step, each folded in by a 64 x 64 bit product's two halves; the last 8 may overlap those before, which the length tells apart.
    private static uint HashOf(ReadOnlySpan<byte> key)
    {
        ulong hash = Seed ^ ((ulong)key.Length * 0x9E37_79B9_7F4A_7C15);
        ReadOnlySpan<byte> rest = key;
        for (; rest.Length > 8; rest = rest[8..]) hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest));
        ulong last = 0;
        if (key.Length >= 8) last = BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]);
        else for (int i = 0; i < rest.Length; i++) last |= (ulong)rest[i] << (8 * i);
        hash = Fold(hash ^ last);
        return (uint)(hash ^ (hash >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong value)
    {
        ulong high = Math.BigMul(value, 0xD6E8_FEB8_6659_FD93 ^ (Seed << 1), out ulong low);
        return high ^ low ^ BitOperations.RotateLeft(Seed, 23);
    }
}
