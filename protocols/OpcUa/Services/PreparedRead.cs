using HyperIngest.Protocols.OpcUa.Binary;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>
/// A Read request for the same attributes again and again: all behind the header is encoded once, and copied into each request. Shared freely; it does not change.
/// </summary>
public sealed class PreparedRead
{
    private readonly byte[] _behindHeader;

    /// <summary>Encodes the request.</summary>
    /// <param name="items">What is read; at most the server's MaxNodesPerRead.</param>
    /// <param name="timestamps">Which times come along.</param>
    /// <param name="maxAge">How old a value may be, ms; 0 for the one the source has now.</param>
    public PreparedRead(IReadOnlyList<ReadValueId> items, TimestampsToReturn timestamps, double maxAge = 0)
    {
        Count = items.Count;
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        writer.Double(maxAge);
        writer.Int32((int)timestamps);
        writer.Array(items);
        _behindHeader = buffer.Written.ToArray();
    }

    /// <summary>How many values the response has.</summary>
    public int Count { get; }

    /// <summary>Bytes of the request behind its header.</summary>
    public int Bytes => _behindHeader.Length;

    /// <summary>Writes the request, its encoding's id in front.</summary>
    public void Write(UaWriter writer, in UaRequestHeader header)
    {
        writer.EncodingId(UaEncodingIds.ReadRequest);
        header.Encode(writer);
        _behindHeader.CopyTo(writer.Take(_behindHeader.Length));
    }
}
