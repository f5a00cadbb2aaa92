namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>A request whose response is waited for. Exactly one of the two is called, once: an answer, and the end of a channel, by its reading loop, and a time that is over by its timer; neither may block.</summary>
public interface IUaPending
{
    /// <summary>The response came: the id of its encoding and its fields, put together and decrypted; good until the call returns. It may be a ServiceFault.</summary>
    void Complete(ReadOnlySpan<byte> message);

    /// <summary>It will not come: the channel is dead, the response too large or aborted, or the time is over.</summary>
    void Fail(UaException reason);
}
