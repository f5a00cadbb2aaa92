using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HyperIngest.Core.Journal;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4): the checksum of everything the journal writes. Uses the processor's crc32 instruction where there is one.
/// </summary>
/// <remarks>
/// The instruction takes 8 bytes a cycle but its result comes 3 cycles later, so one chain of them runs at a third of what the
/// unit can do. Three neighbouring blocks are therefore summed side by side, and their sums joined: the sum of A followed by n bytes is the sum of
/// A followed by n zeros, exclusive-or the sum of those bytes; "followed by n zeros" is linear, so a table of it for one n is four look-ups.
/// </remarks>
public static class Crc32C
{
    // The polynomial x^32 + x^28 + x^27 + ... + 1 in reflected bit order (RFC 3720, 12.1).
    private const uint Polynomial = 0x82F6_3B78;

    // Long blocks make the joining (some 10 ns) vanish; short ones let a record of a dozen readings gain too.
    private const int LongBlock = 4096;
    private const int ShortBlock = 192;

    private static readonly uint[] FollowedByLong = ZeroShiftTable(LongBlock);
    private static readonly uint[] FollowedByShort = ZeroShiftTable(ShortBlock);

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> is the checksum of, followed by <paramref name="bytes"/>; 0 is the checksum of nothing.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        while (bytes.Length >= 3 * LongBlock) state = ThreeBlocks(state, ref bytes, LongBlock, FollowedByLong);
        while (bytes.Length >= 3 * ShortBlock) state = ThreeBlocks(state, ref bytes, ShortBlock, FollowedByShort);
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) state = BitOperations.Crc32C(state, word);
        foreach (byte last in bytes[(bytes.Length & ~7)..]) state = BitOperations.Crc32C(state, last);
        return ~state;
    }

    private static uint ThreeBlocks(uint state, ref ReadOnlySpan<byte> bytes, int block, uint[] followedByBlock)
    {
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        ref byte second = ref Unsafe.Add(ref first, block);
        ref byte third = ref Unsafe.Add(ref second, block);
        uint a = state;
        uint b = 0;
        uint c = 0;
        for (nint i = 0; i < block; i += sizeof(ulong))
        {
            a = BitOperations.Crc32C(a, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, i)));
            b = BitOperations.Crc32C(b, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref second, i)));
            c = BitOperations.Crc32C(c, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref third, i)));
        }
        bytes = bytes[(3 * block)..];
        return Shift(Shift(a, followedByBlock) ^ b, followedByBlock) ^ c;
    }

    private static uint Shift(uint crc, uint[] table) =>
        table[crc & 0xFF] ^ table[256 + ((crc >> 8) & 0xFF)] ^ table[512 + ((crc >> 16) & 0xFF)] ^ table[768 + (crc >> 24)];

    // table[256 * k + v] is the state v << 8k after `zeros` zero bytes.
    private static uint[] ZeroShiftTable(int zeros)
    {
        uint[] bit = new uint[32];
        for (int i = 0; i < 32; i++)
        {
            uint state = 1u << i;
            for (int step = 0; step < zeros * 8; step++) state = (state >> 1) ^ ((state & 1) * Polynomial);
            bit[i] = state;
        }
        uint[] table = new uint[4 * 256];
        for (int k = 0; k < 4; k++)
        {
            for (int v = 0; v < 256; v++)
            {
                uint joined = 0;
                for (int i = 0; i < 8; i++) joined ^= ((v >> i) & 1) != 0 ? bit[(8 * k) + i] : 0;
                table[(256 * k) + v] = joined;
            }
        }
        return table;
    }
}
