using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Writes a Read response straight into a buffer, its encoding's id in front.</summary>
/// <remarks>The values are written with <see cref="UaValueWriting"/>, one each, in the order of the request.</remarks>
public readonly ref struct ReadResponseWriter
{
    private readonly UaWriter _writer;

    /// <summary>Begins a response.</summary>
    /// <param name="writer">Where to; the values follow there.</param>
    /// <param name="header">The header.</param>
    /// <param name="count">How many values follow.</param>
    public ReadResponseWriter(UaWriter writer, in UaResponseHeader header, int count)
    {
        _writer = writer;
        writer.EncodingId(UaEncodingIds.ReadResponse);
        header.Encode(writer);
        writer.ArrayLength(count);
    }

    /// <summary>Ends it: no diagnostics.</summary>
    public void End() => _writer.NullArray();
}
