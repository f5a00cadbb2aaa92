using System.Text;

namespace HyperIngest.Core.Readings;

/// <summary>
/// The texts behind <see cref="ValueKind.Text"/> readings: each distinct text once, numbered from 1; handle 0 is the empty text.
/// Bounded, because a device may send a new text every second: past the limit <see cref="TryIntern"/> refuses, the caller
/// marks the reading <see cref="StatusCodes.BadOutOfMemory"/> and counts it.
/// </summary>
/// <remarks>Interning takes a lock and allocates only for a text not seen before; <see cref="this[long]"/> takes no lock.</remarks>
public sealed class TextTable
{
    /// <summary>Longest text kept, in characters: a Modbus block of 125 registers holds 250.</summary>
    public const int MaxTextLength = 4096;

    private readonly Lock _interning = new();
    private readonly Dictionary<string, int> _handles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int _maxTexts;

    // Written under _interning; published whole when it grows, read through the acquire read of _count.
    private string[] _texts = [""];
    private int _count = 1;

    /// <summary>A table of at most <paramref name="maxTexts"/> texts; 200,000 by default, some 20 MB of short ones.</summary>
    public TextTable(int maxTexts = 200_000)
    {
        _maxTexts = maxTexts;
        _lookup = _handles.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Texts held, the empty one included; handles are 0 to Count-1.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The handle of a text, new or known; false when the table is full or the text too long.</summary>
    public bool TryIntern(ReadOnlySpan<char> text, out long handle)
    {
        handle = 0;
        if (text.IsEmpty) return true;
        if (text.Length > MaxTextLength) return false;
        lock (_interning)
        {
            if (_lookup.TryGetValue(text, out int known))
            {
                handle = known;
                return true;
            }
            if (_count > _maxTexts) return false;
            string kept = text.ToString();
            if (!IsWellFormed(kept))
            {
                // Half of a surrogate pair has no UTF-8: it is U+FFFD in the catalog file, and therefore here too.
                kept = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kept));
                if (_handles.TryGetValue(kept, out known))
                {
                    handle = known;
                    return true;
                }
            }
            handle = _count;
            _handles.Add(kept, _count);
            Keep(kept);
            return true;
        }
    }

    /// <summary>The handle of an ASCII text; bytes above 127 read as '?'.</summary>
    public bool TryInternAscii(ReadOnlySpan<byte> ascii, out long handle)
    {
        handle = 0;
        if (ascii.Length > MaxTextLength) return false;
        Span<char> text = stackalloc char[ascii.Length];
        Encoding.ASCII.GetChars(ascii, text);
        return TryIntern(text, out handle);
    }

    /// <summary>Puts a text back from the catalog file: it gets the next handle, whatever the limit is today. False when it is there already.</summary>
    internal bool TryRestore(string text)
    {
        lock (_interning)
        {
            if (text.Length == 0 || !_handles.TryAdd(text, _count)) return false;
            Keep(text);
            return true;
        }
    }

    // Under _interning: gives the text the next handle.
    private void Keep(string text)
    {
        if (_count == _texts.Length)
        {
            string[] longer = new string[_texts.Length * 2];
            _texts.CopyTo(longer, 0);
            Volatile.Write(ref _texts, longer);
        }
        _texts[_count] = text;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Whether a text has a surrogate only as half of a pair.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        int first = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        for (int i = Math.Max(first, 0); first >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }

    /// <summary>The text of a handle.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such handle.</exception>
    public string this[long handle] =>
        (ulong)handle < (ulong)Count
            ? Volatile.Read(ref _texts)[handle]
            : throw new ArgumentOutOfRangeException(nameof(handle), handle, $"The text table has handles 0 to {Count - 1}.");
}
