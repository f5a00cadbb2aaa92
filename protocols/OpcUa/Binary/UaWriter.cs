using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>Writes OPC UA Binary (OPC 10000-6, 5.2) behind what a buffer has.</summary>
public readonly ref struct UaWriter
{
    private const int NullLength = -1;
    private readonly UaBuffer _buffer;

    /// <summary>A writer at the buffer's end.</summary>
    public UaWriter(UaBuffer buffer) => _buffer = buffer;

    /// <summary>Bytes the buffer has.</summary>
    public int Position => _buffer.Length;

    /// <summary>Room for so many bytes, counted as written: the caller fills all of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Take(int bytes) => _buffer.Take(bytes);

    /// <summary>Takes the last so many bytes back.</summary>
    public void GiveBack(int bytes) => _buffer.Truncate(_buffer.Length - bytes);

    /// <summary>A byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Byte(byte value) => _buffer.Take(1)[0] = value;

    /// <summary>A boolean.</summary>
    public void Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>16 bits.</summary>
    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_buffer.Take(sizeof(ushort)), value);

    /// <summary>32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.Take(sizeof(uint)), value);

    /// <summary>32 bits, signed; an enumeration.</summary>
    public void Int32(int value) => UInt32((uint)value);

    /// <summary>64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_buffer.Take(sizeof(ulong)), value);

    /// <summary>64 bits, signed.</summary>
    public void Int64(long value) => UInt64((ulong)value);

    /// <summary>An IEEE 754 single.</summary>
    public void Float(float value) => UInt32(BitConverter.SingleToUInt32Bits(value));

    /// <summary>An IEEE 754 double; a duration in milliseconds.</summary>
    public void Double(double value) => UInt64(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A DateTime of UTC ticks; 0 for none.</summary>
    public void Time(long ticks) => Int64(UaTime.ToWire(ticks));

    /// <summary>A GUID.</summary>
    public void Guid(Guid value) => value.TryWriteBytes(_buffer.Take(16));

    /// <summary>A String; null for null.</summary>
    public void String(string? text)
    {
        if (text is null)
        {
            Int32(NullLength);
            return;
        }
        int bytes = Encoding.UTF8.GetByteCount(text);
        Int32(bytes);
        Encoding.UTF8.GetBytes(text, _buffer.Take(bytes));
    }

    /// <summary>A ByteString, or the bytes of a String that is UTF-8 already.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int32(bytes.Length);
        bytes.CopyTo(_buffer.Take(bytes.Length));
    }

    /// <summary>A ByteString; null for null.</summary>
    public void ByteString(byte[]? bytes)
    {
        if (bytes is null) Int32(NullLength);
        else Bytes(bytes);
    }

    /// <summary>The length of an array whose elements follow.</summary>
    public void ArrayLength(int length) => Int32(length);

    /// <summary>A null array.</summary>
    public void NullArray() => Int32(NullLength);

    /// <summary>An array of Strings; null for null.</summary>
    public void Strings(IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            NullArray();
            return;
        }
        ArrayLength(texts.Count);
        foreach (string text in texts) String(text);
    }

    /// <summary>A NodeId in its shortest form (5.2.2.9).</summary>
    public void NodeId(in UaNodeId id) => NodeId(id, flags: 0);

    /// <summary>An ExpandedNodeId (5.2.2.10).</summary>
    public void ExpandedNodeId(in UaExpandedNodeId id)
    {
        byte flags = (byte)((id.NamespaceUri is null ? 0 : UaWire.NodeIdHasUri) | (id.ServerIndex == 0 ? 0 : UaWire.NodeIdHasServer));
        NodeId(id.NodeId, flags);
        if (id.NamespaceUri is not null) String(id.NamespaceUri);
        if (id.ServerIndex != 0) UInt32(id.ServerIndex);
    }

    /// <summary>A QualifiedName.</summary>
    public void QualifiedName(in UaQualifiedName name)
    {
        UInt16(name.NamespaceIndex);
        String(name.Name);
    }

    /// <summary>A LocalizedText.</summary>
    public void LocalizedText(in UaLocalizedText text)
    {
        Byte((byte)((text.Locale is null ? 0 : UaWire.TextHasLocale) | (text.Text is null ? 0 : UaWire.TextHasText)));
        if (text.Locale is not null) String(text.Locale);
        if (text.Text is not null) String(text.Text);
    }

    /// <summary>The empty DiagnosticInfo.</summary>
    public void NoDiagnosticInfo() => Byte(0);

    /// <summary>An ExtensionObject without a body and without a type: null.</summary>
    public void NullExtensionObject()
    {
        NodeId(UaNodeId.Null);
        Byte(UaWire.ExtensionWithoutBody);
    }

    /// <summary>Begins an ExtensionObject; what is written until <see cref="EndExtensionObject"/> is its body.</summary>
    /// <param name="encoding">The id of the body's binary encoding.</param>
    /// <returns>For <see cref="EndExtensionObject"/>.</returns>
    public int BeginExtensionObject(in UaNodeId encoding)
    {
        NodeId(encoding);
        Byte(UaWire.ExtensionWithBytes);
        int at = Position;
        Int32(0);
        return at;
    }

    /// <summary>Ends an ExtensionObject: puts its body's length in.</summary>
    public void EndExtensionObject(int begin) => PatchUInt32(begin, (uint)(Position - begin - sizeof(int)));

    /// <summary>Overwrites 32 bits that were written before.</summary>
    public void PatchUInt32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.Written[at..], value);

    private void NodeId(in UaNodeId id, byte flags)
    {
        switch (id.Type)
        {
            case UaIdentifierType.Numeric when id.NamespaceIndex == 0 && id.Numeric <= byte.MaxValue:
                Byte((byte)(UaWire.NodeIdTwoByte | flags));
                Byte((byte)id.Numeric);
                break;
            case UaIdentifierType.Numeric when id.NamespaceIndex <= byte.MaxValue && id.Numeric <= ushort.MaxValue:
                Byte((byte)(UaWire.NodeIdFourByte | flags));
                Byte((byte)id.NamespaceIndex);
                UInt16((ushort)id.Numeric);
                break;
            case UaIdentifierType.Numeric:
                Byte((byte)(UaWire.NodeIdNumeric | flags));
                UInt16(id.NamespaceIndex);
                UInt32(id.Numeric);
                break;
            case UaIdentifierType.String:
                Byte((byte)(UaWire.NodeIdString | flags));
                UInt16(id.NamespaceIndex);
                String(id.Text);
                break;
            case UaIdentifierType.Guid:
                Byte((byte)(UaWire.NodeIdGuid | flags));
                UInt16(id.NamespaceIndex);
                Guid(id.Guid);
                break;
            default:
                Byte((byte)(UaWire.NodeIdOpaque | flags));
                UInt16(id.NamespaceIndex);
                Bytes(id.Opaque);
                break;
        }
    }
}
