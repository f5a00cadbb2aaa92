namespace HyperIngest.Bench.Scale;

/// <summary>How devices are reached.</summary>
internal enum ScaleLayout
{
    /// <summary>247 units behind each socket, as many as Modbus TCP addresses.</summary>
    Gateways,

    /// <summary>A socket for every device.</summary>
    Sockets,
}
