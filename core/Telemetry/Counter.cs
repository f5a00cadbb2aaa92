namespace HyperIngest.Core.Telemetry;

/// <summary>A count that only grows. Any thread may add; adding is one interlocked instruction and allocates nothing, so add per frame or batch, not per reading.</summary>
public sealed class Counter
{
    // Written by any thread with Interlocked; readers see a recent value.
    private long _value;

    /// <summary>The count so far.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Adds <paramref name="count"/>, which must not be negative.</summary>
    public void Add(long count = 1) => Interlocked.Add(ref _value, count);
}
