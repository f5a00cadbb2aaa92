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

    /// <summary>Refuses limits out of their range.</summary>
    /// <exception cref="ArgumentException">The message says which.</exception>
    internal void Demand()
    {
        Demand(ReceiveBufferBytes, LeastBufferBytes, 16 << 20, nameof(ReceiveBufferBytes));
        Demand(SendBufferBytes, LeastBufferBytes, 16 << 20, nameof(SendBufferBytes));
        Demand(MaxMessageBytes, LeastBufferBytes, 1 << 30, nameof(MaxMessageBytes));
        Demand(MaxChunkCount, 1, 1 << 20, nameof(MaxChunkCount));
    }

    private static void Demand(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new ArgumentException($"{name}: expected {least} to {most}, found {value}.");
    }
}
