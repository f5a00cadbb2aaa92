using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>A Read response as it lies in a message: its values one after the other, without copies. Good as long as the message.</summary>
public ref struct ReadResponseReader
{
    private UaReader _reader;
    private int _left;

    /// <summary>Reads the header and how many values there are.</summary>
    /// <param name="reader">Behind the encoding's id, as <see cref="UaMessages.OpenResponse"/> gives it.</param>
    public ReadResponseReader(UaReader reader)
    {
        Header = UaResponseHeader.Decode(ref reader);
        Count = _left = reader.ArrayLength();
        _reader = reader;
    }

    /// <summary>The header.</summary>
    public UaResponseHeader Header { get; }

    /// <summary>How many values the message says it has: as many as were asked for, or the server is wrong.</summary>
    public int Count { get; }

    /// <summary>Why there was no next value though one was promised; a value read with a fault was not given.</summary>
    public readonly UaFault Fault => _reader.Fault;

    /// <summary>The next value; false at the end, and at a fault.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out UaDataValue value)
    {
        if (_left == 0)
        {
            value = default;
            return false;
        }
        _left--;
        value = _reader.DataValue();
        if (_reader.Fault == UaFault.None) return true;
        _left = 0;
        return false;
    }
}
