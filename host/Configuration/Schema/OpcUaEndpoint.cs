using HyperIngest.Protocols.OpcUa.Channel;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>How the endpoint of an OPC UA server is written.</summary>
internal static class OpcUaEndpoint
{
    /// <summary>For error messages.</summary>
    public const string Expected = "an endpoint such as opc.tcp://press-1:4840, or opc.tcp://press-1:4840/server with a path";

    // A URL of a server is seldom longer than a line; the specification names 4,096 bytes as the most (OPC 10000-6, 7.1.2.3).
    private const int MaxLength = 4096;

    /// <summary>As text that may still hold <c>{...}</c>.</summary>
    public static ScalarType<string> Type { get; } = Scalars.Text(MaxLength) with { Name = "endpoint", Range = "opc.tcp://HOST:PORT, with a path where the server has one; without a port 4840" };

    /// <summary>Whether the text is an endpoint.</summary>
    public static bool IsOne(string text) => UaEndpointUrl.TryParse(text, out _);
}
