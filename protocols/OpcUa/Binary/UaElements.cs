using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>The elements of an array, over all dimensions, one after the other and without copies: for one series an element. Good as long as the message.</summary>
public ref struct UaElements
{
    private readonly UaBuiltInType _type;
    private UaReader _reader;
    private int _left;

    /// <summary>The elements of an array; none of a scalar.</summary>
    public UaElements(in UaVariant array)
    {
        _type = array.Type;
        _left = array.IsArray ? array.Length : 0;
        _reader = new UaReader(array.Bytes);
    }

    /// <summary>The next element; false at the end.</summary>
    public bool Next(out UaVariant element)
    {
        element = default;
        if (_left == 0) return false;
        _left--;
        element = Element(ref _reader, _type);
        if (_reader.Fault == UaFault.None) return true;
        _left = 0;
        return false;
    }

    /// <summary>The element at an index; false when there is none. Of numbers and GUIDs it is found at once, of others by passing those before it over.</summary>
    public static bool TryGet(in UaVariant array, int index, out UaVariant element)
    {
        element = default;
        if (!array.IsArray || (uint)index >= (uint)array.Length) return false;
        UaReader reader = new(array.Bytes);
        int size = UaValueReading.FixedSizeOf(array.Type);
        if (size > 0) reader.Skip(size * index);
        else
        {
            for (int i = 0; i < index; i++) reader.Skip(array.Type);
        }
        element = Element(ref reader, array.Type);
        return reader.Fault == UaFault.None;
    }

    // Of an array of Variants each element has a type of its own.
    private static UaVariant Element(scoped ref UaReader reader, UaBuiltInType type) => type == UaBuiltInType.Variant ? reader.Variant() : reader.Value(type);
}
