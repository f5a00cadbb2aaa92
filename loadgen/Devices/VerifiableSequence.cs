using System.Runtime.CompilerServices;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The values of a verifiable series: value = f(key, n), where n counts the series' answers from 0. For every width f is a permutation of the integers
/// 0 to 2^width-1 chosen by the key, so that <see cref="Recover"/> gets n back from a value.
/// </summary>
/// <remarks>
/// <para>
/// What a verifier can trust: a value that is not f(key, n) recovers to some other n, always. So the true n is missing, and that is never overlooked. What the wrong
/// value itself is called depends on where it lands: with w bits and N answers so far, a value altered at random, or taken from another series, recovers to one of
/// the N numbers that were answered (and is called a duplicate) with probability N / 2^w, and is called altered otherwise. For N = 3,600, an hour of one-second polls:
/// 1 in 18 for 16 bits, 1 in 4,660 for float32 (24 bits), 1 in 1.2 million for 32 bits, 1 in 2.5 x 10^12 for float64 (53 bits), 1 in 5 x 10^15 for 64 bits.
/// </para>
/// <para>Two rounds of add-key, xor-shift and odd multiply, all invertible: about 2 ns. It is a test pattern and hides nothing.</para>
/// </remarks>
public static class VerifiableSequence
{
    // Odd, so that they have inverses modulo any power of two; their low 16 bits are well mixed too, because the 16-bit sequence uses nothing else of them.
    private const ulong M1 = 0xD6E8_FEB8_6659_FD93;
    private const ulong M2 = 0xA076_1D64_78BD_642F;

    // Their inverses modulo 2^64, and so modulo every smaller power of two; a test multiplies them out.
    private static readonly ulong Inverse1 = InverseOf(M1);
    private static readonly ulong Inverse2 = InverseOf(M2);

    /// <summary>The <paramref name="n"/>th value of the sequence: an integer of <paramref name="width"/> bits.</summary>
    /// <param name="key">Of the series, see <see cref="SeriesKey"/>.</param>
    /// <param name="n">Which; taken modulo 2^width.</param>
    /// <param name="width">Bits, 2 to 64. Call it with a constant: the shifts and masks then fold away.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ValueAt(ulong key, ulong n, int width)
    {
        ulong mask = ulong.MaxValue >> (64 - width);
        int half = (width + 1) >> 1;
        ulong x = (n + key) & mask;
        x ^= x >> half;
        x = (x * M1) & mask;
        x ^= x >> half;
        x = ((x + ulong.RotateRight(key, 32)) * M2) & mask;
        return x ^ (x >> half);
    }

    /// <summary>The n, 0 to 2^width-1, whose value is <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Recover(ulong key, ulong value, int width)
    {
        ulong mask = ulong.MaxValue >> (64 - width);
        int half = (width + 1) >> 1;

        // A shift by at least half the width undoes itself.
        ulong x = value ^ (value >> half);
        x = ((x * Inverse2) - ulong.RotateRight(key, 32)) & mask;
        x ^= x >> half;
        x = (x * Inverse1) & mask;
        x ^= x >> half;
        return (x - key) & mask;
    }

    /// <summary>The inverse of an odd number modulo 2^64, by Newton's method: each step doubles the bits that are right, from 3 on.</summary>
    internal static ulong InverseOf(ulong odd)
    {
        ulong inverse = odd;
        for (int step = 0; step < 5; step++) inverse *= 2 - (odd * inverse);
        return inverse;
    }
}
