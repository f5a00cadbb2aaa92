using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// By what a message is known when it comes again: 61 bits over its topic and payload. It stands in the journal, so that it is the same in every process and version. Not for
/// telling apart what somebody has made to look alike: two messages are compared under one packet identifier only.
/// </summary>
internal static class MessageHash
{
    // So that a number of readings can be added and a mark's position stays positive.
    private const long Bits = (1L << 61) - 1;

    // Fractional parts of the square roots of 2, 3 and 5: odd numbers without a pattern.
    private const ulong Seed = 0x6A09E667F3BCC909;
    private const ulong First = 0xBB67AE8584CAA73B;
    private const ulong Second = 0x3C6EF372FE94F82B;

    /// <summary>The hash of a message.</summary>
    public static long Of(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload) => (long)Add(Add(Seed, topic), payload) & Bits;

    // Sixteen bytes a step, folded from a 128-bit product. The length goes in at the end: a byte more or less between topic and payload is another message.
    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length;
        while (bytes.Length >= 16)
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ First, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash);
            bytes = bytes[16..];
        }
        if (bytes.Length >= 8)
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ Second, hash ^ First);
            bytes = bytes[8..];
        }
        ulong rest = 0;
        for (int i = 0; i < bytes.Length; i++) rest |= (ulong)bytes[i] << (8 * i);
        return Fold(rest ^ First, hash ^ Second ^ (ulong)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
