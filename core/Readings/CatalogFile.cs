using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using HyperIngest.Core.Journal;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Readings;

/// <summary>
/// The series catalog and its texts on disk: an append-only file of blocks, each with what was new since the one before. A series is in the file, and the file synced, before the
/// journal takes its first reading.
/// <code>
/// block:  magic 4 "HIC1" | payload bytes 4 | CRC-32C of the payload 4 | payload
/// payload: names 4, then each: bytes 4, UTF-8 | series 4, then each: 24 bytes (CatalogEntry) | texts 4, then each: bytes 4, UTF-8
/// </code>
/// A torn last block is cut; a damaged one before others, or one that the journal's records need, is an error, because the ids in it would become other series'.
/// </summary>
public sealed class CatalogFile : IDisposable
{
    private const uint Magic = 0x3143_4948;
    private const int HeaderBytes = 12;
    private const int MaxNameBytes = 1 << 16;

    // A first block with 600,000 series and their names has 30 MB.
    private const int LargestTorn = 256 << 20;

    private readonly SafeFileHandle? _file;
    private readonly Lock _flushing = new();
    private long _length;

    // How much of the catalog is in the file. Written under _flushing (release); Flush looks at them without it.
    private int _names = 1;
    private int _series;
    private int _texts = 1;

    private CatalogFile(SafeFileHandle? file) => _file = file;

    /// <summary>A catalog without a file and with nothing in it.</summary>
    internal static CatalogFile None => new(null);

    /// <summary>Bytes of the file that hold whole blocks, all of them durable.</summary>
    internal long DurableBytes => Volatile.Read(ref _length);

    /// <summary>The catalog.</summary>
    public SeriesCatalog Catalog { get; } = new();

