using System.Diagnostics.CodeAnalysis;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>URLs of servers over UA-TCP, such as <c>opc.tcp://press-1:4840/server</c> (OPC 10000-6, 7.2).</summary>
public static class UaEndpointUrl
{
    /// <summary>The profile of this transport in endpoint descriptions: UA-TCP, secure conversation, binary (OPC 10000-7).</summary>
    internal const string BinaryTransport = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary";

    private const string Scheme = "opc.tcp";

    /// <summary>Reads one; false when the text is none: another scheme, no host, or a user in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="url">Its parts; a port of -1 is none, and means 4840.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && url is { Scheme: Scheme, Host.Length: > 0, UserInfo: "" };
}
