namespace HyperIngest.LoadGen.Kafka;

/// <summary>Looks into a batch for the first record at a time (protocol guide, "Record"). A compressed one stays closed: its first record stands for it.</summary>
internal static class RecordTimes
{
    /// <summary>The first record of <paramref name="batch"/> at or after <paramref name="timestamp"/>, which its largest timestamp is not below.</summary>
    /// <returns>Milliseconds since 1970, and the offset. For a compressed batch the offset may be too early, never too late.</returns>
    public static (long Timestamp, long Offset) FirstAt(RecordBatch batch, long timestamp)
    {
        if (batch.IsCompressed) return (batch.BaseTimestamp, batch.BaseOffset);
        ReadOnlySpan<byte> records = batch.Bytes.Span[RecordBatch.HeaderBytes..];
        int at = 0;
        for (int i = 0; i < batch.RecordCount; i++)
        {
            if (!TryVarLong(records, ref at, out long length) || length < 0 || length > records.Length - at) break;
            int end = at + (int)length;
            at++; // attributes, unused
            if (!TryVarLong(records, ref at, out long timestampDelta) || !TryVarLong(records, ref at, out long offsetDelta)) break;
            long time = batch.BaseTimestamp + timestampDelta;
            if (time >= timestamp) return (time, batch.BaseOffset + offsetDelta);
            at = end;
        }
        return (batch.BaseTimestamp, batch.BaseOffset);
    }

    // Zigzag, seven bits a byte, low ones first.
    private static bool TryVarLong(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        ulong zigzag = 0;
        for (int shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            byte next = bytes[at++];
            zigzag |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) != 0) continue;
            value = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            return true;
        }
        value = 0;
        return false;
    }
}
