using System.Buffers.Binary;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Arrays in messages (OPC 10000-6, 5.2.5). A null array reads as an empty one; an empty one is written with the length 0.</summary>
public static class UaArrays
{
    // An array grows with what was really read, so that a length alone asks for nothing. Most structures have more bytes than this and so get their array at once.
    private const int LeastStructureBytes = 16;
    private const int FirstElements = 4;

    // A DiagnosticInfo is one byte at least.
    private const int LeastDiagnosticBytes = 1;

    private delegate T ReadElement<out T>(ref UaReader reader);

    /// <summary>Writes structures, without an encoding id: their type is the field's.</summary>
    public static void Array<T>(this UaWriter writer, IReadOnlyList<T> elements)
        where T : IUaMessage<T>
    {
        writer.ArrayLength(elements.Count);
        for (int i = 0; i < elements.Count; i++) elements[i].Encode(writer);
    }

    /// <summary>Reads structures.</summary>
    public static IReadOnlyList<T> Array<T>(this ref UaReader reader)
        where T : IUaMessage<T> => Read(ref reader, 1, T.Decode);

    /// <summary>Reads texts; a null one is empty.</summary>
    public static IReadOnlyList<string> Strings(this ref UaReader reader) => Read(ref reader, sizeof(int), static (ref UaReader r) => r.String() ?? "");

    /// <summary>Writes ByteStrings.</summary>
    public static void ByteStrings(this UaWriter writer, IReadOnlyList<byte[]?> elements)
    {
        writer.ArrayLength(elements.Count);
        for (int i = 0; i < elements.Count; i++) writer.ByteString(elements[i]);
    }

    /// <summary>Reads ByteStrings.</summary>
    public static IReadOnlyList<byte[]?> ByteStrings(this ref UaReader reader) => Read(ref reader, sizeof(int), static (ref UaReader r) => r.ByteString());

    /// <summary>Writes node ids.</summary>
    public static void NodeIds(this UaWriter writer, IReadOnlyList<UaNodeId> ids)
    {
        writer.ArrayLength(ids.Count);
        for (int i = 0; i < ids.Count; i++) writer.NodeId(ids[i]);
    }

    /// <summary>Reads node ids.</summary>
    public static IReadOnlyList<UaNodeId> NodeIds(this ref UaReader reader) => Read(ref reader, 2, static (ref UaReader r) => r.NodeId());

    /// <summary>Writes numbers or StatusCodes.</summary>
    public static void UInt32s(this UaWriter writer, IReadOnlyList<uint> numbers)
    {
        writer.ArrayLength(numbers.Count);
        for (int i = 0; i < numbers.Count; i++) writer.UInt32(numbers[i]);
    }

    /// <summary>Writes numbers or StatusCodes.</summary>
    public static void UInt32s(this UaWriter writer, ReadOnlySpan<uint> numbers)
    {
        writer.ArrayLength(numbers.Length);
        Span<byte> room = writer.Take(numbers.Length * sizeof(uint));
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(room[(i * sizeof(uint))..], numbers[i]);
    }

    /// <summary>Reads numbers or StatusCodes.</summary>
    public static IReadOnlyList<uint> UInt32s(this ref UaReader reader)
    {
        UaUInt32s inPlace = UaUInt32s.Read(ref reader);
        if (inPlace.Count == 0) return [];
        uint[] numbers = new uint[inPlace.Count];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = inPlace[i];
        return numbers;
    }

    /// <summary>Writes DataValues.</summary>
    public static void DataValues(this UaWriter writer, IReadOnlyList<UaDataValueCopy> values)
    {
        writer.ArrayLength(values.Count);
        for (int i = 0; i < values.Count; i++) values[i].Encode(writer);
    }

    /// <summary>Reads DataValues.</summary>
    public static IReadOnlyList<UaDataValueCopy> DataValues(this ref UaReader reader) => Read(ref reader, 1, UaDataValueCopy.Decode);

    /// <summary>Writes Variants.</summary>
    public static void Variants(this UaWriter writer, IReadOnlyList<UaVariantCopy> values)
    {
        writer.ArrayLength(values.Count);
        for (int i = 0; i < values.Count; i++) values[i].Encode(writer);
    }

    /// <summary>Reads Variants.</summary>
    public static IReadOnlyList<UaVariantCopy> Variants(this ref UaReader reader) => Read(ref reader, 1, UaVariantCopy.Decode);

    /// <summary>Writes ExtensionObjects.</summary>
    public static void ExtensionObjects(this UaWriter writer, IReadOnlyList<UaExtensionObject> objects)
    {
        writer.ArrayLength(objects.Count);
        for (int i = 0; i < objects.Count; i++) objects[i].Encode(writer);
    }

    /// <summary>Reads ExtensionObjects.</summary>
    public static IReadOnlyList<UaExtensionObject> ExtensionObjects(this ref UaReader reader) => Read(ref reader, 3, UaExtensionObject.Decode);

    /// <summary>Passes an array of DiagnosticInfos over: what a server says of its errors beside the StatusCodes is not kept.</summary>
    public static void SkipDiagnostics(this ref UaReader reader)
    {
        int length = reader.ArrayLength(LeastDiagnosticBytes);
        for (int i = 0; i < length && reader.Fault == UaFault.None; i++) reader.SkipDiagnosticInfo();
    }

    private static T[] Read<T>(ref UaReader reader, int leastElementBytes, ReadElement<T> readElement)
    {
        int length = reader.ArrayLength(leastElementBytes);
        if (length == 0) return [];
        T[] elements = new T[Math.Min(length, FirstElements + (reader.Left / LeastStructureBytes))];
        for (int i = 0; i < length; i++)
        {
            if (i == elements.Length) System.Array.Resize(ref elements, Math.Min(length, 2 * i));
            elements[i] = readElement(ref reader);
            if (reader.Fault != UaFault.None) return [];
        }
        return elements;
    }
}
