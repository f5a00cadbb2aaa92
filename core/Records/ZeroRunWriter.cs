using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Records;

/// <summary>
/// A column of numbers that are mostly zero: a number that is not is its varint; a run of zeros is a zero and, as a varint, how many more follow. A column without a change is two or three bytes.
/// </summary>
internal struct ZeroRunWriter
{
    private uint _zeros;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ref WireWriter writer, ulong number)
    {
        if (number == 0)
        {
            _zeros++;
            return;
        }
        if (_zeros > 0) End(ref writer);
        writer.Varint(number);
    }

    /// <summary>Writes the zeros that are still to be written.</summary>
    public void End(ref WireWriter writer)
    {
        if (_zeros == 0) return;
        writer.Byte(0);
        writer.Varint(_zeros - 1);
        _zeros = 0;
    }
}