    /// <summary>Opens or makes the file for appending.</summary>
    /// <exception cref="InvalidDataException">A block that is not the last one is damaged.</exception>
    public static CatalogFile Open(string path, ILogger logger)
    {
        bool made = !File.Exists(path);
        CatalogFile catalog = new(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
        try
        {
            if (made) DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            long bytes = catalog.Load(path, catalog._file!);
            // It is cut with the next block that is written, not before it is known that no record needs it.
            if (catalog._length < bytes) JournalLog.CatalogCut(logger, path, bytes - catalog._length);
            return catalog;
        }
        catch
        {
            catalog.Dispose();
            throw;
        }
    }

    /// <summary>Reads the file as it stands; a block being written is not looked at.</summary>
    /// <exception cref="InvalidDataException">A block that is not the last one is damaged.</exception>
    public static CatalogFile OpenRead(string path)
    {
        CatalogFile catalog = new(null);
        if (!File.Exists(path)) return catalog;
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        catalog.Load(path, file);
        return catalog;
    }

    /// <summary>
    /// Makes all that is registered durable; two comparisons when nothing is new. Any thread.
    /// </summary>
    /// <exception cref="IOException">The disk refused; nothing of it counts and the next call tries again.</exception>
    public void Flush()
    {
        if (Catalog.Count == Volatile.Read(ref _series) && Catalog.Texts.Count == Volatile.Read(ref _texts)) return;
        lock (_flushing) Append();
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Append()
    {
        if (_file is null) throw new InvalidOperationException("The catalog was opened to read only.");
        // Series before names: a name is in the pool before the series that has it shows.
        int series = Catalog.Count, names = Catalog.NameCount, texts = Catalog.Texts.Count;
        ArrayBufferWriter<byte> block = new(HeaderBytes + ((series - _series) * CatalogEntry.SizeInBytes) + ((names - _names) * 32) + 64);
        block.Advance(HeaderBytes);
        WriteInt(block, names - _names);
        for (int i = _names; i < names; i++) WriteText(block, Catalog.NameAt(i));
        WriteInt(block, series - _series);
        for (int i = _series; i < series; i++)
        {
            CatalogEntry entry = Catalog.EntryAt(i);
            block.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<CatalogEntry>(in entry)));
        }
        WriteInt(block, texts - _texts);
        for (int i = _texts; i < texts; i++) WriteText(block, Catalog.Texts[i]);

        Span<byte> bytes = MemoryMarshal.AsMemory(block.WrittenMemory).Span;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], bytes.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Crc32C.Of(bytes[HeaderBytes..]));
        // What a torn or refused write left there must not stand behind this block.
        if (RandomAccess.GetLength(_file) > _length) RandomAccess.SetLength(_file, _length);
        RandomAccess.Write(_file, bytes, _length);
        RandomAccess.FlushToDisk(_file);
        Volatile.Write(ref _length, _length + bytes.Length);
        _names = names;
        Volatile.Write(ref _texts, texts);
        Volatile.Write(ref _series, series);
    }

    // Reads whole blocks and returns the file's length; _length is where the last whole one ends.
    private long Load(string path, SafeFileHandle file)
    {
        long total = RandomAccess.GetLength(file);
        byte[] header = new byte[HeaderBytes];
        while (total - _length >= HeaderBytes && RandomAccess.Read(file, header, _length) == HeaderBytes)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
            bool whole = BinaryPrimitives.ReadUInt32LittleEndian(header) == Magic && size >= 0 && size <= total - _length - HeaderBytes;
            byte[] payload = whole ? new byte[size] : [];
            if (whole) whole = RandomAccess.Read(file, payload, _length + HeaderBytes) == size && Crc32C.Of(payload) == BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
            if (!whole)
            {
                if (HasBlockAfter(file, _length, total)) ThrowDamaged(path, _length);
                break;
            }
            if (!TryTake(payload)) ThrowDamaged(path, _length);
            _length += HeaderBytes + size;
        }
        _names = Catalog.NameCount;
        _series = Catalog.Count;
        _texts = Catalog.Texts.Count;
        return total;
    }

    private bool TryTake(ReadOnlySpan<byte> payload)
    {
        if (!TryReadInt(ref payload, out int names)) return false;
        for (int i = 0; i < names; i++)
        {
            if (!TryReadText(ref payload, out string name)) return false;
            if (!Catalog.TryRestoreName(name)) return false;
        }
        if (!TryReadInt(ref payload, out int series) || payload.Length < (long)series * CatalogEntry.SizeInBytes) return false;
        Catalog.EnsureCapacity(Catalog.Count + series);
        foreach (ref readonly CatalogEntry entry in MemoryMarshal.Cast<byte, CatalogEntry>(payload[..(series * CatalogEntry.SizeInBytes)]))
        {
            if (!Catalog.TryRestore(in entry)) return false;
        }
        payload = payload[(series * CatalogEntry.SizeInBytes)..];
        if (!TryReadInt(ref payload, out int texts)) return false;
        for (int i = 0; i < texts; i++)
        {
            if (!TryReadText(ref payload, out string text) || !Catalog.Texts.TryRestore(text)) return false;
        }
        return payload.IsEmpty;
    }

    // Whether a whole block stands somewhere behind a bad one: then it was damaged and not torn.
    private static bool HasBlockAfter(SafeFileHandle file, long bad, long total)
    {
        // More than a torn block can be: whatever it is, it is not cut.
        if (total - bad > LargestTorn) return true;
        byte[] rest = new byte[total - bad];
        int read = RandomAccess.Read(file, rest, bad);
        for (int i = 4; i + HeaderBytes <= read; i++)
        {
            ReadOnlySpan<byte> at = rest.AsSpan(i, read - i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(at) != Magic) continue;
            int size = BinaryPrimitives.ReadInt32LittleEndian(at[4..]);
            if (size < 0 || size > at.Length - HeaderBytes) continue;
            if (Crc32C.Of(at.Slice(HeaderBytes, size)) == BinaryPrimitives.ReadUInt32LittleEndian(at[8..])) return true;
        }
        return false;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    internal static void ThrowDamaged(string path, long at) => throw new InvalidDataException(
        $"{path} is damaged at byte {at}: the series behind it cannot be told. Restore the file from a copy, or move the journal's folder away and start with a new one.");

    private static void WriteInt(ArrayBufferWriter<byte> block, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block.GetSpan(sizeof(int)), value);
        block.Advance(sizeof(int));
    }

    private static void WriteText(ArrayBufferWriter<byte> block, string text)
    {
        WriteInt(block, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, block);
    }

    private static bool TryReadInt(ref ReadOnlySpan<byte> payload, out int value)
    {
        value = 0;
        if (payload.Length < sizeof(int)) return false;
        value = BinaryPrimitives.ReadInt32LittleEndian(payload);
        payload = payload[sizeof(int)..];
        return value >= 0;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> payload, out string text)
    {
        text = "";
        if (!TryReadInt(ref payload, out int bytes) || bytes > payload.Length || bytes > MaxNameBytes) return false;
        text = Encoding.UTF8.GetString(payload[..bytes]);
        payload = payload[bytes..];
        return true;
    }
}
