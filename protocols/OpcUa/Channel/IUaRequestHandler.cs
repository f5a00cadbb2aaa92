namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>What a server does with requests. Called by the channel's receiving loop, one call after the other; it may answer at once or later, from any thread, and must not block.</summary>
public interface IUaRequestHandler
{
    /// <summary>A request came.</summary>
    /// <param name="channel">Where the answer goes.</param>
    /// <param name="requestId">For <see cref="UaServerChannel.TryRespond"/>.</param>
    /// <param name="encodingId">The id of its encoding; 0 for one that is no number in namespace 0.</param>
    /// <param name="fields">Its fields, header first; good until the call returns.</param>
    void Request(UaServerChannel channel, uint requestId, uint encodingId, ReadOnlySpan<byte> fields);

    /// <summary>The channel has ended; no more requests come, and answers go nowhere. Once.</summary>
    void Ended(UaServerChannel channel, UaException reason);
}
