using System.Buffers.Binary;
using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>An array of numbers or StatusCodes as it lies in a message; good as long as the message.</summary>
public readonly ref struct UaUInt32s
{
    private readonly ReadOnlySpan<byte> _bytes;

    private UaUInt32s(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many.</summary>
    public int Count => _bytes.Length / sizeof(uint);

    /// <summary>One of them.</summary>
    public uint this[int index] => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(index * sizeof(uint))..]);

    /// <summary>Whether a number is among them.</summary>
    public bool Contains(uint number)
    {
        for (int i = 0; i < Count; i++)
        {
            if (this[i] == number) return true;
        }
        return false;
    }

    /// <summary>The next array of a message.</summary>
    public static UaUInt32s Read(scoped ref UaReader reader)
    {
        int length = reader.ArrayLength(sizeof(uint));
        return new UaUInt32s(reader.Take(length * sizeof(uint)));
    }
}
