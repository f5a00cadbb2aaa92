using System.Numerics;

namespace HyperIngest.Core.Telemetry;

/// <summary>
/// Counts durations in log-linear buckets: 128 to an octave, so that a percentile is off by less than 1 part in 128 (0.8 %),
/// from 1 microsecond to 38 hours in 33 KB. Any thread may record; recording allocates nothing. Percentiles of several histograms are
/// got by <see cref="Add"/>ing the histograms, never by averaging percentiles.
/// </summary>
public sealed class LatencyHistogram
{
    /// <summary>A percentile is at most this share too high.</summary>
    public const double LargestError = 1.0 / SubCount;

    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;
    private const int MaxExponent = 37;
    private const int Buckets = (MaxExponent - SubBits + 2) * SubCount;

    // Written by any thread with Interlocked.
    private readonly long[] _counts = new long[Buckets];
    private long _total;
    private long _sumMicroseconds;
    private long _maxMicroseconds;

    /// <summary>Durations recorded.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>Sum of what was recorded.</summary>
    public double SumSeconds => Volatile.Read(ref _sumMicroseconds) / 1e6;

    /// <summary>The longest recorded, exact to the microsecond.</summary>
    public TimeSpan Max => TimeSpan.FromMicroseconds(Volatile.Read(ref _maxMicroseconds));

    /// <summary>Records one duration <paramref name="count"/> times; a negative one (a clock stepped back) counts as 0.</summary>
    /// <param name="ticks">Duration in ticks of 100 ns.</param>
    /// <param name="count">How often.</param>
    public void Record(long ticks, long count = 1)
    {
        long us = ticks > 0 ? ticks / TimeSpan.TicksPerMicrosecond : 0;
        Interlocked.Add(ref _counts[BucketOf(us)], count);
        Interlocked.Add(ref _total, count);
        Interlocked.Add(ref _sumMicroseconds, us * count);
        long max = Volatile.Read(ref _maxMicroseconds);
        while (us > max)
        {
            long seen = Interlocked.CompareExchange(ref _maxMicroseconds, us, max);
            if (seen == max) break;
            max = seen;
        }
    }

    /// <summary>The duration that <paramref name="quantile"/> (0 to 1) of the recorded ones do not exceed, rounded up to its bucket's end.</summary>
    public TimeSpan Percentile(double quantile)
    {
        long total = Total;
        if (total == 0) return TimeSpan.Zero;
        long rank = Math.Clamp((long)Math.Ceiling(quantile * total), 1, total);
        long seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= rank) return TimeSpan.FromMicroseconds(Math.Min(UpperBoundOf(i), Math.Max(1, Volatile.Read(ref _maxMicroseconds))));
        }
        return Max;
    }

    /// <summary>How many recorded durations are at most <paramref name="limit"/>, to the bucket.</summary>
    public long CountUpTo(TimeSpan limit)
    {
        int last = BucketOf((long)limit.TotalMicroseconds);
        long seen = 0;
        for (int i = 0; i <= last; i++) seen += Volatile.Read(ref _counts[i]);
        return seen;
    }

    /// <summary>Adds all that <paramref name="other"/> holds.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < Buckets; i++)
        {
            long count = Volatile.Read(ref other._counts[i]);
            if (count != 0) Interlocked.Add(ref _counts[i], count);
        }
        Interlocked.Add(ref _total, other.Total);
        Interlocked.Add(ref _sumMicroseconds, Volatile.Read(ref other._sumMicroseconds));
        _maxMicroseconds = Math.Max(_maxMicroseconds, Volatile.Read(ref other._maxMicroseconds));
    }

    /// <summary>Becomes what <paramref name="later"/> holds and <paramref name="earlier"/>, a copy of it from before, does not; call it only while nobody records here.</summary>
    public void SetToDifference(LatencyHistogram later, LatencyHistogram earlier)
    {
        Reset();
        int highest = 0;
        for (int i = 0; i < Buckets; i++)
        {
            long count = Volatile.Read(ref later._counts[i]) - Volatile.Read(ref earlier._counts[i]);
            if (count <= 0) continue;
            _counts[i] = count;
            _total += count;
            highest = i;
        }
        _sumMicroseconds = Volatile.Read(ref later._sumMicroseconds) - Volatile.Read(ref earlier._sumMicroseconds);
        long max = Volatile.Read(ref later._maxMicroseconds);
        // A longest one that is new is of the difference, exactly; otherwise its bucket says how long at most.
        _maxMicroseconds = _total == 0 ? 0 : max > Volatile.Read(ref earlier._maxMicroseconds) ? max : Math.Min(max, UpperBoundOf(highest));
    }

    /// <summary>The buckets that hold anything, ascending: durations up to so long, and how many above the bucket before.</summary>
    public IEnumerable<(TimeSpan UpTo, long Count)> Filled()
    {
        for (int i = 0; i < Buckets; i++)
        {
            long count = Volatile.Read(ref _counts[i]);
            if (count != 0) yield return (TimeSpan.FromMicroseconds(Math.Min(UpperBoundOf(i), Math.Max(1, Volatile.Read(ref _maxMicroseconds)))), count);
        }
    }

    /// <summary>Forgets everything; call it only while nobody records.</summary>
    public void Reset()
    {
        Array.Clear(_counts);
        _total = _sumMicroseconds = _maxMicroseconds = 0;
    }

    // Below 2^SubBits a bucket a microsecond; above, the top SubBits+1 bits pick the bucket.
    private static int BucketOf(long us)
    {
        if (us < SubCount) return (int)us;
        int exponent = BitOperations.Log2((ulong)us);
        if (exponent > MaxExponent) return Buckets - 1;
        int shift = exponent - SubBits;
        return ((shift + 1) << SubBits) + (int)((us >> shift) & (SubCount - 1));
    }

    private static long UpperBoundOf(int bucket)
    {
        if (bucket < SubCount) return bucket;
        int shift = (bucket >> SubBits) - 1;
        long sub = (bucket & (SubCount - 1)) | SubCount;
        return ((sub + 1) << shift) - 1;
    }
}
