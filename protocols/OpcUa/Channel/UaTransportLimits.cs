namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>What one side of a connection takes, as it says in Hello or Acknowledge (OPC 10000-6, 7.1.2.3).</summary>
public sealed record UaTransportLimits
{
    /// <summary>Smallest buffer the specification allows.</summary>
    public const int LeastBufferBytes = 8192;

    /// <summary>Largest chunk taken, 8 KiB to 16 MiB; default 64 KiB, what most servers have.</summary>
    public int ReceiveBufferBytes { get; init; } = 1 << 16;

    /// <summary>Largest chunk sent, 8 KiB to 16 MiB; default 64 KiB.</summary>
    public int SendBufferBytes { get; init; } = 1 << 16;

    /// <summary>Largest message taken, bytes over all its chunks; default 16 MiB. 0 on the wire means no limit; here there is always one.</summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>Most chunks of a message taken; default 4,096.</summary>
    public int MaxChunkCount { get; init; } = 4096;
}
