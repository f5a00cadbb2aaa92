using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// Writes a batch of one device's readings as one record that stands for itself: whoever starts reading there knows the device, the tags and their units. One writer a thread; once it
/// has met a series it allocates nothing for it.
/// </summary>
public abstract class BatchRecordWriter
{
    /// <summary>The format of the records.</summary>
    public abstract RecordFormat Format { get; }

    /// <summary>
    /// Bytes that are enough for a record of these readings, all of one device; it may be several times what the record needs. 0 when there are none or one of them cannot be a
    /// record (<see cref="Writable.IndexOfUnwritable"/> says which and why).
    /// </summary>
    public abstract int MaxBytes(ReadOnlySpan<Reading> readings);

    /// <summary>
    /// Writes the readings, in their order. False when <paramref name="destination"/> has fewer bytes than <see cref="MaxBytes"/>, when there are no readings or when one of them
    /// cannot be a record (<see cref="Writable.IndexOfUnwritable"/>).
    /// </summary>
    /// <exception cref="ArgumentException">The readings are of more than one device.</exception>
    public abstract bool TryWrite(ReadOnlySpan<Reading> readings, Span<byte> destination, out int written);
}
