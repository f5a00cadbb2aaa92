namespace HyperIngest.Protocols.OpcUa;

/// <summary>A service failed, or a channel or session is dead.</summary>
public sealed class UaException : IOException
{
    /// <summary>A failure.</summary>
    /// <param name="status">The StatusCode the other side gave, or the one that fits.</param>
    /// <param name="message">What was asked for, of whom, and what to do; no secrets.</param>
    /// <param name="inner">What it came from.</param>
    public UaException(uint status, string message, Exception? inner = null)
        : base($"{message}: {UaStatusCodes.NameOf(status)} (0x{status:X8})", inner) => Status = status;

    /// <summary>The StatusCode.</summary>
    public uint Status { get; }
}
