using System.Buffers.Binary;

namespace HyperIngest.Core.Journal;

/// <summary>
/// What a shard's folder says of its end, in the file <c>end</c>: where records may go on, where the last one ended, and whether the journal was closed in order. Kept while
/// the journal is open too (not clean then), so that offsets never start over when retention has taken every segment.
/// <code>
/// two-slot value: next offset 8, records' end 8, state 4 (1 closed in order, 0 open)
/// </code>
/// </summary>
/// <param name="Clean">The journal was closed in order.</param>
/// <param name="Next">No record at or behind it was ever written when the mark was.</param>
/// <param name="RecordsEnd">Where the last record ended; less than <paramref name="Next"/> after a jump.</param>
internal readonly record struct EndMark(bool Clean, long Next, long RecordsEnd)
{
    private const string Name = "end";
    private const int ValueBytes = 20;
    private const int RecordsEndAt = 8;
    private const int StateAt = 16;

    /// <summary>The folder's mark; a new folder's is not clean and at 0.</summary>
    public static EndMark Read(string folder)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        value.Clear();
        using TwoSlotFile file = new(Path.Combine(folder, Name), value);
        return new EndMark(
            BinaryPrimitives.ReadInt32LittleEndian(value[StateAt..]) == 1,
            BinaryPrimitives.ReadInt64LittleEndian(value),
            BinaryPrimitives.ReadInt64LittleEndian(value[RecordsEndAt..]));
    }

    /// <summary>Makes it the folder's, durably.</summary>
    public void Write(string folder)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        using TwoSlotFile file = new(Path.Combine(folder, Name), value);
        BinaryPrimitives.WriteInt64LittleEndian(value, Next);
        BinaryPrimitives.WriteInt64LittleEndian(value[RecordsEndAt..], RecordsEnd);
        BinaryPrimitives.WriteInt32LittleEndian(value[StateAt..], Clean ? 1 : 0);
        file.Store(value);
    }
}
