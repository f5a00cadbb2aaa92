using System.Runtime.CompilerServices;
using System.Text.Json;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>
/// The scalars of a JSON document in its order, each with the path of its names (<c>motor.speed</c>): what a document is for who looks for values in it. Made once a source and used
/// again for every document; allocates while it grows.
/// </summary>
internal sealed class JsonMembers
{
    /// <summary>Most scalars in a document: 8 MB of them.</summary>
    public const int MaxCount = 1 << 18;

    /// <summary>Longest path of names in bytes.</summary>
    public const int MaxPathBytes = 4096;

    // Paths are written out for each scalar: a long name over many scalars would take far more room than the document.
    private const int MaxScratchBytes = 16 << 20;

    private JsonMember[] _members = new JsonMember[16];
    private byte[] _scratch = new byte[256];
    private int _scratched;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The document is a scalar by itself.</summary>
    public bool IsBare { get; set; }

    /// <summary>Arrays that were passed over.</summary>
    public int Arrays { get; set; }

    /// <summary>The number of the first item, and the one behind the last, when an array of items was read: of an array that comes twice the last counts.</summary>
    public int FirstItem { get; set; }

    /// <inheritdoc cref="FirstItem"/>
    public int EndItem { get; set; }

    /// <summary>Whether the array of items was there.</summary>
    public bool HasItems { get; set; }

    /// <summary>A scalar by its number.</summary>
    public ref readonly JsonMember this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _members[number];
    }

    /// <summary>Its path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> NameOf(in JsonMember member, ReadOnlySpan<byte> document) => Text(member.NameAt, member.NameLength, document);

    /// <summary>Its text: a number's digits, a string without quotation marks and escapes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> TextOf(in JsonMember member, ReadOnlySpan<byte> document) => Text(member.At, member.Length, document);

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        Count = Arrays = FirstItem = EndItem = _scratched = 0;
        IsBare = HasItems = false;
    }

    /// <summary>Adds a scalar; its places are those of <see cref="JsonMember"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int nameAt, int nameLength, JsonTokenType type, int at, int length, int item = JsonMember.NoItem)
    {
        if (Count == _members.Length) Array.Resize(ref _members, 2 * _members.Length);
        ref JsonMember member = ref _members[Count++];
        member.NameAt = nameAt;
        member.NameLength = nameLength;
        member.Type = type;
        member.At = at;
        member.Length = length;
        member.Item = item;
    }

    /// <summary>Room for <paramref name="bytes"/> bytes that do not stand in the document, and their place; false when there were too many.</summary>
    public bool TryTakeScratch(int bytes, out int place, out Span<byte> room)
    {
        place = ~_scratched;
        room = default;
        if (bytes > MaxScratchBytes - _scratched) return false;
        if (_scratch.Length - _scratched < bytes) Array.Resize(ref _scratch, Math.Max(2 * _scratch.Length, _scratched + bytes));
        room = _scratch.AsSpan(_scratched, bytes);
        _scratched += bytes;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Text(int at, int length, ReadOnlySpan<byte> document) => at >= 0 ? document.Slice(at, length) : _scratch.AsSpan(~at, length);
}

/// <summary>A scalar of a document. Places are offsets in the document, or, where the document has it otherwise (nested names, escapes), the complement of one in the scratch space.</summary>
internal struct JsonMember
{
    /// <summary>The item of a scalar that is in none.</summary>
    public const int NoItem = -1;

    public int NameAt;
    public int NameLength;
    public int At;
    public int Length;
    public int Item;
    public JsonTokenType Type;
}
