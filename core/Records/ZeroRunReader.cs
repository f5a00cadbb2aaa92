namespace HyperIngest.Core.Records;

/// <summary>Reads a column that <see cref="ZeroRunWriter"/> wrote, all numbers of it.</summary>
internal sealed class ZeroRunReader
{
    private long[] _numbers = new long[64];
    private int _count;

    /// <summary>The column read last.</summary>
    public Span<long> Numbers => _numbers.AsSpan(0, _count);

    /// <summary>Reads <paramref name="count"/> numbers; a run that goes beyond them is malformed.</summary>
    public RecordStatus Read(ref WireReader reader, int count)
    {
        if (_numbers.Length < count) _numbers = new long[Math.Max(count, 2 * _numbers.Length)];
        _count = count;
        Span<long> numbers = _numbers.AsSpan(0, count);
        for (int i = 0; i < numbers.Length;)
        {
            int at = reader.Position;
            if (!reader.TryVarint(out ulong number)) return reader.Failed();
            if (number != 0)
            {
                numbers[i++] = (long)number;
                continue;
            }
            if (!reader.TryVarint(out ulong more)) return reader.Failed();
            if (more >= (ulong)(numbers.Length - i)) return RecordStatus.Malformed(RecordFault.InvalidEncoding, at);
            numbers.Slice(i, (int)more + 1).Clear();
            i += (int)more + 1;
        }
        return RecordStatus.Complete;
    }
}
