using System.Buffers.Binary;

namespace HyperIngest.Core.Journal;

/// <summary>
/// The cursor of a sink that keeps none itself, for one shard, in two slots written in turn: a write torn by a power cut leaves the one before.
/// <code>
/// slot: number 8, offset 8, index 4, CRC-32C 4 of the 20 bytes before it; slots at 0 and 512
/// </code>
/// </summary>
public sealed class CursorFile : IDisposable
{
    private const int ValueBytes = 12;
    private const int IndexAt = 8;

    private readonly TwoSlotFile _file;

    private CursorFile(TwoSlotFile file) => _file = file;

    /// <summary>The cursor stored last; null when there is none.</summary>
    public JournalPosition? Cursor { get; private set; }

    /// <summary>Opens or makes the file of a sink and shard under the journal's folder.</summary>
    /// <exception cref="IOException">The file cannot be made or read.</exception>
    public static CursorFile Open(string journalPath, string sink, int shard)
    {
        string folder = Path.Combine(journalPath, "cursors");
        Directory.CreateDirectory(folder);
        Span<byte> value = stackalloc byte[ValueBytes];
        CursorFile cursor = new(new TwoSlotFile(Path.Combine(folder, $"{Uri.EscapeDataString(sink)}-{shard:D2}.cursor"), value));
        if (cursor._file.HasValue) cursor.Cursor = new JournalPosition(BinaryPrimitives.ReadInt64LittleEndian(value), BinaryPrimitives.ReadInt32LittleEndian(value[IndexAt..]));
        return cursor;
    }

    /// <summary>Stores a cursor, durably; it may lie before the last one.</summary>
    /// <exception cref="IOException">It is not stored; the one before stands.</exception>
    public void Store(JournalPosition cursor)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        Write(cursor, value);
        _file.Store(value);
        Cursor = cursor;
    }

    /// <summary>Stores a cursor so that it outlives the process; after a power cut there may be the one stored durably before.</summary>
    /// <exception cref="IOException">It is not stored; the one before stands.</exception>
    public void Note(JournalPosition cursor)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        Write(cursor, value);
        _file.Note(value);
        Cursor = cursor;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Write(JournalPosition cursor, Span<byte> value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(value, cursor.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(value[IndexAt..], cursor.Index);
    }
}
