using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>Why bytes are no OPC UA Binary.</summary>
public enum UaFault : byte
{
    /// <summary>They are.</summary>
    None,

    /// <summary>They end before what their own lengths promise.</summary>
    Truncated,

    /// <summary>A length is less than -1, or an array longer than what is left could hold.</summary>
    BadLength,

    /// <summary>A type, mask or form that the encoding does not know.</summary>
    BadEncoding,

    /// <summary>A text is no UTF-8.</summary>
    NotUtf8,

    /// <summary>Nested deeper than <see cref="UaReader.MaxDepth"/>.</summary>
    TooDeep,
}

/// <summary>
/// Reads OPC UA Binary (OPC 10000-6, 5.2) from contiguous bytes: a message's chunks put together. The first fault sticks: from then on everything read is empty, so that a caller may read a whole
/// structure and look at <see cref="Fault"/> once. Whatever the bytes are, nothing is thrown, and nothing larger than them is allocated.
/// </summary>
public ref struct UaReader
{
    /// <summary>Deepest nesting of variants, extension objects and diagnostics taken: what OPC 10000-6, 5.1.7 requires of a decoder.</summary>
    public const int MaxDepth = 100;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _depth;

    /// <summary>A reader at the begin of the bytes.</summary>
    public UaReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The first fault.</summary>
    public UaFault Fault { get; private set; }

    /// <summary>Where it stands.</summary>
    public readonly int Position => _at;

    /// <summary>Bytes left; 0 after a fault.</summary>
    public readonly int Left => _bytes.Length - _at;

    /// <summary>A byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Byte()
    {
        if (_at < _bytes.Length) return _bytes[_at++];
        return (byte)Fail(UaFault.Truncated);
    }

    /// <summary>A boolean: all but 0 is true (5.2.2.1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Boolean() => Byte() != 0;

    /// <summary>16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort UInt16()
    {
        if (Left < sizeof(ushort)) return (ushort)Fail(UaFault.Truncated);
        ushort value = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[_at..]);
        _at += sizeof(ushort);
        return value;
    }

    /// <summary>32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint UInt32()
    {
        if (Left < sizeof(uint)) return Fail(UaFault.Truncated);
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[_at..]);
        _at += sizeof(uint);
        return value;
    }

    /// <summary>32 bits, signed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Int32() => (int)UInt32();

    /// <summary>64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong UInt64()
    {
        if (Left < sizeof(ulong)) return Fail(UaFault.Truncated);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_at..]);
        _at += sizeof(ulong);
        return value;
    }

    /// <summary>64 bits, signed; a DateTime as it is on the wire.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Int64() => (long)UInt64();

    /// <summary>An IEEE 754 double; a duration in milliseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Double() => BitConverter.UInt64BitsToDouble(UInt64());

    /// <summary>A DateTime as UTC ticks; 0 for none.</summary>
    public long Time() => UaTime.ToTicks(Int64());

    /// <summary>A GUID.</summary>
    public Guid Guid() => Take(16) is { Length: 16 } bytes ? new Guid(bytes) : default;

    /// <summary>The bytes of a String, ByteString or XmlElement; empty for null.</summary>
    public ReadOnlySpan<byte> Bytes() => Bytes(out _);

    /// <summary>The bytes of a String, ByteString or XmlElement, and whether they are null.</summary>
    public ReadOnlySpan<byte> Bytes(out bool isNull)
    {
        int length = Int32();
        isNull = length < 0;
        if (length >= 0) return Take(length);
        if (length < -1) Fail(UaFault.BadLength);
        return default;
    }

    /// <summary>A String; null for null.</summary>
    public string? String()
    {
        ReadOnlySpan<byte> bytes = Bytes(out bool isNull);
        if (isNull) return null;
        if (Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        Fail(UaFault.NotUtf8);
        return null;
    }

    /// <summary>A ByteString, copied; null for null.</summary>
    public byte[]? ByteString()
    {
        ReadOnlySpan<byte> bytes = Bytes(out bool isNull);
        return isNull ? null : bytes.ToArray();
    }

    /// <summary>
    /// The length of an array: 0 for null and empty. An element takes at least <paramref name="leastElementBytes"/>, so that no length can ask for more than the message holds.
    /// </summary>
    public int ArrayLength(int leastElementBytes = 1)
    {
        int length = Int32();
        if (length <= 0)
        {
            if (length < -1) Fail(UaFault.BadLength);
            return 0;
        }
        if ((long)length * leastElementBytes <= Left) return length;
        return (int)Fail(UaFault.BadLength);
    }

    /// <summary>A NodeId (5.2.2.9).</summary>
    public UaNodeId NodeId() => NodeId(Byte());

    /// <summary>An ExpandedNodeId (5.2.2.10).</summary>
    public UaExpandedNodeId ExpandedNodeId()
    {
        byte form = Byte();
        UaNodeId id = NodeId((byte)(form & UaWire.NodeIdFormMask));
        string? uri = (form & UaWire.NodeIdHasUri) != 0 ? String() : null;
        uint server = (form & UaWire.NodeIdHasServer) != 0 ? UInt32() : 0;
        return new UaExpandedNodeId(id, uri, server);
    }

    /// <summary>A QualifiedName (5.2.2.13).</summary>
    public UaQualifiedName QualifiedName()
    {
        ushort index = UInt16();
        return new UaQualifiedName(index, String());
    }

    /// <summary>A LocalizedText (5.2.2.14).</summary>
    public UaLocalizedText LocalizedText()
    {
        byte mask = Byte();
        string? locale = (mask & UaWire.TextHasLocale) != 0 ? String() : null;
        return new UaLocalizedText(locale, (mask & UaWire.TextHasText) != 0 ? String() : null);
    }

    /// <summary>The head of an ExtensionObject: the id of its encoding and its body, empty for none (5.2.2.15).</summary>
    public ReadOnlySpan<byte> ExtensionObject(out UaNodeId encoding)
    {
        encoding = NodeId();
        switch (Byte())
        {
            case UaWire.ExtensionWithoutBody: return default;
            case UaWire.ExtensionWithBytes or UaWire.ExtensionWithXml: return Bytes();
            default:
                Fail(UaFault.BadEncoding);
                return default;
        }
    }

    /// <summary>Passes a DiagnosticInfo over (5.2.2.12): what a server says of its errors beside the StatusCode is not kept.</summary>
    public void SkipDiagnosticInfo()
    {
        // One inside the other, innermost last: a loop and no recursion.
        for (int depth = 0; ; depth++)
        {
            if (depth > MaxDepth)
            {
                Fail(UaFault.TooDeep);
                return;
            }
            byte mask = Byte();
            if ((mask & UaWire.DiagnosticUnknown) != 0) Fail(UaFault.BadEncoding);
            // Symbolic id, namespace, localized text and locale are numbers into a table.
            for (int bit = 1; bit <= UaWire.DiagnosticLocale; bit <<= 1)
            {
                if ((mask & bit) != 0) UInt32();
            }
            if ((mask & UaWire.DiagnosticInfoText) != 0) Bytes();
            if ((mask & UaWire.DiagnosticStatus) != 0) UInt32();
            if ((mask & UaWire.DiagnosticInner) == 0 || Fault != UaFault.None) return;
        }
    }

    /// <summary>Passes so many bytes over.</summary>
    public void Skip(int bytes) => Take(bytes);

    /// <summary>The next so many bytes; empty after a fault.</summary>
    public ReadOnlySpan<byte> Take(int bytes)
    {
        if ((uint)bytes > (uint)Left)
        {
            Fail(bytes < 0 ? UaFault.BadLength : UaFault.Truncated);
            return default;
        }
        ReadOnlySpan<byte> taken = _bytes.Slice(_at, bytes);
        _at += bytes;
        return taken;
    }

    /// <summary>Enters something that may hold its like; false, with a fault, when that is too deep. Each true is followed by <see cref="Leave"/>.</summary>
    public bool Enter()
    {
        if (_depth++ < MaxDepth) return true;
        Fail(UaFault.TooDeep);
        return false;
    }

    /// <summary>Leaves what was entered.</summary>
    public void Leave() => _depth--;

    /// <summary>Notes a fault, when it is the first, and reads nothing more; always 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public uint Fail(UaFault fault)
    {
        if (Fault == UaFault.None) Fault = fault;
        _at = _bytes.Length;
        return 0;
    }

    private UaNodeId NodeId(byte form)
    {
        switch (form)
        {
            case UaWire.NodeIdTwoByte:
                return new UaNodeId(Byte());
            case UaWire.NodeIdFourByte:
                byte small = Byte();
                return new UaNodeId(UInt16(), small);
            case UaWire.NodeIdNumeric:
                ushort index = UInt16();
                return new UaNodeId(UInt32(), index);
            case UaWire.NodeIdString:
                index = UInt16();
                return new UaNodeId(String() ?? "", index);
            case UaWire.NodeIdGuid:
                index = UInt16();
                return new UaNodeId(Guid(), index);
            case UaWire.NodeIdOpaque:
                index = UInt16();
                return new UaNodeId(ByteString() ?? [], index);
            default:
                Fail(UaFault.BadEncoding);
                return default;
        }
    }
}
