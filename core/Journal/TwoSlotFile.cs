using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>
/// A small value that is replaced in place and durably: two slots written in turn, each with its own number and checksum, so that a write torn by a power cut leaves the
/// value before. Once made, it needs no more room, so that it can be written on a full disk.
/// <code>
/// slot: number 8, value n, CRC-32C 4 of what stands before it; slots at 0 and 512
/// </code>
/// </summary>
internal sealed class TwoSlotFile : IDisposable
{
    // A sector each: a torn write cannot touch the other slot.
    private const int SlotSpacing = 512;
    private const int NumberBytes = sizeof(long);
    private const int CrcBytes = sizeof(uint);

    private readonly SafeFileHandle _file;
    private readonly byte[] _slot;

    // The last value known to be durable has this number. What is not durable yet has the next one, in the other slot.
    private long _number;

    // Whether what was found when the file was opened has been flushed: the process before may have left it in the page cache.
    private bool _settled;

    /// <summary>Opens or makes the file; <paramref name="value"/> is filled with what was stored last, or left alone when there is nothing whole.</summary>
    public TwoSlotFile(string path, Span<byte> value)
    {
        _slot = new byte[NumberBytes + value.Length + CrcBytes];
        bool made = !File.Exists(path);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            if (made) DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Load(value);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a whole value has been read or stored.</summary>
    public bool HasValue => _number > 0;

    /// <summary>Replaces the value; durable when it returns.</summary>
    public void Store(ReadOnlySpan<byte> value)
    {
        Note(value);
        RandomAccess.FlushToDisk(_file);
        _number++;
    }

    /// <summary>
    /// Replaces the value for whoever opens the file next, durably only with the next <see cref="Store"/>: it outlives the process, and after a power cut there may be the value stored last instead.
    /// </summary>
    public void Note(ReadOnlySpan<byte> value)
    {
        if (!_settled && _number > 0) RandomAccess.FlushToDisk(_file);
        _settled = true;
        long number = _number + 1;
        BinaryPrimitives.WriteInt64LittleEndian(_slot, number);
        value.CopyTo(_slot.AsSpan(NumberBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(_slot.AsSpan(_slot.Length - CrcBytes), Crc32C.Of(_slot.AsSpan(0, _slot.Length - CrcBytes)));
        RandomAccess.Write(_file, _slot, number % 2 * SlotSpacing);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Load(Span<byte> value)
    {
        for (int i = 0; i < 2; i++)
        {
            if (RandomAccess.Read(_file, _slot, i * SlotSpacing) != _slot.Length) continue;
            Span<byte> covered = _slot.AsSpan(0, _slot.Length - CrcBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(_slot.AsSpan(covered.Length)) != Crc32C.Of(covered)) continue;
            long number = BinaryPrimitives.ReadInt64LittleEndian(covered);
            if (number <= _number) continue;
            _number = number;
            covered[NumberBytes..].CopyTo(value);
        }
    }
}
